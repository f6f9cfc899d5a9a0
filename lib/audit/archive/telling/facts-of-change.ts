import { type ErrorCode, isErrorCode } from '../../../errors.ts';
import type { Issuance } from '../../../ledger/issuance.ts';
import type { BrokerEvent } from '../../../platform/broker-events.ts';
import type { Transition } from '../../../platform/transition-log.ts';
import type { ReadChange } from '../archive-change.ts';
import { jobsPart } from '../judging/told-state.ts';

/** What is told of one change: on the bus, and in lines of the log, which are what alarms count. */
export type FactsOfChange = { readonly events: readonly BrokerEvent[]; readonly lines: readonly Transition[] };

/**
 * What is told of a change: of an issuance its ids, its tenant, its job and its state, whenever that changes, and with
 * which of our codes its job failed; of what no
 * code of ours does, which record and what is wrong; of a canary, that it was touched. Pure. Whoever takes the events may
 * get one twice, with the same `changeId`.
 */
export function factsOfChange(change: ReadChange, canaryAccounts: ReadonlySet<string>): FactsOfChange {
  const parts = [recorded(change), illegal(change), canary(change, canaryAccounts)];
  return {
    events: parts.flatMap(({ events }) => events).map((event) => ({ ...event, detail: shortened(event.detail) })),
    lines: parts.flatMap(({ lines }) => lines),
  };
}

/**
 * Far longer than any name of ours. The bus takes 256 KB at once, and refuses all of it otherwise: a row that somebody
 * wrote past the broker could hold up every fact behind it.
 */
const LONGEST_TOLD = 256;

function shortened(detail: BrokerEvent['detail']): BrokerEvent['detail'] {
  const members = Object.entries(detail).map(([name, value]) => {
    return [name, typeof value === 'string' ? value.slice(0, LONGEST_TOLD).toWellFormed() : value] as const;
  });
  return Object.fromEntries(members);
}

const NOTHING: FactsOfChange = { events: [], lines: [] };

function recorded({ archived, before, after }: ReadChange): FactsOfChange {
  if (after?.recordType !== 'issuance') return NOTHING;
  const was = before?.recordType === 'issuance' ? before : undefined;
  if (was?.state === after.state && was.attempt === after.attempt) return NOTHING;
  const { recordId: issuanceId, requestId, tenantId, accountId, job, state } = after;
  const ids = { changeId: archived.changeId, issuanceId, requestId, tenantId, accountId, job, state };
  const code = jobsCode(after);
  const detail = code === undefined ? ids : { ...ids, code };
  return { events: [{ detailType: 'IssuanceRecorded', detail }], lines: [] };
}

/** A job writes its report as it likes: what is none of our codes is not told. */
function jobsCode(issuance: Issuance): ErrorCode | undefined {
  const { code = '' } = jobsPart(issuance).report ?? {};
  return isErrorCode(code) ? code : undefined;
}

/** Explanations name states and attributes; a record that is no record has nothing that could be told of it but its id. */
function illegal({ archived }: ReadChange): FactsOfChange {
  const { changeId, recordId, recordType, findings, tenantId, accountId, job } = archived;
  if (findings.length === 0) return NOTHING;
  const names = {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(job === undefined ? {} : { job }),
  };
  const found = findings.map(({ finding }) => finding);
  const explanation = `${recordId}: ${findings.map((one) => `${one.finding}, ${one.explanation}`).join('; ')}`;
  const transition = found.includes('removed') ? 'ledger.recordRemoved' : 'ledger.changeIllegal';
  return {
    events: [
      {
        detailType: 'IllegalChange',
        detail: { changeId, recordId, recordType, change: archived.change, found, ...names },
      },
    ],
    lines: [{ transition, ...names, explanation }],
  };
}

/** Nobody has a reason to ask for anything in a canary's account: whoever does has found it by trying. */
function canary({ archived, before, after }: ReadChange, canaryAccounts: ReadonlySet<string>): FactsOfChange {
  const isNew = archived.change === 'INSERT' && before === undefined;
  if (!isNew || after?.recordType !== 'issuance' || !canaryAccounts.has(after.accountId)) return NOTHING;
  const { recordId: issuanceId, requestId, tenantId, accountId, job, requester } = after;
  const touched = { issuanceId, requestId, tenantId, accountId, job, requester };
  return {
    events: [{ detailType: 'CanaryTouched', detail: { changeId: archived.changeId, ...touched } }],
    lines: [{ transition: 'canary.touched', ...touched }],
  };
}
