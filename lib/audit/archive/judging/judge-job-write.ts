import type { Issuance, IssuanceState } from '../../../ledger/issuance.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { differences } from './differences.ts';
import type { IssuanceImage } from './judge-issuance.ts';
import { jobsPart, type Told, toldBy } from './told-state.ts';

/**
 * Judges a change that left the trail alone. A job makes two such writes: its claim, which takes the ticket, and its
 * report. The sweeper makes one when it postpones its next look. Nobody else does, and neither changes anything else.
 */
export function judgeJobWrite(before: IssuanceImage, after: IssuanceImage): readonly FindingOfChange[] {
  const from = before.issuance.state;
  const to = after.issuance.state;
  const names = changedNames(before, after);
  if (from === to) return unchangedState(from, names);
  if (from === 'issued' && to === 'claimed') return [...claimProblems(before, after), ...beside(names, CLAIM)];
  if (from === 'claimed' && (to === 'completed' || to === 'failed')) {
    return [...reportProblems(after.issuance), ...beside(names, REPORT)];
  }
  return [finding('edgeNotAllowed', `from ${from} to ${to} without an entry of the trail`)];
}

const CLAIM: readonly string[] = ['state', 'hasTicket', 'ticket', 'claim'];
const REPORT: readonly string[] = ['state', 'report'];

function unchangedState(state: IssuanceState, names: readonly string[]): readonly FindingOfChange[] {
  if (names.length === 0) return [];
  const what = `${names.join(', ')} changed without an entry of the trail`;
  return [finding(isOver(state) ? 'edgeNotAllowed' : 'beyondAttributes', `${what}, in the state ${state}`)];
}

function beside(names: readonly string[], own: readonly string[]): readonly FindingOfChange[] {
  const others = names.filter((name) => !own.includes(name));
  return others.length === 0 ? [] : [finding('beyondAttributes', `${others.join(', ')} changed with the state`)];
}

/** The same rules as the claim's own condition: `lib/job-runtime/claim-ticket.ts`. */
function claimProblems({ issuance, ticketTrace }: IssuanceImage, after: IssuanceImage): readonly FindingOfChange[] {
  const { claim } = jobsPart(after.issuance);
  const usableUntilMs = issuance.attempts.at(-1)?.usableUntilMs ?? 0;
  if (ticketTrace === undefined) return [finding('edgeNotAllowed', 'claimed without a ticket')];
  if (after.ticketTrace !== undefined) return [finding('edgeNotAllowed', 'claimed, and the ticket is still there')];
  if (claim?.attempt !== issuance.attempt) return [finding('stateNotOfTrail', 'the claim is not of this attempt')];
  return claim.atMs < usableUntilMs ? [] : [finding('edgeNotAllowed', 'claimed when it was no longer usable')];
}

function reportProblems(after: Issuance): readonly FindingOfChange[] {
  const { claim, report } = jobsPart(after);
  const isOfState = report?.outcome === after.state && report.attempt === claim?.attempt;
  return isOfState ? [] : [finding('stateNotOfTrail', 'the report is not of this state and this claim')];
}

function changedNames(before: IssuanceImage, after: IssuanceImage): readonly string[] {
  return differences(everything(before), everything(after));
}

function everything({ issuance, ticketTrace }: IssuanceImage): Told & Readonly<Record<string, unknown>> {
  return { ...toldBy(issuance, ticketTrace), ...jobsPart(issuance), ticket: ticketTrace };
}

function isOver(state: IssuanceState): boolean {
  return state !== 'intended' && state !== 'issued' && state !== 'claimed';
}
