/**
 * What the correlation looks at in any record of CloudTrail, whatever its service. We may not refuse records of AWS:
 * where a part is not as expected, only that part is left out.
 */
export type LogRecord = {
  readonly atMs: number;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  /** The account whose trail holds the record; absent before `eventVersion` 1.02. */
  readonly recipientAccountId?: string;
  readonly errorCode?: string;
  readonly sourceIpAddress?: string;
  readonly userAgent?: string;
  readonly identity: {
    readonly arn?: string;
    readonly accountId?: string;
    readonly accessKeyId?: string;
    /** The AWS service that acted on behalf of the session. */
    readonly invokedBy?: string;
  };
  /** The record as it was read. It may hold a session token, so it is looked at and never kept. */
  readonly whole: unknown;
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/**
 * Reads one record, by hand because this is done for many millions of them. Undefined for a record that is no
 * CloudTrail event: one without a source, a name or a time. Source: CloudTrail User Guide, "CloudTrail record
 * contents".
 */
export function readLogRecord(whole: unknown): LogRecord | undefined {
  const record = membersOf(whole);
  const eventSource = textIn(record, 'eventSource');
  const eventName = textIn(record, 'eventName');
  const atMs = timeIn(textIn(record, 'eventTime'));
  if (eventSource === undefined || eventName === undefined || atMs === undefined) return undefined;
  const identity = membersOf(record['userIdentity']);
  return {
    atMs,
    eventSource,
    eventName,
    region: textIn(record, 'awsRegion') ?? '',
    ...some('recipientAccountId', textIn(record, 'recipientAccountId')),
    ...some('errorCode', textIn(record, 'errorCode')),
    ...some('sourceIpAddress', textIn(record, 'sourceIPAddress')),
    ...some('userAgent', textIn(record, 'userAgent')),
    identity: {
      ...some('arn', textIn(identity, 'arn')),
      ...some('accountId', textIn(identity, 'accountId')),
      ...some('accessKeyId', textIn(identity, 'accessKeyId')),
      ...some('invokedBy', textIn(identity, 'invokedBy')),
    },
    whole,
  };
}

type Members = Readonly<Record<string, unknown>>;
const NONE: Members = {};

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : NONE;
}

function textIn(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function timeIn(text: string | undefined): number | undefined {
  if (text === undefined || !TIME.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function some<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}
