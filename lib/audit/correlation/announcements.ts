import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { announcerOf } from '../announcer.ts';
import { type AnnouncedSession, isOutsideCall } from '../session-verdict.ts';
import { announcedByIssuance, announcedByProbe } from './announced-session.ts';
import type { AnnouncingRecord, AnnouncingRecords } from './announcing-record.ts';
import type { OwnRoles } from './own-roles.ts';

/** Finds what the ledger knows of a call that CloudTrail showed. Errors are `store.*`. */
export type Announcements = {
  /** Consistent: a name that is not found was never announced. */
  bySessionName(sessionName: string): Promise<Announcement | undefined>;
  /**
   * The issuance or probe that recorded this STS request id. The index may lag behind: an id that is not found may be
   * found later. `known`, the record that was found before, is looked at first.
   */
  byStsRequest(stsRequestId: string, known?: string): Promise<string | undefined>;
  /** An issuance or probe that lost the answer to a call which may have been this denied one. */
  lostCall(denied: DeniedCall): Promise<string | undefined>;
};

export type Announcement = { readonly of: string; readonly session: AnnouncedSession };
export type DeniedCall = {
  readonly roleArn: string;
  readonly callerRoleArn: string | undefined;
  readonly atMs: number;
};

type Dependencies = { readonly records: AnnouncingRecords; readonly roles: OwnRoles; readonly clock: Clock };

/** An issuance stays open for a day at the most. */
const ISSUANCE_OPEN_MS = 24 * 60 * 60_000;
/** How many records of an account are looked at for a lost call, newest first. */
const LOOKED_AT = 200;

export function makeAnnouncements({ records, roles, clock }: Dependencies): Announcements {
  return {
    async bySessionName(sessionName) {
      const announcer = announcerOf(sessionName);
      const record = announcer && (await readLegible(announcer.recordId, records));
      // A record announced only the names that it holds: a name that merely looks like one of them was not announced.
      const session = record && sessionsOf(record, { roles, clock }).find((each) => each.name === sessionName);
      return record && session && { of: record.recordId, session: session.announced };
    },

    async byStsRequest(stsRequestId, known) {
      if (known !== undefined && (await knowing(known, stsRequestId, records)) !== undefined) return known;
      for (const recordId of await records.byStsRequest(stsRequestId)) {
        const of = await knowing(recordId, stsRequestId, records);
        if (of !== undefined) return of;
      }
      return undefined;
    },

    async lostCall({ roleArn, callerRoleArn, atMs }) {
      const accountId = roleArn.split(':')[4] ?? '';
      const window = { fromMs: atMs - ISSUANCE_OPEN_MS, toMs: atMs + 60_000, limit: LOOKED_AT };
      for (const { recordId, recordType } of await records.ofAccount({ accountId, ...window })) {
        const record = ANNOUNCING.has(recordType) ? await readLegible(recordId, records) : undefined;
        const lost =
          record &&
          sessionsOf(record, { roles, clock }).some(({ announced }) => {
            const ours = announced.roleArn === roleArn && announced.callerRoleArn === callerRoleArn;
            return ours && announced.answer === 'lost' && !isOutsideCall(announced, { atMs });
          });
        if (lost === true) return recordId;
      }
      return undefined;
    },
  };
}

/**
 * A record without the right shape announces nothing. Otherwise anyone who can write a broken record could put off for
 * ever the judgement of a call under its name.
 */
async function readLegible(recordId: string, records: AnnouncingRecords): Promise<AnnouncingRecord | undefined> {
  try {
    return await records.read(recordId);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'store.itemInvalid') return undefined;
    throw error;
  }
}

/**
 * The record that recorded this call: the one with this id, or the one to which it leads. A pointer proves nothing by
 * itself; observations are in the index too, and announce nothing.
 */
async function knowing(recordId: string, stsRequestId: string, records: AnnouncingRecords) {
  const found = await readLegible(recordId, records);
  const record = found?.recordType === 'pointer' ? await readLegible(found.to, records) : found;
  return record !== undefined && recordsCall(record, stsRequestId) ? record.recordId : undefined;
}

function recordsCall(record: AnnouncingRecord, stsRequestId: string): boolean {
  if (record.recordType === 'probe') return record.lastStsRequestId === stsRequestId;
  if (record.recordType !== 'issuance') return false;
  return [...record.trail, ...record.attempts].some((each) => each.stsRequestId === stsRequestId);
}

/** The types of records that announce sessions. */
export const ANNOUNCING: ReadonlySet<string> = new Set(['issuance', 'probe']);

/** Every session that a record announces, with its name. */
export function sessionsOf(
  record: AnnouncingRecord,
  { roles, clock }: Pick<Dependencies, 'roles' | 'clock'>,
): readonly { readonly name: string; readonly announced: AnnouncedSession }[] {
  const dependencies = { nowMs: clock.nowMs(), roles };
  switch (record.recordType) {
    case 'issuance':
      return record.attempts.flatMap(({ attempt, sessionName: name }) => {
        const announced = announcedByIssuance(record, attempt, dependencies);
        return announced === undefined ? [] : [{ name, announced }];
      });
    case 'probe':
      return [{ name: record.recordId, announced: announcedByProbe(record, dependencies) }];
    default:
      return [];
  }
}
