import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type PackagedStage, packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../lib/ledger/request-record.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import type { FunctionLogLine } from '../../local/lambda/log-lines.ts';
import { startStack } from '../../local/stack.ts';
import { aTenant } from './a-tenant.ts';

const PREFIX = 'credential-broker-local';
const ACME = '222222222222';

export type Connection = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** The embedded stack with one tenant, acme, whose account has a role that trusts the broker. */
export type LocalStack = {
  readonly endpoint: string;
  /** The config file that the stack writes for AWS clients. */
  readonly awsConfigFile: string;
  /** What any AWS client needs to act as one of the principals of the accounts file. */
  profile(name: string): Promise<Connection>;
  requests(): Promise<readonly RequestRecord[]>;
  issuances(): Promise<readonly Issuance[]>;
  /** Nothing is going on any more. */
  idle(): Promise<void>;
  /** Tells of every line that a function writes. Answers with what ends it. */
  onFunctionLog(listener: (line: FunctionLogLine) => void): () => void;
  advance(seconds: number): void;
  close(): Promise<void>;
};

/** `signsDigests`: false where a test leaps over months, each day of which has 288 digests to be made good. */
export async function startLocalStack({ signsDigests = true } = {}): Promise<LocalStack> {
  const packaged = await packageStage({ stage: 'local', log: () => undefined });
  const folder = await mkdtemp(path.join(tmpdir(), 'local-stack-'));
  const accountsFile = await writeAccounts(folder);
  const packageDir = signsDigests ? path.dirname(packaged.functionsDirectory) : await withoutDigests(packaged, folder);
  const stack = await startStack({ port: 0, accountsFile, packageDir });
  const profile = async (name: string) => readProfile(await readFile(stack.awsConfigFile, 'utf8'), name);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(await profile('operator')));
  await register(dynamo);
  return {
    endpoint: stack.endpoint,
    awsConfigFile: stack.awsConfigFile,
    profile,
    requests: async () => (await readLedger(dynamo, `${PREFIX}-ledger`)).requests,
    issuances: async () => (await readLedger(dynamo, `${PREFIX}-ledger`)).issuances,
    idle: () => stack.idle(),
    onFunctionLog: (listener) => stack.onFunctionLog(listener),
    advance: (seconds) => stack.advance(seconds * 1_000),
    async close() {
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The accounts that the repository ships, and in one of them the role of a customer. */
async function writeAccounts(folder: string): Promise<string> {
  const shipped = path.join(projectRoot, 'local', 'accounts');
  const text = await readFile(path.join(shipped, 'emulated-accounts.json'), 'utf8');
  const document = JSON.parse(text, (key, value: unknown) =>
    key === 'file' && typeof value === 'string' ? path.join(shipped, value) : value,
  );
  const account = document.accounts.find(({ accountId }: { accountId: string }) => accountId === ACME);
  account.roles.push({ path: '/credential-broker/', name: 'scanner', trustPolicy: trust(), policy: permissions });
  const file = path.join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify(document));
  return file;
}

/** What was packaged, but that the schedule of the archive's function is turned off. */
async function withoutDigests(packaged: PackagedStage, folder: string): Promise<string> {
  const packageDir = path.join(folder, 'packaged');
  const template = JSON.parse(await readFile(packaged.templatePath, 'utf8'));
  template.Resources.ArchiveDashauditEventsRuleSchedule1.Properties.State = 'DISABLED';
  await mkdir(path.join(packageDir, 'package'), { recursive: true });
  await symlink(packaged.functionsDirectory, path.join(packageDir, 'functions'));
  await writeFile(path.join(packageDir, 'package', path.basename(packaged.templatePath)), JSON.stringify(template));
  return packageDir;
}

function trust() {
  const assuming = ['issue-credentials', 'vend-credentials'];
  const Principal = { AWS: assuming.map((name) => `arn:aws:iam::111111111111:role/${PREFIX}-${name}`) };
  const Condition = { StringEquals: { 'sts:ExternalId': aTenant().tenant.externalIds?.current ?? '' } };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition }] };
}

const permissions = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };

async function register(dynamo: DynamoDBDocumentClient): Promise<void> {
  const { tenant, roles } = aTenant();
  for (const Item of [tenant, ...roles]) {
    await dynamo.send(new PutCommand({ TableName: `${PREFIX}-tenants`, Item: { ...Item } }));
  }
}

function readProfile(text: string, name: string): Connection {
  const section = text.split('[profile ').find((part) => part.startsWith(`${name}]`)) ?? '';
  const setting = (key: string) => new RegExp(`^${key} = (.+)$`, 'm').exec(section)?.[1] ?? '';
  return {
    endpoint: setting('endpoint_url'),
    region: setting('region'),
    credentials: { accessKeyId: setting('aws_access_key_id'), secretAccessKey: setting('aws_secret_access_key') },
  };
}
