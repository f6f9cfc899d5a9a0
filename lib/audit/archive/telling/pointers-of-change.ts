import type { ReadChange } from '../archive-change.ts';
import type { LedgerRecord } from '../ledger-record.ts';
import type { PointedAt } from './pointer-record.ts';

/**
 * The access keys and STS request ids by which a record is no longer found, because its index attributes hold only the
 * last of each: those that this change displaced from them, and those that it added beside them.
 */
export function pointersOfChange({ before, after }: ReadChange): readonly PointedAt[] {
  const now = namesOf(after);
  const known = namesOf(before);
  return [
    ...put(now.accessKeys, known.accessKeys).map((lastAccessKeyId) => ({ lastAccessKeyId })),
    ...put(now.stsRequests, known.stsRequests).map((lastStsRequestId) => ({ lastStsRequestId })),
  ];
}

/** `last`: the name by which an index finds the record. `all`: every name by which somebody may look for it. */
type Names = { readonly last: string | undefined; readonly all: ReadonlySet<string> };
type NamesOfRecord = { readonly accessKeys: Names; readonly stsRequests: Names };

/**
 * The names that need a pointer now and had none: they are in no index attribute, and are new or were in one before.
 */
function put(now: Names, known: Names): readonly string[] {
  const isNeeded = (name: string) => name !== now.last && (!known.all.has(name) || name === known.last);
  return [...now.all].filter((name) => mayBeKey(name) && isNeeded(name));
}

/**
 * Whether a name can be the key of an index: the table refuses any other, which would hold up the stream behind it.
 * Source: DynamoDB Developer Guide, "Quotas", partition key length.
 */
function mayBeKey(name: string): boolean {
  return name !== '' && Buffer.byteLength(name) <= 2_048;
}

function namesOf(record: LedgerRecord | undefined): NamesOfRecord {
  switch (record?.recordType) {
    case 'issuance': {
      // The trail has all of them; an attempt has only those of its last call.
      const { trail, lastAccessKeyId, lastStsRequestId } = record;
      return collected(trail, { lastAccessKeyId, lastStsRequestId });
    }
    case 'observation': {
      const { calls, lastAccessKeyId, lastStsRequestId } = record;
      return collected(calls, { lastAccessKeyId, lastStsRequestId });
    }
    default:
      return collected([], {});
  }
}

type Named = { readonly accessKeyId?: string | undefined; readonly stsRequestId?: string | undefined };
type Last = { readonly lastAccessKeyId?: string | undefined; readonly lastStsRequestId?: string | undefined };

function collected(named: readonly Named[], { lastAccessKeyId, lastStsRequestId }: Last): NamesOfRecord {
  const accessKeys = named.flatMap(({ accessKeyId }) => (accessKeyId === undefined ? [] : [accessKeyId]));
  const stsRequests = named.flatMap(({ stsRequestId }) => (stsRequestId === undefined ? [] : [stsRequestId]));
  return {
    accessKeys: { last: lastAccessKeyId, all: new Set(accessKeys) },
    stsRequests: { last: lastStsRequestId, all: new Set(stsRequests) },
  };
}
