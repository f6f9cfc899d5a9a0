import type { Clock } from '../../platform/clock.ts';
import type { RouteAnswer } from '../../platform/url-routes.ts';
import type { OwnRoles } from '../correlation/own-roles.ts';
import type { AuditRoutes, Currency, RecordView } from './audit-api.ts';
import type { AuditStore } from './audit-store.ts';
import { correlatedText, currencyOf } from './currency.ts';
import type { Lookup } from './find-records.ts';
import { type StoryGrounds, tellIssuance } from './issuance-story.ts';
import { refuse } from './question-route.ts';

type Naming = { readonly openStore: () => AuditStore; readonly clock: Clock; readonly roles: OwnRoles };

type Search = {
  readonly find: (lookup: Lookup) => Promise<readonly RecordView[]>;
  readonly reads: Currency['reads'];
};

/** Answers with everything that bears one name, or says that there is nothing. */
export async function answerNamed({ find, reads }: Search, { openStore, clock, roles }: Naming): Promise<RouteAnswer> {
  const store = openStore();
  const readAtMs = clock.nowMs();
  const [records, correlated] = await Promise.all([
    find({ store, nowMs: readAtMs, roles }),
    store.readCorrelatedUpToMs(),
  ]);
  if (records.length === 0) {
    return refuse('audit.unknown', `nothing in the ledger bears this name; ${correlatedText(correlated)}`);
  }
  const answer: AuditRoutes['GET /access-keys/:accessKeyId']['answer'] = {
    records,
    currency: currencyOf({ readAtMs, reads, correlated }),
    cost: store.cost(),
  };
  return { status: 200, answer };
}

/** Answers with the whole story of one issuance. */
export async function answerStory(
  issuanceId: string,
  { openStore, clock, roles, grounds }: Naming & { readonly grounds: StoryGrounds },
): Promise<RouteAnswer> {
  const store = openStore();
  const readAtMs = clock.nowMs();
  const [story, correlated] = await Promise.all([
    tellIssuance(issuanceId, { store, nowMs: readAtMs, roles, grounds }),
    store.readCorrelatedUpToMs(),
  ]);
  if (story === undefined) return refuse('audit.unknown', 'there is no issuance with this id');
  const answer: AuditRoutes['GET /issuances/:issuanceId']['answer'] = {
    ...story,
    currency: currencyOf({ readAtMs, reads: 'consistent', correlated }),
    cost: store.cost(),
  };
  return { status: 200, answer };
}
