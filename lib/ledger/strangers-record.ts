import * as v from 'valibot';
import type { StrangerMinute } from '../limits/strangers.ts';
import { derivedId } from '../platform/ids.ts';
import { strangersRecordId } from '../platform/table-keys.ts';
import { utcDay } from './issuance.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/**
 * The record of the strangers of one source and minute whose refusals were counted instead of recorded. Written once,
 * when the minute is over. The audit finds it by its day, beside the refusals that were recorded one by one: together
 * they are all that came.
 */
export const strangersRecordSchema = v.strictObject({
  recordId: v.string(),
  recordType: v.literal('strangers'),
  kind: v.picklist(['event', 'functionUrl', 'invoke', 'message']),
  account: v.optional(v.string()),
  /**
   * The source of events, the principal or the alias. Absent: sources of the account that are too many to tell apart.
   */
  name: v.optional(v.string()),
  /** The minute in which they were received, by the broker's clock. */
  minuteMs: count,
  /** Refused and not recorded one by one. Never too low; a message that was delivered twice counts twice. */
  counted: count,
  recordedAtMs: count,
  day: v.string(),
});
export type StrangersRecord = v.InferOutput<typeof strangersRecordSchema>;

export function strangersRecord(
  { source, minuteMs }: StrangerMinute,
  { counted, nowMs }: { readonly counted: number; readonly nowMs: number },
): StrangersRecord {
  const { kind, account, name } = source;
  return {
    recordId: strangersRecordId(
      derivedId([kind, account ?? '', name === undefined ? 'all' : `one ${name}`, String(minuteMs)]),
    ),
    recordType: 'strangers',
    kind,
    ...(account === undefined ? {} : { account }),
    ...(name === undefined ? {} : { name }),
    minuteMs,
    counted,
    recordedAtMs: nowMs,
    day: utcDay(nowMs),
  };
}
