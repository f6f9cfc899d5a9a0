import * as v from 'valibot';
import { type Issuance, issuanceSchema, LIMITS } from '../../../lib/ledger/issuance.ts';
import { requestRecordSchema } from '../../../lib/ledger/request-record.ts';
import { trailHolds } from '../../../lib/ledger/trail.ts';
import { tables } from '../dynamo-tables.ts';
import type { Item } from './expressions.ts';
import type { Call, Faults } from './faults.ts';
import { announcedCalls, EDGES, foldOf } from './fold.ts';
import { checkWhoseCall, type Mode, turnsOnDenialOnly } from './invariants-of-calls.ts';
import type { MemoryTables } from './memory-tables.ts';
import { type RegistryHistory, registryHistory } from './registry-history.ts';

export type Watched = {
  readonly memory: MemoryTables;
  readonly faults: Faults;
  readonly mode: Mode;
};

/** What is kept from one call to the next. */
type Memory = Watched & {
  readonly history: RegistryHistory;
  /** By process and tenant: what was off at each of its readings. Messages of one batch read side by side. */
  readonly offAtReadings: Map<string, ReadonlySet<string>[]>;
};

/** Looks at every call before it takes effect and at every write; gives what was broken, each with the invariant's name. */
export function watchInvariants(watched: Watched): readonly string[] {
  const { memory, faults } = watched;
  const kept: Memory = { ...watched, history: registryHistory(), offAtReadings: new Map() };
  const broken: string[] = [];
  const claims = new Map<string, number>();
  faults.watch = (call) => broken.push(...checkCall(call, kept));
  memory.onWrite = (table, change) => {
    if (table === tables.tenantsTable) kept.history.keep(change.after);
    if (table !== tables.ledgerTable || change.after['recordType'] !== 'issuance') return;
    broken.push(...checkClaim(change, claims), ...checkWrite(change.before, change.after));
  };
  return broken;
}

function checkCall(call: Call, watched: Memory): readonly string[] {
  const { memory } = watched;
  if (call.site === 'switches.read') noteReading(call, watched);
  const issuance = v.safeParse(issuanceSchema, memory.item(tables.ledgerTable, call.subject));
  if (call.site === 'sts.assume') return checkAssumption(call, issuance.success ? issuance.output : undefined, watched);
  if (call.site === 'lambda.invoke') {
    const recorded = issuance.success && issuance.output.trail.some(isIssueOf(call.attempt));
    return recorded ? [] : [`I2: ${call.subject}.${call.attempt} handed over before its issue was recorded`];
  }
  if (call.site === 'ledger.claim') return checkSwitchReading(call, watched);
  return [];
}

function isIssueOf(attempt: number | undefined) {
  return (entry: Issuance['trail'][number]) => entry.type === 'issued' && entry.attempt === attempt;
}

function checkAssumption(call: Call, issuance: Issuance | undefined, watched: Memory): readonly string[] {
  const { faults, memory } = watched;
  const attempt = call.attempt ?? 0;
  const name = `${call.subject}.${attempt}`;
  if (issuance === undefined) return [`I1: STS was called for ${name} without an intent`];
  const made = faults.calls.filter(
    ({ site, subject, attempt: of }) => site === 'sts.assume' && subject === call.subject && of === attempt,
  );
  const announced = announcedCalls(issuance, attempt);
  const request = v.safeParse(requestRecordSchema, memory.item(tables.ledgerTable, issuance.requestId));
  return [
    ...(made.length > announced ? [`I1: ${made.length} calls for ${name}, ${announced} announced`] : []),
    ...(made.length > LIMITS.calls ? [`I1: ${made.length} calls for ${name}`] : []),
    ...(attempt > LIMITS.attempts ? [`I3b: attempt ${attempt} of ${call.subject}`] : []),
    ...(request.success && request.output.decision === 'allowed' ? [] : [`I1: ${name} has no allowed request`]),
    ...checkWhoseCall(call, issuance, watched),
    ...checkSwitchReading(call, watched),
  ];
}

