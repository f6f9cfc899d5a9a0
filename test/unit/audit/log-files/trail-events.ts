/** A CloudTrail record as large as they are, each by a session of its own. */
export function trailEvent(number: number): object {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::222222222222:assumed-role/app/session-${number}` },
    eventTime: '2031-05-06T07:00:00Z',
    eventSource: number % 3 === 0 ? 'ec2.amazonaws.com' : 's3.amazonaws.com',
    eventName: 'GetObject',
    ...(number % 10 === 0 ? { errorCode: 'AccessDenied' } : {}),
    requestParameters: { key: `é漢/{"${number}"}`, padding: 'x'.repeat(600) },
  };
}

export function trailEvents(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => trailEvent(index));
}

export function trailFile(count: number): string {
  return JSON.stringify({ Records: trailEvents(count) });
}
