import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ownRoles } from '../../lib/audit/correlation/own-roles.ts';
import { auditRoutes } from '../../lib/audit/questions/audit-routes.ts';
import { makeAuditStore } from '../../lib/audit/questions/dynamo-audit-store.ts';
import { makeReceipts } from '../../lib/audit/receipts/make-receipts.ts';
import { makeSigner } from '../../lib/audit/receipts/sign-receipts.ts';
import { makeSigningKeys } from '../../lib/audit/receipts/signing-keys.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { makeFunctionUrl } from '../../lib/platform/function-url.ts';
import type { Requester } from '../../lib/requests/requester.ts';
import { BROKER_ACCOUNT } from './a-tenant.ts';
import { tables } from './dynamo-tables.ts';
import { type FrozenClock, frozenClock } from './frozen-clock.ts';
import { recordedTransitions } from './recorded-transitions.ts';
import { type SigningKms, signingKms } from './signing-kms.ts';
import { urlEvent } from './url-event.ts';

export const AUDIT_TABLES = { ...tables, limitsTable: 'test-limits' } as const;
export const RECEIPTS_KEY = 'arn:aws:kms:eu-west-1:111111111111:key/receipts';
export const DIGESTS_KEY = 'arn:aws:kms:eu-west-1:111111111111:key/digests';

export const auditRoles = ownRoles({
  partition: 'aws',
  brokerAccountId: BROKER_ACCOUNT,
  functionNamePrefix: 'credential-broker-test-',
  names: ['issue-credentials', 'vend-credentials', 'verify-trust', 'decoy'],
});

export type Answered = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  readonly body: any;
};

export type AuditWorld = {
  readonly clock: FrozenClock;
  readonly kms: SigningKms;
  readonly log: ReturnType<typeof recordedTransitions>;
  /** Asks as a signed request would: through the frame of function URLs. */
  ask(path: string, query?: Readonly<Record<string, string>>): Promise<Answered>;
  /** Follows cursors to the end. */
  askAll(path: string, query?: Readonly<Record<string, string>>): Promise<readonly Answered[]>;
  put(...items: readonly object[]): Promise<void>;
  setCorrelated(correlatedUpToMs: number): Promise<void>;
  setSettings(tenantId: string, settings: object): Promise<void>;
};

export type AuditWorldOptions = {
  readonly requesters?: readonly Requester[];
  readonly remainingMs?: () => number;
};

/** The routes of answer-audit-query over the tables of the test. */
export function auditWorld(dynamo: DynamoDBDocumentClient, options: AuditWorldOptions = {}): AuditWorld {
  const clock = frozenClock();
  const kms = signingKms();
  const log = recordedTransitions();
  const config = {
    deploymentId: 'test1',
    brokerAccountId: BROKER_ACCOUNT,
    callerRoleArns: [auditRoles.arnOf('issue-credentials')],
    partition: 'aws',
    jobs: jobCatalogue,
  };
  const routes = auditRoutes({
    openStore: () => makeAuditStore({ dynamo, config: AUDIT_TABLES }),
    receipts: makeReceipts({
      signer: makeSigner({ kms: kms.client, config: { keyArn: RECEIPTS_KEY } }),
      clock,
      config,
    }),
    signingKeys: makeSigningKeys({
      kms: kms.client,
      config: { digestsKeyArn: DIGESTS_KEY, receiptsKeyArn: RECEIPTS_KEY },
    }),
    clock,
    roles: auditRoles,
    grounds: {
      jobs: jobCatalogue,
      partition: 'aws',
      requesters: options.requesters ?? [],
      brokerAccountId: BROKER_ACCOUNT,
    },
  });
  const answer = makeFunctionUrl({ routes, log });
  const context = { awsRequestId: 'url-request-1', getRemainingTimeInMillis: options.remainingMs ?? (() => 29_000) };
  const write = (TableName: string, Item: object) => dynamo.send(new PutCommand({ TableName, Item: { ...Item } }));

  async function ask(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answered> {
    const event = urlEvent({ path, query: new URLSearchParams(query).toString() });
    const { statusCode, body } = await answer(event, context);
    return { status: statusCode, body: JSON.parse(body) };
  }

  return {
    clock,
    kms,
    log,
    ask,
    async askAll(path, query = {}) {
      const pages = [await ask(path, query)];
      for (let last = pages[0]; last?.body.cursor !== undefined; last = pages.at(-1)) {
        if (pages.length > 500) throw new Error('the pages have no end');
        pages.push(await ask(path, { ...query, cursor: last.body.cursor }));
      }
      return pages;
    },
    async put(...items) {
      for (const item of items) await write(AUDIT_TABLES.ledgerTable, item);
    },
    async setCorrelated(correlatedUpToMs) {
      await write(AUDIT_TABLES.limitsTable, { counter: 'correlation', version: 1, correlatedUpToMs, later: [] });
    },
    async setSettings(tenantId, settings) {
      await write(AUDIT_TABLES.tenantsTable, {
        tenantId,
        record: 'tenant',
        settings,
        externalIds: { current: 'cb-secret' },
      });
    },
  };
}
