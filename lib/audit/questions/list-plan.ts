import { utcDay } from '../../ledger/issuance.ts';
import type { IndexFilter, TimedIndex } from './audit-store.ts';
import type { ListQuery } from './list-question.ts';
import { DAY_MS, timeOf } from './question-times.ts';
import type { LedgerRecord } from './read-record.ts';

/** The part of the address that says what a list is about. */
export type ListPlace = {
  readonly of: 'tenant' | 'account' | 'requester' | 'job' | 'day' | 'exception';
  readonly value: string;
};

/** Which rows of which index answer a question, the newest first. */
export type ListPlan = {
  readonly index: TimedIndex;
  /** The partition; left out where each day has its own, and the days are walked from the last to the first. */
  readonly value?: string;
  readonly filter: IndexFilter;
  /** A condition on what only the record itself shows, such as its state: applied once the record is read. */
  readonly keep?: ((record: LedgerRecord) => boolean) | undefined;
  /** Both ends are included. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** `fromMs` does not come from the question: it goes into the cursor, so that it stays the same. */
  readonly isFromChosen: boolean;
};

/** How far back a list goes that walks over days, where the question gives no beginning. */
export const DEFAULT_DAYS = 30;

type Asked = { readonly place: ListPlace; readonly query: ListQuery };

/** Chooses the narrowest index: a tenant's rows, then an account's, then those of each day. */
export function planOf({ place, query }: Asked, nowMs: number): ListPlan {
  const filter = filterOf(place, query);
  const partition = partitionOf(place, filter);
  const isWalked = partition.value === undefined;
  const from = query.from === undefined ? undefined : timeOf(query.from);
  const to = query.to === undefined ? undefined : timeOf(query.to);
  // The clocks that recorded the rows may be ahead of this one, by a day at the most; beyond that there is nothing to
  // walk.
  const newestMs = nowMs + DAY_MS;
  const untilMs = Math.min(to === undefined ? newestMs : to - 1, newestMs);
  const fromMs = from ?? (isWalked ? Math.max(0, Math.min(untilMs, nowMs) - DEFAULT_DAYS * DAY_MS) : 0);
  return {
    ...partition,
    filter,
    keep: query.state === undefined ? undefined : (record) => 'state' in record && record.state === query.state,
    fromMs,
    untilMs,
    isFromChosen: from === undefined,
  };
}

/** The rows of the plan that one Query can read: all of them, or those of the day of `untilMs`. */
export function partitionAt({ value, fromMs }: ListPlan, untilMs: number) {
  if (value !== undefined) return { value, fromMs };
  const day = utcDay(untilMs);
  return { value: day, fromMs: Math.max(fromMs, Date.parse(day)) };
}

function filterOf(place: ListPlace, { type, tenant, account, job, requester, state }: ListQuery): IndexFilter {
  const asked = {
    // Only issuances have a state.
    recordType: type ?? (state === undefined ? undefined : 'issuance'),
    tenantId: tenant,
    accountId: account,
    job,
    requester,
    ...(place.of === 'requester' ? { requester: place.value } : {}),
    ...(place.of === 'job' ? { job: place.value } : {}),
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

function partitionOf({ of, value }: ListPlace, filter: IndexFilter): Pick<ListPlan, 'index' | 'value'> {
  if (of === 'tenant') return { index: 'byTenant', value };
  if (of === 'account') return { index: 'byAccount', value };
  if (of === 'day') return { index: 'byDay', value };
  if (of === 'exception') return { index: 'byException', value };
  if (filter.tenantId !== undefined) return { index: 'byTenant', value: filter.tenantId };
  if (filter.accountId !== undefined) return { index: 'byAccount', value: filter.accountId };
  return { index: 'byDay' };
}
