import type { WireItem } from '../../lib/audit/archive/read-attribute.ts';
import type { StreamChange } from '../../lib/audit/archive/stream-event.ts';
import { START_MS } from './frozen-clock.ts';

/** What an item held before a change and holds after it; left out, it was not there. */
export type Images = { readonly before?: object | undefined; readonly after?: object | undefined };

/** A change as the stream tells it, the `count`th of its table. */
export function streamChange({ before, after }: Images, count = 1): StreamChange {
  const shown = new Map<string, unknown>(Object.entries(after ?? before ?? {}));
  return {
    changeId: `change${count}`,
    sequenceNumber: String(100_000_000_000_000_000_000n + BigInt(count)),
    changedAtMs: Math.floor(START_MS / 1_000) * 1_000,
    change: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    recordId: String(shown.get('recordId')),
    ...(before === undefined ? {} : { oldImage: wireItem(before) }),
    ...(after === undefined ? {} : { newImage: wireItem(after) }),
  };
}

/** The same change as Lambda hands it to a function. */
export function streamRecord(change: StreamChange): object {
  return {
    eventID: change.changeId,
    eventName: change.change,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: change.changedAtMs / 1_000,
      Keys: { recordId: { S: change.recordId } },
      SequenceNumber: change.sequenceNumber,
      SizeBytes: 1,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(change.oldImage === undefined ? {} : { OldImage: change.oldImage }),
      ...(change.newImage === undefined ? {} : { NewImage: change.newImage }),
    },
  };
}

export function wireItem(item: object): WireItem {
  const there = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there.map(([name, value]) => [name, wireValue(value)]));
}

function wireValue(value: unknown): WireItem {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(wireValue) };
  if (typeof value === 'object') return { M: wireItem(value) };
  throw new TypeError(`DynamoDB has no ${typeof value}`);
}
