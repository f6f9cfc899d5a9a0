import { isDeepStrictEqual } from 'node:util';
import { type Issuance, issuanceIdOf } from '../../../ledger/issuance.ts';
import { type TrailEntry, trailHolds, trailRoot } from '../../../ledger/trail.ts';
import { canonicalJson } from '../../../platform/canonical-json.ts';
import { sha256Hex } from '../../../platform/ids.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { differences } from './differences.ts';
import { afterEntry } from './fold-trail.ts';
import { judgeJobWrite } from './judge-job-write.ts';
import { jobsPart, type Told, toldBy } from './told-state.ts';

/** An issuance as one image shows it. */
export type IssuanceImage = { readonly issuance: Issuance; readonly ticketTrace: string | undefined };

/** Attributes that are set when the issuance is opened, and never change. */
const IDENTITY = [
  'recordId',
  'recordType',
  'requestId',
  'tenantId',
  'accountId',
  'job',
  'requester',
  'delivery',
  'recordedAtMs',
  'day',
] as const;

/**
 * Judges one change of an issuance by the edges of the protocol. The change either adds an entry to the trail, with its
 * effect on the issuance; or it is a job's claim or report, or sets another time for the sweeper's next look. Pure.
 */
export function judgeIssuance(before: IssuanceImage | undefined, after: IssuanceImage): readonly FindingOfChange[] {
  const trail = trailProblem(before?.issuance, after.issuance);
  if (trail !== undefined) return [finding('trailRewritten', trail)];
  const identity = before === undefined ? idProblem(after.issuance) : identityProblem(before.issuance, after.issuance);
  const added = after.issuance.trail.slice(before?.issuance.trail.length ?? 0);
  return [...identity, ...judgeAdded(before, after, added)];
}

function judgeAdded(
  before: IssuanceImage | undefined,
  after: IssuanceImage,
  added: readonly TrailEntry[],
): readonly FindingOfChange[] {
  const [entry, another] = added;
  if (another !== undefined) return [finding('edgeNotAllowed', `${added.length} entries were added at once`)];
  if (entry === undefined) {
    return before === undefined
      ? [finding('stateNotOfTrail', 'it began without a trail')]
      : judgeJobWrite(before, after);
  }
  return [...jobWroteToo(before, after), ...judgeEntry(before, after, entry)];
}

function judgeEntry(
  before: IssuanceImage | undefined,
  after: IssuanceImage,
  entry: TrailEntry,
): readonly FindingOfChange[] {
  const told = before === undefined ? undefined : toldBy(before.issuance, before.ticketTrace);
  const { recordId, delivery } = after.issuance;
  const folding = {
    recordId,
    ...(delivery === undefined ? {} : { delivery }),
    reportSha256: reportHash(after.issuance),
  };
  const possible = afterEntry(told, entry, folding);
  if (possible.length === 0) {
    return [finding('edgeNotAllowed', `${entry.type} does not follow from ${told?.state ?? 'nothing'}`)];
  }
  const names = nearest(possible, toldBy(after.issuance, after.ticketTrace));
  if (names.length === 0) return [];
  return [finding('stateNotOfTrail', `after ${entry.type} the trail tells otherwise of ${names.join(', ')}`)];
}

/** The names in which the issuance differs from the closest of the possible states. */
function nearest(possible: readonly Told[], after: Told): readonly string[] {
  const apart = possible.map((one) => differences(one, after));
  return apart.reduce((least, one) => (one.length < least.length ? one : least));
}

/** A write to the trail may not change what a job says of itself. */
function jobWroteToo(before: IssuanceImage | undefined, after: IssuanceImage): readonly FindingOfChange[] {
  const jobsBefore = before === undefined ? {} : jobsPart(before.issuance);
  const names = differences(jobsBefore, jobsPart(after.issuance));
  return names.length === 0 ? [] : [finding('beyondAttributes', `${names.join(', ')} changed with the trail`)];
}

function trailProblem(before: Issuance | undefined, after: Issuance): string | undefined {
  const { recordId, trail, trailHead } = after;
  if (!trailHolds(trail, recordId)) return 'the entries do not follow from each other';
  if (trailHead !== (trail.at(-1)?.hash ?? trailRoot(recordId))) return 'its head is not the hash of the last entry';
  const kept = trail.slice(0, before?.trail.length ?? 0);
  return isDeepStrictEqual(kept, before?.trail ?? []) ? undefined : 'entries that were there are changed or gone';
}

function identityProblem(before: Issuance, after: Issuance): readonly FindingOfChange[] {
  const names = differences(picked(before), picked(after));
  return names.length === 0 ? [] : [finding('beyondAttributes', `${names.join(', ')} never change`)];
}

function idProblem(after: Issuance): readonly FindingOfChange[] {
  return after.recordId === issuanceIdOf(after)
    ? []
    : [finding('stateNotOfTrail', 'its id is not that of its request, job and account')];
}

function picked(issuance: Issuance): Readonly<Record<string, unknown>> {
  const all = new Map<string, unknown>(Object.entries(issuance));
  return Object.fromEntries(IDENTITY.map((name) => [name, all.get(name)]));
}

/** The same hash that the sweeper binds into the trail. */
function reportHash(issuance: Issuance): string {
  return sha256Hex(canonicalJson(jobsPart(issuance)));
}