/** I12: what a process goes on with was decided by a reading of its own at which nothing that concerns it was off. */
function checkSwitchReading(call: Call, { offAtReadings, memory }: Memory): readonly string[] {
  const { tenantId, job } = memory.item(tables.ledgerTable, call.subject) ?? {};
  const readings = offAtReadings.get(`${call.processId} ${tenantId}`) ?? [];
  if (readings.length === 0) return [`I12: ${call.site} for ${call.subject} without a reading of the switches`];
  const concerning = ['global', `job#${job}`, `tenant#${tenantId}`];
  const wasOn = readings.some((off) => !concerning.some((switchId) => off.has(switchId)));
  return wasOn ? [] : [`I12: ${call.site} for ${call.subject} although it was switched off`];
}

function noteReading({ processId, subject: tenantId }: Call, { offAtReadings, memory }: Memory): void {
  const key = `${processId} ${tenantId}`;
  offAtReadings.set(key, [...(offAtReadings.get(key) ?? []), switchedOff(memory)]);
}

function switchedOff(memory: MemoryTables): ReadonlySet<string> {
  return new Set(memory.items(tables.switchesTable).map(({ switchId }) => String(switchId)));
}

/** I3 and I10: a session is claimed once, and while enough is left of it. */
function checkClaim(
  { before, after }: { readonly before: Item | undefined; readonly after: Item },
  claims: Map<string, number>,
): readonly string[] {
  const id = String(after['recordId']);
  const isClaim = before?.['state'] !== undefined && after['claim'] !== before['claim'];
  if (isClaim) claims.set(id, (claims.get(id) ?? 0) + 1);
  const twice = (claims.get(id) ?? 0) > 1 ? [`I3: claimed twice: ${id}`] : [];
  const read = v.safeParse(issuanceSchema, before);
  if (!isClaim || !read.success || read.output.state !== 'issued') return twice;
  // By the clock of whoever claims, when it asks: what stands still on its way is the fence's to stop.
  const lateMs = claimedAtMs(after) - (read.output.ticket?.usableUntilMs ?? 0);
  return lateMs > 0 ? [...twice, `I10: ${id} was claimed ${lateMs} ms too late`] : twice;
}

function claimedAtMs(after: Item): number {
  const read = v.safeParse(issuanceSchema, after);
  return read.success && 'claim' in read.output ? (read.output.claim?.atMs ?? 0) : 0;
}

function checkWrite(before: Item | undefined, after: Item): readonly string[] {
  const read = v.safeParse(issuanceSchema, after);
  const id = String(after['recordId']);
  if (!read.success) return [`I9: ${id} does not have its shape: ${read.issues[0].message}`];
  const issuance = read.output;
  const old = v.safeParse(issuanceSchema, before);
  const from = old.success ? old.output : undefined;
  const grown = from === undefined || from.trail.every((entry, index) => entry.hash === issuance.trail[index]?.hash);
  return [
    ...(EDGES[from?.state ?? 'new'].includes(issuance.state)
      ? []
      : [`I15: ${id}: ${from?.state} to ${issuance.state}`]),
    ...(issuance.attempt >= (from?.attempt ?? 0) ? [] : [`I15: ${id}: the attempt fell to ${issuance.attempt}`]),
    ...(attemptsRise(issuance) ? [] : [`I15: ${id}: attempts or calls do not rise strictly`]),
    ...(turnsOnDenialOnly(issuance) ? [] : [`I4: ${id}: the external ID was changed without a denial`]),
    ...(trailHolds(issuance.trail, id) && grown ? [] : [`I9: ${id}: the trail does not hold`]),
    ...(foldOf(issuance) === issuance.state
      ? []
      : [`I9: ${id}: ${issuance.state}, but its trail says ${foldOf(issuance)}`]),
  ];
}

/** Each intent is the next attempt, each further call of it the next call. */
export function attemptsRise({ trail }: Pick<Issuance, 'trail'>): boolean {
  let attempt = 0;
  let call = 0;
  return trail.every((entry) => {
    if (entry.type === 'intended') {
      attempt += 1;
      call = 1;
      return entry.attempt === attempt && entry.call === 1;
    }
    if (entry.type !== 'called') return true;
    call += 1;
    return entry.attempt === attempt && entry.call === call;
  });
}
