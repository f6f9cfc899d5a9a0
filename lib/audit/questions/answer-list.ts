import type { RouteAnswer } from '../../platform/url-routes.ts';
import type { RecordPage } from './audit-api.ts';
import { currencyOf } from './currency.ts';
import { type ListPlace, type ListPlan, planOf } from './list-plan.ts';
import { LISTED, type ListQuery, type LiveQuery } from './list-question.ts';
import { type ListPage, listRecords, type Reading } from './list-records.ts';
import { type LiveAsked, listLiveSessions } from './live-sessions.ts';
import { type PagePosition, readCursor, writeCursor } from './page-cursor.ts';
import { refuse } from './question-route.ts';
import { DAY_MS } from './question-times.ts';

/** Answers a question for a list with one page of it. */
export async function answerList(
  { place, query }: { readonly place: ListPlace; readonly query: ListQuery },
  reading: Reading,
): Promise<RouteAnswer> {
  const { limit = LISTED, cursor, ...asked } = query;
  const question = { place, ...asked };
  const from = cursor === undefined ? undefined : readCursor(question, cursor);
  const plan = continued(planOf({ place, query }, reading.nowMs), from);
  if (cursor !== undefined && !isWithin(from, plan)) return strayCursor();
  if (plan.untilMs < plan.fromMs && query.from !== undefined && query.to !== undefined) {
    return refuse('request.fieldInvalid', 'to: expected a time after from');
  }
  const answer = await pageOf(question, reading, async () => {
    const page = await listRecords(plan, { from, limit: Number(limit) }, reading);
    const kept = page.next === undefined || !plan.isFromChosen ? {} : { fromMs: plan.fromMs };
    return { ...page, ...(page.next === undefined ? {} : { next: { ...page.next, ...kept } }) };
  });
  // The newest record that is still to be looked at is older than the beginning of the next page.
  return { status: 200, answer: { ...answer.page, searchedToMs: answer.next?.atMs ?? plan.fromMs } };
}

/** Answers which sessions may be used now, one page of them. */
export async function answerLive(query: LiveQuery, reading: Reading): Promise<RouteAnswer> {
  const { limit = LISTED, cursor, tenant, account, job, requester } = query;
  const asked = { tenantId: tenant, accountId: account, job, requester };
  const filter: LiveAsked['filter'] = Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined),
  );
  const question = { live: filter };
  const from = cursor === undefined ? undefined : readCursor(question, cursor);
  if (cursor !== undefined && !isWithinLive(from, reading.nowMs)) return strayCursor();
  const answer = await pageOf(question, reading, () =>
    listLiveSessions({ filter, from, limit: Number(limit) }, reading),
  );
  return { status: 200, answer: answer.page };
}

/** The page with its cursor, how current it is, and what it cost. */
async function pageOf(question: object, { store, nowMs }: Reading, read: () => Promise<ListPage>) {
  const [{ records, next }, correlated] = await Promise.all([read(), store.readCorrelatedUpToMs()]);
  const page: RecordPage = {
    records,
    ...(next === undefined ? {} : { cursor: writeCursor(question, next) }),
    currency: currencyOf({ readAtMs: nowMs, reads: 'index', correlated }),
    cost: store.cost(),
  };
  return { page, next };
}

/** The beginning that the first page chose stays the same for the later pages. */
function continued(plan: ListPlan, from: PagePosition | undefined): ListPlan {
  return plan.isFromChosen && from?.fromMs !== undefined ? { ...plan, fromMs: from.fromMs } : plan;
}

function isWithin(from: PagePosition | undefined, { fromMs, untilMs, isFromChosen }: ListPlan): boolean {
  if (from === undefined || from.part !== undefined || (from.fromMs === undefined) === isFromChosen) return false;
  return from.atMs >= fromMs && from.atMs <= untilMs + (from.id === undefined ? 1 : 0);
}

/**
 * Whether the position can be one of this list. A position among the recent issuances lies between the list's beginning
 * and a day ahead of now; one among the open issuances may have any time, as they may be due at any time.
 */
function isWithinLive(from: PagePosition | undefined, nowMs: number): boolean {
  if (from?.fromMs === undefined) return false;
  return from.part === 'open' || (from.atMs >= from.fromMs && from.atMs <= nowMs + DAY_MS);
}

function strayCursor(): RouteAnswer {
  return refuse('audit.cursorInvalid', 'no page of this question gave this cursor');
}
