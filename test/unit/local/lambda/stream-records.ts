import type { StreamRecord } from '../../../../local/dynamodb/change-stream.ts';

/** Records of a stream with these sequence numbers, all made at this second. */
export function streamRecords(sequenceNumbers: readonly string[], atSeconds = 1_000): readonly StreamRecord[] {
  return sequenceNumbers.map((SequenceNumber) => ({
    eventID: `event-${SequenceNumber}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: atSeconds,
      Keys: { recordId: { S: SequenceNumber } },
      NewImage: { recordId: { S: SequenceNumber } },
      SequenceNumber,
      SizeBytes: 10,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  }));
}
