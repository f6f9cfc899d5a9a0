import type { Cost, Currency } from '../../audit/questions/audit-api.ts';
import type { Session } from '../session.ts';
import { countOf, grouped } from '../terminal/progress.ts';
import { ageOf, instantOf } from '../terminal/time-words.ts';

/** Says on standard error, in two sentences, how current an answer is. */
export function sayCurrency(
  { readAtMs, reads, correlatedUpToMs }: Currency,
  { say, clock }: Pick<Session, 'say' | 'clock'>,
) {
  const how = reads === 'consistent' ? 'read from the ledger itself' : 'found by an index, which may lag by seconds';
  say(`As of ${instantOf(readAtMs)}, ${how}.`);
  say(
    correlatedUpToMs === undefined
      ? 'CloudTrail was not searched for missing sessions yet.'
      : `CloudTrail was held against the ledger up to ${instantOf(correlatedUpToMs)} (${ageOf(correlatedUpToMs, clock.nowMs())}).`,
  );
}

/** Says what the answer cost, such as `Cost: 3 calls, 1,250 rows, 26.5 read units`. */
export function sayCost({ calls, rows, readUnits }: Cost, { say }: Pick<Session, 'say'>): void {
  const units = `${grouped(readUnits)} read unit${readUnits === 1 ? '' : 's'}`;
  say(`Cost: ${countOf(calls, 'call')}, ${countOf(rows, 'row')}, ${units}`);
}

export function sumOfCosts(one: Cost, other: Cost): Cost {
  return {
    calls: one.calls + other.calls,
    rows: one.rows + other.rows,
    readUnits: one.readUnits + other.readUnits,
  };
}
