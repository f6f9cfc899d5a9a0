import { BrokerError } from '../../errors.ts';
import { derivedId } from '../../platform/ids.ts';
import { type AnnouncedSession, judgeSessions, MISSING_AFTER_MS } from '../session-verdict.ts';
import { sessionsOf } from './announcements.ts';
import type { AnnouncingRecord, AnnouncingRecords } from './announcing-record.ts';
import type { CorrelationStateStore } from './correlation-state.ts';
import { observationIdOfSession } from './observation-record.ts';
import type { CorrelationDependencies } from './observe-call.ts';

export type MissingDependencies = CorrelationDependencies & {
  readonly records: AnnouncingRecords;
  readonly states: Pick<CorrelationStateStore, 'wasTold' | 'markTold'>;
};

/** How far an index or a delivery may lag behind the hour. */
const MARGIN_MS = 2 * 60_000;
/** An issuance that is this old gets no further attempts, so it is not waited for any longer. */
const OPEN_AT_MOST_MS = 26 * 60 * 60_000;
const LOOK_AGAIN_MS = 15 * 60_000;

/** A session counts as missing only if it was made before this time. */
export function ripeBeforeMs(nowMs: number): number {
  return nowMs - MISSING_AFTER_MS - MARGIN_MS;
}

/**
 * Checks whether CloudTrail has shown every session of a record, and reports each one that it has not. Returns the time
 * at which the record must be checked again, because a session is younger than an hour or another may still be made;
 * undefined: never.
 */
export async function findMissing(recordId: string, missing: MissingDependencies): Promise<number | undefined> {
  const record = await readAnnouncing(recordId, missing);
  if (record === undefined || record.recordType === 'pointer') return undefined;
  const nowMs = missing.clock.nowMs();
  const made = sessionsOf(record, missing).filter(({ announced }) => announced.answer === 'read');
  for (const session of made) {
    if (ripeAtMs(session) <= nowMs && (await isMissing(session, missing))) await tellMissing(record, session, missing);
  }
  const looks = made.map(ripeAtMs).filter((atMs) => atMs > nowMs);
  if (mayMakeMore(record) && nowMs - record.recordedAtMs < OPEN_AT_MOST_MS) looks.push(nowMs + LOOK_AGAIN_MS);
  return looks.length === 0 ? undefined : Math.min(...looks);
}

type NamedSession = { readonly name: string; readonly announced: AnnouncedSession };

function ripeAtMs({ announced: { issuedAtMs, intendedAtMs } }: NamedSession): number {
  return (issuedAtMs ?? intendedAtMs) + MISSING_AFTER_MS + MARGIN_MS;
}

/**
 * Reads what a record announced. A record without the right shape is reported and left out, so that it does not hold up
 * the others.
 */
export async function readAnnouncing(
  recordId: string,
  { records, log }: Pick<MissingDependencies, 'records' | 'log'>,
): Promise<AnnouncingRecord | undefined> {
  try {
    return await records.read(recordId);
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'store.itemInvalid') throw error;
    const explanation = `a record could not be held against CloudTrail: ${error.message}`;
    log.transition({ transition: 'record.notCorrelated', issuanceId: recordId, code: error.code, explanation });
    return undefined;
  }
}

function mayMakeMore(record: AnnouncingRecord): boolean {
  if (record.recordType === 'probe') return record.outcome === 'open';
  return record.recordType === 'issuance' && (record.state === 'intended' || record.state === 'issued');
}

async function isMissing({ name, announced }: NamedSession, { ledger, clock }: MissingDependencies): Promise<boolean> {
  const seen = await ledger.read(observationIdOfSession(name));
  const calls = (seen?.calls ?? []).map((call) => ({
    ...call,
    roleArn: call.roleArn ?? '',
    accessKeyId: call.accessKeyId ?? '',
  }));
  return judgeSessions(announced, calls, clock.nowMs()).announced === 'missing';
}

/** The mark is written after the report: a crash between the two leads to a second report with the same id. */
async function tellMissing(
  record: Exclude<AnnouncingRecord, { recordType: 'pointer' }>,
  { name, announced }: NamedSession,
  { states, log, tell, clock }: MissingDependencies,
): Promise<void> {
  if (await states.wasTold(name)) return;
  const { accountId, recordId } = record;
  const key = announced.accessKeyId === undefined ? {} : { accessKeyId: announced.accessKeyId };
  log.transition({
    transition: 'session.missing',
    issuanceId: recordId,
    sessionName: name,
    accountId,
    ...key,
    explanation: 'CloudTrail has not shown within an hour a session that we were given',
  });
  const ids = { alertId: derivedId(['missing', name]), recordId, sessionName: name, accountId, ...key };
  await tell({ detailType: 'SessionMissing', detail: { ...ids, issuedAtMs: announced.issuedAtMs } });
  await states.markTold(name, clock.nowMs());
}
