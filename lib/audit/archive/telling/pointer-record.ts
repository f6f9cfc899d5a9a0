import * as v from 'valibot';
import { derivedId } from '../../../platform/ids.ts';
import { pointerRecordId } from '../../../platform/table-keys.ts';

/**
 * A pointer leads from an access key or an STS request id to a record whose own index attributes hold a later one: an
 * issuance with several attempts or calls, an observation with several sessions. It is written once, from the change
 * stream.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const pointerRecordSchema = v.strictObject({
  recordId: v.pipe(v.string(), v.regex(/^pointer_[a-z2-7]{32}$/)),
  recordType: v.literal('pointer'),
  /** The id of the issuance, the probe or the observation to which the pointer leads. */
  to: v.string(),
  /** Exactly one of the two is set: they are the keys of the audit's indexes. */
  lastAccessKeyId: v.exactOptional(v.string()),
  lastStsRequestId: v.exactOptional(v.string()),
  writtenAtMs: count,
});
export type PointerRecord = v.InferOutput<typeof pointerRecordSchema>;

export type PointedAt = { readonly lastAccessKeyId: string } | { readonly lastStsRequestId: string };

export function pointerRecord(
  key: PointedAt,
  { to, nowMs }: { readonly to: string; readonly nowMs: number },
): PointerRecord {
  const parts = 'lastAccessKeyId' in key ? ['accessKey', key.lastAccessKeyId] : ['stsRequest', key.lastStsRequestId];
  return {
    recordId: pointerRecordId(derivedId(['pointer', ...parts, to])),
    recordType: 'pointer',
    to,
    ...key,
    writtenAtMs: nowMs,
  };
}
