import * as v from 'valibot';
import { type Issuance, issuanceSchema, LIMITS } from '../../../lib/broker/issuance.ts';
import { requestRecordSchema } from '../../../lib/broker/request-record.ts';
import { trailHolds } from '../../../lib/broker/trail.ts';
import { tables } from '../dynamo-tables.ts';
import type { Item } from './expressions.ts';
import type { Call, Faults } from './faults.ts';
import { announcedCalls, EDGES, foldOf } from './fold.ts';
import { checkWhoseCall, type Mode, turnsOnDenialOnly } from './invariants-of-calls.ts';
import type { MemoryTables } from './memory-tables.ts';

export type Watched = {
  readonly memory: MemoryTables;
  readonly faults: Faults;
  readonly mode: Mode;
  /** The calls (by sequence) before which something was switched off, for which tenant. */
  readonly suspensions: readonly { readonly afterSequence: number; readonly tenantId: string }[];
};

/** Looks at every call before it takes effect and at every write; gives what was broken, each with the invariant's name. */
export function watchInvariants(watched: Watched): readonly string[] {
  const { memory, faults } = watched;
  const broken: string[] = [];
  const claims = new Map<string, number>();
  faults.watch = (call) => broken.push(...checkCall(call, watched));
  memory.onWrite = (table, { before, after }) => {
    if (table !== tables.ledgerTable || after['recordType'] === 'request') return;
    const isClaim = before?.['state'] !== undefined && after['claim'] !== before['claim'];
    if (isClaim) claims.set(String(after['recordId']), (claims.get(String(after['recordId'])) ?? 0) + 1);
    if ((claims.get(String(after['recordId'])) ?? 0) > 1) broken.push(`I3: claimed twice: ${after['recordId']}`);
    broken.push(...checkWrite(before, after));
  };
  return broken;
}

function checkCall(call: Call, watched: Watched): readonly string[] {
  const { memory } = watched;
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

function checkAssumption(call: Call, issuance: Issuance | undefined, watched: Watched): readonly string[] {
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

/** What a process goes on with must have been decided by a reading that began before the suspension, or not at all. */
function checkSwitchReading(call: Call, { faults, suspensions, memory }: Watched): readonly string[] {
  const tenantId = memory.item(tables.ledgerTable, call.subject)?.['tenantId'];
  const read = faults.calls.findLast(
    ({ site, processId, sequence }) =>
      site === 'switches.read' && processId === call.processId && sequence < call.sequence,
  );
  if (read === undefined) return [`I12: ${call.site} for ${call.subject} without a reading of the switches`];
  const off = suspensions.some((one) => one.tenantId === tenantId && one.afterSequence <= read.sequence);
  return off ? [`I12: ${call.site} for ${call.subject} after its tenant was suspended`] : [];
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
