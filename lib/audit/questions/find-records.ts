import { announcerOf } from '../announcer.ts';
import { observationIdOfDenial, observationIdOfSession } from '../correlation/observation-record.ts';
import type { RecordView } from './audit-api.ts';
import type { AuditStore, NameIndex } from './audit-store.ts';
import type { LedgerRecord } from './read-record.ts';
import { announcerIdOf, readRecords, viewsOf } from './read-views.ts';
import type { Judging } from './verdicts-of-observation.ts';

export type Lookup = Judging & { readonly store: AuditStore };

/**
 * Everything that is known by one access key or one STS request id: the issuance or probe, its request, and what
 * CloudTrail showed of its sessions. Pointers are followed. Empty: nothing of ours bears the name, as far as the index
 * knows yet.
 */
export async function findByName(
  { index, value }: { readonly index: NameIndex; readonly value: string },
  lookup: Lookup,
): Promise<readonly RecordView[]> {
  // A denied call has a record of its own, whose id follows from the request id without an index.
  const known = index === 'byStsRequest' ? [observationIdOfDenial(value)] : [];
  return findAround([...(await lookup.store.queryName(index, value)), ...known], lookup);
}

/**
 * The record that announced a role session name, its request, and what CloudTrail showed under the name. All are read
 * by key alone.
 */
export async function findBySession(sessionName: string, lookup: Lookup): Promise<readonly RecordView[]> {
  const announcer = announcerOf(sessionName);
  const ids = [...(announcer === undefined ? [] : [announcer.recordId]), observationIdOfSession(sessionName)];
  const found = await findAround(ids, lookup);
  // An issuance does not bear the name of an attempt that it never made.
  const bears = found.some((view) => bearsSession(view, sessionName));
  return bears ? found : [];
}

function bearsSession(view: RecordView, sessionName: string): boolean {
  switch (view.recordType) {
    case 'issuance':
      return view.attempts.some((attempt) => attempt.sessionName === sessionName);
    case 'observation':
      return view.sessionName === sessionName;
    case 'probe':
      return view.probeId === sessionName;
    default:
      return view.recordType === 'unreadable';
  }
}

/**
 * How many steps are followed from one record to the next: a pointer leads to an observation, to an issuance, to its
 * request.
 */
const HOPS = 4;

async function findAround(ids: readonly string[], lookup: Lookup): Promise<readonly RecordView[]> {
  const records = new Map<string, LedgerRecord>();
  const looked = new Set<string>();
  let next = [...new Set(ids)];
  for (let hop = 0; hop < HOPS && next.length > 0; hop += 1) {
    for (const id of next) looked.add(id);
    const found = await readRecords(next, lookup.store);
    for (const [id, record] of found) records.set(id, record);
    next = [...new Set([...found.values()].flatMap(leadsTo))].filter((id) => !looked.has(id));
  }
  const newestFirst = [...records.values()].sort((left, right) => timeOf(right) - timeOf(left));
  return viewsOf(newestFirst, lookup);
}

/** The ids of the records that belong to this one. */
function leadsTo(record: LedgerRecord): readonly string[] {
  switch (record.recordType) {
    case 'pointer':
      return [record.to];
    case 'issuance':
      return [record.requestId, ...observationIds(record)];
    case 'probe':
      return [observationIdOfSession(record.recordId), ...denialIds([record.lastStsRequestId])];
    case 'observation': {
      const announcer = announcerIdOf(record);
      return announcer === undefined ? [] : [announcer];
    }
    default:
      return [];
  }
}

/**
 * The ids of an issuance's observations, which exist if CloudTrail has shown anything: one for each attempt and each
 * denied call.
 */
export function observationIds({
  attempts,
  trail,
}: Pick<Extract<LedgerRecord, { readonly recordType: 'issuance' }>, 'attempts' | 'trail'>): readonly string[] {
  const answered = [...attempts, ...trail].filter(({ accessKeyId }) => accessKeyId === undefined);
  return [
    ...attempts.map(({ sessionName }) => observationIdOfSession(sessionName)),
    ...denialIds(answered.map(({ stsRequestId }) => stsRequestId)),
  ];
}

function denialIds(stsRequestIds: readonly (string | undefined)[]): readonly string[] {
  const known = stsRequestIds.filter((id) => id !== undefined);
  return [...new Set(known)].map(observationIdOfDenial);
}

function timeOf(record: LedgerRecord): number {
  return 'recordedAtMs' in record ? record.recordedAtMs : 0;
}
