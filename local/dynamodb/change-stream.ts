import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { changeSizeBytes, type ItemChange, type WireItem } from './item-change.ts';

/**
 * One record as Lambda hands it to a function, without the ARN of its stream. Images are in DynamoDB's wire JSON,
 * binary values as base64 text. Source: DynamoDB Streams API Reference, Record and StreamRecord.
 */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: ItemChange['eventName'];
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Whole epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: WireItem;
    readonly NewImage?: WireItem;
    readonly OldImage?: WireItem;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
};

/** One reader's place in a stream: the records that were appended since it was opened and that it has not taken yet. */
export type StreamReader = {
  pending(): number;
  /** Removes the oldest records, at most so many, from the reader's backlog and returns them. */
  take(atMost: number): readonly StreamRecord[];
  close(): void;
};

export type ChangeStream = {
  readonly arn: string;
  append(change: ItemChange): void;
  /** `onRecord` is called after every append; the reader then has the record. */
  openReader(onRecord: () => void): StreamReader;
};

/**
 * Sequence numbers grow and are wider than any `number`. Soon after the start they get one digit more, so that code
 * that compares them as text fails visibly.
 */
const BEFORE_FIRST_SEQUENCE_NUMBER = 99_999_999_999_999_999_989n;

/** The change stream of one table, in one shard; records without a reader are not kept. */
export function createChangeStream(deps: {
  readonly arn: string;
  readonly region: string;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: Pick<StackIds, 'uuid'>;
}): ChangeStream {
  const readers = new Map<StreamRecord[], () => void>();
  let sequenceNumber = BEFORE_FIRST_SEQUENCE_NUMBER;
  return {
    arn: deps.arn,
    append(change) {
      sequenceNumber += 1n;
      const record: StreamRecord = {
        eventID: deps.ids.uuid().replaceAll('-', ''),
        eventName: change.eventName,
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: deps.region,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(deps.clock.nowMs() / 1000),
          Keys: change.keys,
          ...(change.newImage !== undefined && { NewImage: change.newImage }),
          ...(change.oldImage !== undefined && { OldImage: change.oldImage }),
          SequenceNumber: String(sequenceNumber),
          SizeBytes: changeSizeBytes(change),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      };
      for (const [records, onRecord] of readers) {
        records.push(record);
        onRecord();
      }
    },
    openReader(onRecord) {
      const records: StreamRecord[] = [];
      readers.set(records, onRecord);
      return {
        pending: () => records.length,
        take: (atMost) => records.splice(0, atMost),
        close: () => {
          readers.delete(records);
        },
      };
    },
  };
}
