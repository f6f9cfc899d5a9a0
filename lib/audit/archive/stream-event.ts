import * as v from 'valibot';
import type { WireItem } from './read-attribute.ts';

/** One change as the table's stream delivers it: images as they stand in the table, including the ticket. */
export type StreamChange = {
  readonly changeId: string;
  readonly sequenceNumber: string;
  /** To the whole second. */
  readonly changedAtMs: number;
  readonly change: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly recordId: string;
  readonly oldImage?: WireItem;
  readonly newImage?: WireItem;
};

export type ArchiveEvent =
  | { readonly kind: 'changes'; readonly changes: readonly StreamChange[] }
  | { readonly kind: 'tick' };

/**
 * Values are checked where they are judged, because an image may contain anything. `v.record` is not used, because it
 * leaves out attributes named `constructor`, `prototype` or `__proto__`: nobody judges an attribute that nobody sees.
 */
const image = v.custom<WireItem>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

/** Source: DynamoDB Streams API Reference, Record and StreamRecord; Lambda passes the time as epoch seconds. */
const streamRecord = v.object({
  eventID: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  eventName: v.picklist(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: v.object({
    ApproximateCreationDateTime: v.pipe(v.number(), v.minValue(0)),
    Keys: v.object({ recordId: v.object({ S: v.string() }) }),
    SequenceNumber: v.pipe(v.string(), v.regex(/^\d{1,40}$/)),
    NewImage: v.optional(image),
    OldImage: v.optional(image),
  }),
});

const eventSchema = v.union([
  v.object({ Records: v.array(streamRecord) }),
  v.strictObject({ kind: v.literal('tick') }),
]);

/** Throws on an event that neither the stream nor the schedule sends: nothing in it then counts as archived. */
export function readArchiveEvent(event: unknown): ArchiveEvent {
  const read = v.safeParse(eventSchema, event);
  if (!read.success) throw new TypeError('the event is neither of the change stream nor of the schedule');
  if ('kind' in read.output) return read.output;
  return { kind: 'changes', changes: read.output.Records.map(changeOf) };
}

function changeOf({ eventID, eventName, dynamodb }: v.InferOutput<typeof streamRecord>): StreamChange {
  const { NewImage, OldImage } = dynamodb;
  return {
    changeId: eventID,
    sequenceNumber: dynamodb.SequenceNumber,
    changedAtMs: Math.floor(dynamodb.ApproximateCreationDateTime) * 1_000,
    change: eventName,
    recordId: dynamodb.Keys.recordId.S,
    ...(OldImage === undefined ? {} : { oldImage: OldImage }),
    ...(NewImage === undefined ? {} : { newImage: NewImage }),
  };
}
