import * as v from 'valibot';
import type { Clock } from '../platform/clock.ts';
import { sha256Hex } from '../platform/ids.ts';
import { counterIds } from '../platform/table-keys.ts';
import type { RequestOrigin } from '../requests/request.ts';
import type { Counters } from './counters.ts';
import { minuteRow } from './meter.ts';

/** Where the requests of strangers come from, as stamped by AWS. */
export const strangerSourceSchema = v.strictObject({
  kind: v.picklist(['event', 'functionUrl', 'invoke', 'message']),
  account: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{12}$/))),
  /** The source of events, the principal, or the alias; absent for all those of an account together. */
  name: v.exactOptional(v.pipe(v.string(), v.maxLength(2_048))),
});
export type StrangerSource = v.InferOutput<typeof strangerSourceSchema>;

/** One minute of one source in which more came than are recorded one by one. */
export type StrangerMinute = { readonly source: StrangerSource; readonly minuteMs: number };

/**
 * The refusals of strangers, of which anybody with access to the bus can cause millions. The first of each minute are
 * recorded one by one, the others only counted. Throws `store.*`.
 *
 * The records are exact: a request that is delivered again is the same record. The count of the others is never too
 * low, but a message that the queue delivers twice is counted twice.
 */
export type Strangers = {
  /** `record`: one by one. `counted`: it is counted, and that is all. `id` is the same whenever it comes again. */
  note(stranger: { readonly source: StrangerSource; readonly id: string }): Promise<'record' | 'counted'>;
  /** How many of a minute were counted beyond those that were recorded. */
  countedIn(minute: StrangerMinute): Promise<number>;
};

/** Of a source and minute; and of all sources of an account together, because a source is whatever its sender likes. */
const RECORDED = 60;
const RECORDED_OF_ACCOUNT = 600;
/** More than one, because the function that counts the first may die before it tells. */
const TOLD = 3;

type StrangersDependencies = {
  readonly counters: Counters;
  readonly clock: Clock;
  /** Told at the first that are counted in a minute, so that a summary follows. Throws `store.*`. */
  readonly tell: (minute: StrangerMinute) => Promise<void>;
};

export function makeStrangers({ counters, clock, tell }: StrangersDependencies): Strangers {
  async function countBeyond(minute: StrangerMinute): Promise<'counted'> {
    const counted = await counters.change(rowOf(minute), { add: { beyond: 1 } });
    if ((counted?.['beyond'] ?? 0) <= TOLD) await tell(minute);
    return 'counted';
  }

  return {
    async note({ source, id }) {
      const nowMs = clock.nowMs();
      const minuteMs = Math.floor(nowMs / 60_000) * 60_000;
      const ofSource = { source, minuteMs };
      const member = sha256Hex(id).slice(0, 16);
      if (!(await counters.admit(rowOf(ofSource), { member, limit: RECORDED }))) return countBeyond(ofSource);
      const ofAccount = { source: allOf(source), minuteMs };
      const when = [{ name: 'recorded', atMost: RECORDED_OF_ACCOUNT - 1 }];
      const hasRoom = await counters.change(rowOf(ofAccount), { add: { recorded: 1 }, when });
      return hasRoom === undefined ? countBeyond(ofAccount) : 'record';
    },

    async countedIn(minute) {
      return (await counters.read(rowOf(minute).counter))['beyond'] ?? 0;
    },
  };
}

/**
 * Where strangers cannot come in numbers: only principals to whom the deployment's own account granted it can call a
 * function URL at all.
 */
export const recordEveryStranger: Strangers = { note: async () => 'record', countedIn: async () => 0 };

/** The source of a request: what its sender cannot choose freely comes first. */
export function strangerSourceOf(origin: RequestOrigin | undefined): StrangerSource {
  switch (origin?.kind) {
    case 'event':
      return { kind: 'event', account: origin.account, name: origin.source };
    case 'functionUrl':
      return { kind: 'functionUrl', account: origin.account, name: origin.principalArn };
    case 'invoke':
      return { kind: 'invoke', name: origin.alias };
    default:
      return { kind: 'message' };
  }
}

function allOf({ kind, account }: StrangerSource): StrangerSource {
  return { kind, ...(account === undefined ? {} : { account }) };
}

function rowOf({ source, minuteMs }: StrangerMinute) {
  const { kind, account = '', name } = source;
  const which = name === undefined ? 'all' : sha256Hex(name).slice(0, 32);
  const { counter, expiresAtSeconds } = minuteRow(counterIds.strangers(`${kind}#${account}#${which}`), minuteMs);
  // The message that sums it up may wait in the queue behind everything else.
  return { counter, expiresAtSeconds: expiresAtSeconds + DAY_SECONDS };
}

const DAY_SECONDS = 86_400;
