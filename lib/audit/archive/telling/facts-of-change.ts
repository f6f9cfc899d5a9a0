import { type ErrorCode, isErrorCode } from '../../../errors.ts';
import type { Issuance } from '../../../ledger/issuance.ts';
import type { BrokerEvent } from '../../../platform/broker-events.ts';
import type { Transition } from '../../../platform/transition-log.ts';
import type { ReadChange } from '../archive-change.ts';
import { jobsPart } from '../judging/told-state.ts';

/** What is published about one change: events on the bus, and lines of the log, which alarms count. */
export type FactsOfChange = { readonly events: readonly BrokerEvent[]; readonly lines: readonly Transition[] };

/**
 * The facts of one change. For an issuance: its ids, tenant, job and state, whenever the state or the attempt changes,
 * and the code of ours with which its job failed. For a change that no code of ours makes: the record, and what is
 * wrong. For a canary: that it was touched. Pure. A receiver may get an event twice, with the same `changeId`.
 */
export function factsOfChange(change: ReadChange, canaryAccounts: ReadonlySet<string>): FactsOfChange {
  const parts = [recorded(change), illegal(change), canary(change, canaryAccounts)];
  return {
    events: parts.flatMap(({ events }) => events).map((event) => ({ ...event, detail: shortened(event.detail) })),
    lines: parts.flatMap(({ lines }) => lines),
  };
}

/**
 * Far longer than any name of ours. The bus accepts 256 KB per call, and refuses the whole call otherwise: a row that
 * somebody wrote past the broker could hold up every fact behind it.
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

/** A job writes its report freely: a code that is not one of ours is left out. */
function jobsCode(issuance: Issuance): ErrorCode | undefined {
  const { code = '' } = jobsPart(issuance).report ?? {};
  return isErrorCode(code) ? code : undefined;
}

/** Explanations name states and attributes. Of a row that is not a record, nothing can be published but its id. */
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

/** Nobody has a reason to ask for anything in a canary's account: anybody who asks has found it by trying. */
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
