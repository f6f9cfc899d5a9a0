import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { announcerOf } from '../announcer.ts';
import { type AnnouncedSession, isOutsideCall } from '../session-verdict.ts';
import { announcedByIssuance, announcedByProbe } from './announced-session.ts';
import type { AnnouncingRecord, AnnouncingRecords } from './announcing-record.ts';
import type { OwnRoles } from './own-roles.ts';

/** What the ledger knows of a call that CloudTrail showed. Errors are `store.*`. */
export type Announcements = {
  /** Consistent: what is not found was never announced. */
  bySessionName(sessionName: string): Promise<Announcement | undefined>;
  /**
   * The issuance or probe that recorded this STS request id. May lag behind: what is not found may be found later. `known`
   * is looked at first: the record that did, when it was found before.
   */
  byStsRequest(stsRequestId: string, known?: string): Promise<string | undefined>;
  /** An issuance or probe of which a call was lost that may have been this denied one. */
  lostCall(denied: DeniedCall): Promise<string | undefined>;
};

export type Announcement = { readonly of: string; readonly session: AnnouncedSession };
export type DeniedCall = {
  readonly roleArn: string;
  readonly callerRoleArn: string | undefined;
  readonly atMs: number;
};

type Dependencies = { readonly records: AnnouncingRecords; readonly roles: OwnRoles; readonly clock: Clock };

/** An issuance is gone on with for a day at the most. */
const ISSUANCE_OPEN_MS = 24 * 60 * 60_000;
/** Records of an account that are looked at for a lost call, newest first. */
const LOOKED_AT = 200;

export function makeAnnouncements({ records, roles, clock }: Dependencies): Announcements {
  return {
    async bySessionName(sessionName) {
      const announcer = announcerOf(sessionName);
      const record = announcer && (await readLegible(announcer.recordId, records));
      // What a record announced is what stands in it: a name that only looks like one of its own is none.
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
 * What has not the shape of a record announces nothing: or whoever can write a broken one would put off for ever that a
 * call under its name is judged.
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
 * The record that recorded this call: the one of this id, or the one to which it leads. A pointer proves nothing by itself;
 * observations stand in the index too, and announce nothing.
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

/** Every session that a record announces, under its name. */
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
