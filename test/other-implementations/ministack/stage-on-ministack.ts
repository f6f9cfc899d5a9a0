import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { PackagedStage } from '../../../config/package/package-stage.ts';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../../lib/ledger/request-record.ts';
import type { TrustProof } from '../../../lib/onboarding/trust/assess-trust.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import { systemIds } from '../../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../../lib/tenants/dynamo-tenant-registry.ts';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { urlEvent } from '../../support/url-event.ts';
import type { AwsPlace } from './query-protocol.ts';

/** Where and as whom everything here calls: MiniStack takes the account from an access key of twelve digits. */
export function placeAt(endpoint: string): AwsPlace {
  return { endpoint, region: 'eu-west-1', credentials: { accessKeyId: BROKER_ACCOUNT, secretAccessKey: 'test' } };
}

export type Asked = { readonly request: RequestRecord; readonly issuances: readonly Issuance[] };

/** The deployed stage, as its operators and its requesters reach it. */
export type StageOnMinistack = {
  readonly lambda: LambdaClient;
  /** Of a function, a role or a table: what the stage puts before its name. */
  functionName(name: string): string;
  /** Invokes a function and gives what it answers. Throws where it failed. */
  invoke(name: string, event: object, alias?: string): Promise<unknown>;
  /**
   * Registers a tenant with one role, and writes down that the role was proven: MiniStack evaluates no trust policy, so
   * that no proof can be had from it.
   */
  provenTenant(tenantId: string, accountId: string): Promise<void>;
  issuancesOf(tenantId: string): Promise<readonly Issuance[]>;
  /** Has manage-tenants answer this call, and gives status and body. */
  manage(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Puts a RunJob event on the bus. Gives the id of the event. */
  ask(source: string, detail: object): Promise<string>;
  /** Waits until the request of this event and its issuances are through, or the time is over. */
  outcomeOf(eventId: string): Promise<Asked>;
  close(): void;
};

const PATIENCE_MS = 45_000;
const THROUGH: ReadonlySet<Issuance['state']> = new Set([
  'refused',
  'denied',
  'failed',
  'revoked',
  'expired',
  'completed',
  'unknown',
]);

export function reachStage({ stage, config }: PackagedStage, place: AwsPlace): StageOnMinistack {
  const prefix = `credential-broker-${stage}`;
  const functionName = (name: string) => `${prefix}-${name}`;
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(place));
  const lambda = new LambdaClient(place);
  const bus = new EventBridgeClient(place);
  const { deploymentId, mode, partition, tenantRoles } = config;
  const roleArnRules = { partition, ...tenantRoles, forbiddenAccountIds: [BROKER_ACCOUNT] };
  const registry = makeTenantRegistry({
    dynamo,
    clock: systemClock,
    ids: systemIds,
    config: { tenantsTable: functionName('tenants'), deploymentId, mode, roleArnRules },
  });

  async function invoke(name: string, event: object, Qualifier?: string): Promise<unknown> {
    const called = { FunctionName: functionName(name), Payload: JSON.stringify(event), Qualifier };
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand(called));
    const text = Payload?.transformToString() ?? '';
    if (FunctionError !== undefined) throw new Error(`${name}: ${text}`);
    return JSON.parse(text);
  }

  async function manage(method: string, path: string, body?: object) {
    const event = urlEvent({ method, path, ...(body !== undefined && { body }) });
    const answer = v.parse(urlAnswer, await invoke('manage-tenants', event));
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  }

  async function provenTenant(tenantId: string, accountId: string): Promise<void> {
    await manage('POST', '/tenants', { tenantId, name: tenantId, jobs: ['scan-account'] });
    const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
    await manage('POST', `/tenants/${tenantId}/roles`, { roleArn });
    const role = (await registry.readTenant(tenantId))?.roles[0];
    if (role === undefined) throw new Error(`${tenantId} has no role`);
    const capabilities = { sessionTags: true, sourceIdentity: true };
    const verifiedAtMs = systemClock.nowMs();
    const proof: TrustProof = { status: 'trusted', findings: [], capabilities, verifiedAtMs };
    const proven = await registry.recordVerification(role, proof, 'test');
    if ('refused' in proven) throw new Error(`${tenantId}: ${proven.refused}`);
  }

  async function ask(source: string, detail: object): Promise<string> {
    const entry = { EventBusName: prefix, Source: source, DetailType: 'RunJob', Detail: JSON.stringify(detail) };
    const { Entries = [], FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
    const id = Entries[0]?.EventId;
    if (FailedEntryCount !== 0 || id === undefined) throw new Error('the event was not taken');
    return id;
  }

  async function outcomeOf(eventId: string): Promise<Asked> {
    const giveUpAtMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const { requests, issuances } = await readLedger(dynamo, functionName('ledger'));
      const request = requests.find(({ origin }) => origin.eventId === eventId);
      const its = issuances.filter(({ requestId }) => requestId === request?.recordId);
      const through =
        request?.decision === 'refused' || (its.length > 0 && its.every(({ state }) => THROUGH.has(state)));
      if (request !== undefined && (through || performance.now() > giveUpAtMs)) return { request, issuances: its };
      if (performance.now() > giveUpAtMs) throw new Error(`nothing is on record of the event ${eventId}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  return {
    lambda,
    functionName,
    invoke,
    provenTenant,
    issuancesOf: async (tenantId) =>
      (await readLedger(dynamo, functionName('ledger'))).issuances.filter((issuance) => issuance.tenantId === tenantId),
    manage,
    ask,
    outcomeOf,
    close: () => {
      for (const client of [dynamo, lambda, bus]) client.destroy();
    },
  };
}

const urlAnswer = v.object({ statusCode: v.number(), body: v.string() });
