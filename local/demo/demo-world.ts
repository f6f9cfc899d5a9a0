import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import {
  MANAGEMENT_FUNCTION,
  type ManagementClient,
  makeManagementClient,
} from '../../lib/client/management-client.ts';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import type { TenantRegistry } from '../../lib/tenants/tenant-registry.ts';
import type { AccountsDocument } from '../accounts/accounts-document.ts';
import { readCloudTrailFile } from '../cloudtrail/cloudtrail-file.ts';
import type { CloudTrailRecord } from '../cloudtrail/cloudtrail-record.ts';
import type { Transition } from '../stack/transition.ts';
import type { Stack } from '../stack.ts';
import { type Auditor, auditorOf } from './auditor.ts';
import { type Customer, customerOf } from './customer.ts';
import type { Keys } from './iam-call.ts';

/** Everybody who acts in the demo, each with their own keys, all through the wire protocols of the running stack. */
export type DemoWorld = {
  readonly stack: Stack;
  readonly deployment: DeploymentConfig;
  readonly brokerAccount: string;
  readonly registry: TenantRegistry;
  readonly dynamo: DynamoDBDocumentClient;
  /** The function URL of manage-tenants, as an operator. */
  readonly management: ManagementClient;
  readonly auditor: Auditor;
  readonly tables: Readonly<Record<'tenants' | 'switches' | 'limits' | 'ledger', string>>;
  customer(accountId: string): Customer;
  /** Puts a RunJob event on the bus as this principal. Returns EventBridge's id of the event. */
  ask(profile: string, event: { readonly source: string; readonly detail: object }): Promise<string>;
  /** The queue that holds the requests. */
  readonly requestQueue: string;
  /** The AssumeRole calls so far, as CloudTrail records them in the broker's account. */
  assumeRoleCalls(): readonly CloudTrailRecord[];
  /** The secret key and the token of every session that STS gave out. */
  sessionSecrets(): readonly string[];
  /** The body of every message that was ever in a queue. */
  messagesSeen(): readonly string[];
  /** Every line that a function wrote. */
  logLines(): readonly string[];
  /** Every transition that a function logged. */
  transitions(): readonly Transition[];
  /** Connects any SDK client with these keys. */
  connection(keys: Keys & { readonly sessionToken?: string }): ClientConnection;
};

export type ClientConnection = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys & { readonly sessionToken?: string };
};

const PREFIX = 'credential-broker-local';

export function makeDemoWorld({
  stack,
  deployment,
  accounts,
}: {
  readonly stack: Stack;
  readonly deployment: DeploymentConfig;
  readonly accounts: AccountsDocument;
}): DemoWorld {
  const { endpoint } = stack;
  const connection = (keys: Keys & { readonly sessionToken?: string }) => ({
    endpoint,
    region: deployment.homeRegion,
    credentials: keys,
  });
  const connectionOf = (profile: string) => connection(keysOf(profile, accounts));
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(connectionOf('operator')));
  const { brokerAccount } = accounts;
  const { partition, tenantRoles, deploymentId } = deployment;
  const roleArnRules = { partition, ...tenantRoles, forbiddenAccountIds: [brokerAccount] };
  const assumeRoleCalls = () => assumeRoleCallsOf(stack, brokerAccount);
  const tables = {
    tenants: `${PREFIX}-tenants`,
    switches: `${PREFIX}-switches`,
    limits: `${PREFIX}-limits`,
    ledger: `${PREFIX}-ledger`,
  };
  return {
    stack,
    deployment,
    brokerAccount,
    dynamo,
    tables,
    connection,
    requestQueue: `${PREFIX}-requests`,
    assumeRoleCalls,
    sessionSecrets: () => assumeRoleCalls().flatMap((record) => secretsOf(record, stack)),
    messagesSeen: collectMessages(stack),
    logLines: collectLogLines(stack),
    transitions: collectTransitions(stack),
    auditor: auditorOf({
      connection: connectionOf('auditor'),
      prefix: PREFIX,
      archiveBucket: `${PREFIX}-archive-${brokerAccount}`,
    }),
    registry: makeTenantRegistry({
      dynamo,
      clock: stack.clock,
      ids: systemIds,
      config: { tenantsTable: tables.tenants, deploymentId, mode: deployment.mode, roleArnRules },
    }),
    management: makeManagementClient({
      url: `${endpoint}/_url/${PREFIX}-${MANAGEMENT_FUNCTION}`,
      region: deployment.homeRegion,
      credentials: async () => keysOf('operator', accounts),
    }),
    customer: (accountId) => customerOf({ accountId, keys: accountKeys(accountId, accounts), endpoint }),
    ask: (profile, event) => putRunJob(new EventBridgeClient(connectionOf(profile)), event),
  };
}

/** The caller's copies of the records: a denied call has no other. */
function assumeRoleCallsOf({ cloudTrailFile }: Stack, brokerAccount: string): readonly CloudTrailRecord[] {
  return readCloudTrailFile(cloudTrailFile).filter(
    (record) => record.eventName === 'AssumeRole' && record.recipientAccountId === brokerAccount,
  );
}

const answeredSchema = v.object({ credentials: v.object({ accessKeyId: v.string() }) });

function secretsOf({ responseElements }: CloudTrailRecord, { identities }: Stack): readonly string[] {
  const answered = v.safeParse(answeredSchema, responseElements);
  if (!answered.success) return [];
  const stored = identities.findCredential(answered.output.credentials.accessKeyId);
  return stored === undefined
    ? []
    : [stored.secretAccessKey, ...(stored.sessionToken === undefined ? [] : [stored.sessionToken])];
}

function collectMessages({ queues }: Stack): () => readonly string[] {
  const seen = new Map<string, string>();
  const look = () => {
    for (const { messageId, body } of queues.snapshot()) seen.set(messageId, body);
  };
  for (const name of queues.queueNames()) queues.onMessage(name, look);
  return () => [...seen.values()];
}

function collectLogLines({ onFunctionLog }: Stack): () => readonly string[] {
  const lines: string[] = [];
  onFunctionLog((line) => lines.push(JSON.stringify(line)));
  return () => lines;
}

function collectTransitions({ onTransition }: Stack): () => readonly Transition[] {
  const transitions: Transition[] = [];
  onTransition((transition) => transitions.push(transition));
  return () => transitions;
}

async function putRunJob(
  bus: EventBridgeClient,
  { source, detail }: { readonly source: string; readonly detail: object },
): Promise<string> {
  const answer = await bus.send(
    new PutEventsCommand({
      Entries: [{ EventBusName: PREFIX, Source: source, DetailType: 'RunJob', Detail: JSON.stringify(detail) }],
    }),
  );
  const [entry] = answer.Entries ?? [];
  if (answer.FailedEntryCount !== 0 || entry?.EventId === undefined) {
    throw new Error(`EventBridge did not take the event: ${entry?.ErrorCode ?? 'no answer'}`);
  }
  return entry.EventId;
}

function keysOf(profile: string, { principals }: AccountsDocument): Keys {
  const found = principals.find((principal) => principal.profile === profile);
  if (found === undefined) throw new Error(`the accounts file has no principal ${profile}`);
  return { accessKeyId: found.accessKeyId, secretAccessKey: found.secretAccessKey };
}

function accountKeys(accountId: string, { accounts }: AccountsDocument): Keys {
  const found = accounts.find((account) => account.accountId === accountId);
  if (found === undefined) throw new Error(`the accounts file has no account ${accountId}`);
  return { accessKeyId: found.accessKeyId, secretAccessKey: found.secretAccessKey };
}
