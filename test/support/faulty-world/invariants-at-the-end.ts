import * as v from 'valibot';
import { type Issuance, issuanceSchema, LIMITS } from '../../../lib/ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../../lib/ledger/request-record.ts';
import type { Item } from './expressions.ts';
import type { MintedSession } from './fake-sts.ts';
import type { Call } from './faults.ts';
import { TERMINAL } from './fold.ts';
import { triedBoth } from './invariants-of-calls.ts';
import type { CredentialedRun } from './job-host.ts';

export type Ended = {
  /** The whole ledger. */
  readonly items: readonly Item[];
  readonly calls: readonly Call[];
  readonly minted: readonly MintedSession[];
  readonly runs: readonly CredentialedRun[];
  /** The tenants that were rotating all the time. */
  readonly rotating: readonly string[];
};

/** What must hold once faults have stopped and the sweeper had its time. */
export function checkEnd({ items, calls, minted, runs, rotating }: Ended): readonly string[] {
  const requests = items.flatMap((item) => parsed(requestRecordSchema, item));
  const issuances = items.flatMap((item) => parsed(issuanceSchema, item));
  return [
    ...issuances.flatMap((issuance) => checkEnded(issuance, { minted, runs, rotating })),
    ...requests.flatMap((request) => checkRequest(request, { issuances, calls })),
  ];
}

function checkEnded(
  issuance: Issuance,
  { minted, runs, rotating }: Pick<Ended, 'minted' | 'runs' | 'rotating'>,
): readonly string[] {
  const { recordId, state, tenantId } = issuance;
  const sessions = minted.filter(({ issuanceId }) => issuanceId === recordId).length;
  const runsOfIt = runs.filter(({ issuanceId }) => issuanceId === recordId).length;
  return [
    ...(TERMINAL.has(state) ? [] : [`I8: ${recordId} is still ${state}`]),
    ...(issuance.dueAtMs === undefined ? [] : [`I8: ${recordId} is ${state} and still due`]),
    ...('ticket' in issuance && issuance.ticket !== undefined ? [`I8: ${recordId} still has a ticket`] : []),
    ...(sessions <= LIMITS.attempts ? [] : [`I3b: ${sessions} sessions for ${recordId}`]),
    ...(triedBoth(issuance) || !rotating.includes(tenantId) ? [] : [`I4: ${recordId} was denied by one external ID`]),
    ...(runsOfIt <= 1 ? [] : [`I3: ${runsOfIt} runs with credentials for ${recordId}`]),
  ];
}

function checkRequest(
  { recordId, decision, delivery, accountIds = [] }: RequestRecord,
  { issuances, calls }: { readonly issuances: readonly Issuance[]; readonly calls: readonly Call[] },
): readonly string[] {
  const own = issuances.filter(({ requestId }) => requestId === recordId);
  if (decision === 'refused') return own.length === 0 ? [] : [`I6: the refused ${recordId} has issuances`];
  // A call for credentials that died takes its request along: nobody else could answer it.
  const owed = delivery === 'caller' ? [] : accountIds;
  const missing = owed.filter((accountId) => !own.some((issuance) => issuance.accountId === accountId));
  const beside = own.filter(({ accountId }) => !accountIds.includes(accountId));
  const refused = own.filter(({ state }) => state === 'refused').map(({ recordId: id }) => id);
  const acted = calls.filter(({ site, subject }) => OUTSIDE.has(site) && refused.includes(subject));
  return [
    ...missing.map((accountId) => `I8: account ${accountId} of ${recordId} was lost`),
    ...beside.map(({ recordId: id }) => `I6: ${id} is of an account that ${recordId} was not allowed`),
    ...acted.map(({ site, subject }) => `I6: ${site} for the refused ${subject}`),
  ];
}

const OUTSIDE: ReadonlySet<string> = new Set(['sts.assume', 'kms.dataKey', 'lambda.invoke']);

function parsed<Schema extends v.GenericSchema>(schema: Schema, item: unknown): v.InferOutput<Schema>[] {
  const read = v.safeParse(schema, item);
  return read.success ? [read.output] : [];
}
