import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../lib/ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../lib/ledger/request-record.ts';
import { TERMINAL } from '../support/faulty-world/fold.ts';
import { accountIdOf } from './tenants-of-load.ts';

export type LedgerFindings = {
  /** Issuances by state. */
  readonly states: Readonly<Record<string, number>>;
  /** Events of valid requests that have no allowed request with one issuance that ended. */
  readonly lost: readonly string[];
  /** Issuances of an account that is another tenant's, or of a request that was refused. */
  readonly crossed: number;
  readonly refused: number;
};

/** Reads the whole ledger: is each valid request there, once, and at its end? */
export async function checkLedger(
  items: AsyncIterable<Record<string, unknown>>,
  validEvents: ReadonlySet<string>,
): Promise<LedgerFindings> {
  const found: Found = { events: new Map(), ended: new Map(), states: {}, refused: new Set(), crossed: 0 };
  for await (const item of items) {
    if (item['recordType'] === 'request') noteRequest(v.parse(requestRecordSchema, item), found);
    if (item['recordType'] === 'issuance') noteIssuance(v.parse(issuanceSchema, item), found);
  }
  const { events, ended, states, refused, crossed } = found;
  const acted = [...ended.keys()].filter((requestId) => refused.has(requestId)).length;
  const lost = [...validEvents].filter((eventId) => ended.get(events.get(eventId) ?? '') !== 1);
  return { states, lost, crossed: crossed + acted, refused: refused.size };
}

type Found = {
  /** Ids of allowed requests by the event that asked. */
  readonly events: Map<string, string>;
  /** How many issuances of a request have ended. */
  readonly ended: Map<string, number>;
  readonly states: Record<string, number>;
  readonly refused: Set<string>;
  crossed: number;
};

function noteRequest({ recordId, decision, origin }: RequestRecord, { events, refused }: Found): void {
  if (decision === 'allowed') events.set(eventIdOf(origin), recordId);
  else refused.add(recordId);
}

function noteIssuance({ state, accountId, tenantId, requestId, dueAtMs }: Issuance, found: Found): void {
  const { states, ended } = found;
  states[state] = (states[state] ?? 0) + 1;
  if (accountId !== accountIdOf(tenantId)) found.crossed += 1;
  if (TERMINAL.has(state) && dueAtMs === undefined) ended.set(requestId, (ended.get(requestId) ?? 0) + 1);
}

function eventIdOf(origin: object): string {
  return 'eventId' in origin ? String(origin.eventId) : '';
}
