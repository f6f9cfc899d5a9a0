import type { Clock } from '../../platform/clock.ts';
import type { Route, RouteCall, RouteTable } from '../../platform/url-routes.ts';
import type { OwnRoles } from '../correlation/own-roles.ts';
import type { MakeReceipts } from '../receipts/make-receipts.ts';
import type { SigningKeys } from '../receipts/signing-keys.ts';
import { answerList, answerLive } from './answer-list.ts';
import { answerNamed, answerStory } from './answer-named.ts';
import type { AuditRoutes } from './audit-api.ts';
import type { AuditStore } from './audit-store.ts';
import { findByName, findBySession } from './find-records.ts';
import type { StoryGrounds } from './issuance-story.ts';
import { listQuery, liveQuery, noQuery, places, receiptsQuery } from './list-question.ts';
import type { Reading } from './list-records.ts';
import { questionRoute } from './question-route.ts';

export type AuditDependencies = {
  /** Opens the store for one question: it counts what that question costs. */
  readonly openStore: () => AuditStore;
  readonly receipts: MakeReceipts;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly roles: OwnRoles;
  readonly grounds: StoryGrounds;
};

/** The routes of `answer-audit-query`. None of them changes anything. */
export function auditRoutes(audit: AuditDependencies): RouteTable {
  const routes: Record<keyof AuditRoutes, Route> = {
    ...listRoutes(audit),
    ...namedRoutes(audit),
    ...signedRoutes(audit),
  };
  return routes;
}

function listRoutes({ openStore, clock, roles }: AuditDependencies) {
  const reading = ({ remainingMs }: RouteCall): Reading => {
    return { store: openStore(), nowMs: clock.nowMs(), roles, remainingMs };
  };
  return {
    'GET /tenants/:tenantId/records': questionRoute(places.tenantId, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'tenant', value: place.tenantId }, query }, reading(call)),
    ),
    'GET /accounts/:accountId/records': questionRoute(places.accountId, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'account', value: place.accountId }, query }, reading(call)),
    ),
    'GET /requesters/:requester/records': questionRoute(places.requester, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'requester', value: place.requester }, query }, reading(call)),
    ),
    'GET /jobs/:job/records': questionRoute(places.job, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'job', value: place.job }, query }, reading(call)),
    ),
    'GET /days/:day/records': questionRoute(places.day, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'day', value: place.day }, query }, reading(call)),
    ),
    'GET /exceptions/:exception/records': questionRoute(places.exception, listQuery, ({ place, query, call }) =>
      answerList({ place: { of: 'exception', value: place.exception }, query }, reading(call)),
    ),
    'GET /live-sessions': questionRoute(noQuery, liveQuery, ({ query, call }) => answerLive(query, reading(call))),
  };
}

function namedRoutes(audit: AuditDependencies) {
  return {
    'GET /issuances/:issuanceId': questionRoute(places.issuanceId, noQuery, ({ place }) =>
      answerStory(place.issuanceId, audit),
    ),
    'GET /access-keys/:accessKeyId': questionRoute(places.accessKeyId, noQuery, ({ place }) => {
      const name = { index: 'byAccessKey', value: place.accessKeyId } as const;
      return answerNamed({ find: (finding) => findByName(name, finding), reads: 'index' }, audit);
    }),
    'GET /sessions/:sessionName': questionRoute(places.sessionName, noQuery, ({ place }) =>
      answerNamed({ find: (finding) => findBySession(place.sessionName, finding), reads: 'consistent' }, audit),
    ),
    'GET /sts-requests/:stsRequestId': questionRoute(places.stsRequestId, noQuery, ({ place }) => {
      const name = { index: 'byStsRequest', value: place.stsRequestId } as const;
      return answerNamed({ find: (finding) => findByName(name, finding), reads: 'index' }, audit);
    }),
  };
}

function signedRoutes({ receipts, signingKeys, openStore }: AuditDependencies) {
  return {
    'GET /tenants/:tenantId/receipts': questionRoute(places.tenantId, receiptsQuery, async ({ place, query }) => {
      const made = await receipts({ ...place, ...query }, openStore());
      return 'refused' in made ? made : { status: 200 as const, answer: made };
    }),
    'GET /signing-keys': questionRoute(noQuery, noQuery, async () => {
      return { status: 200 as const, answer: { keys: await signingKeys() } };
    }),
  };
}
