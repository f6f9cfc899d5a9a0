import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { readCloudTrailFile } from '../../local/cloudtrail/cloudtrail-file.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import type { Account, Connection, Ground, Keys } from './ground.ts';
import { callQuery, IAM } from './query-call.ts';
import { createRemovals } from './removals.ts';
import { assume, policy, trusts } from './roles.ts';
import { connectionOf } from './sessions.ts';

const PREFIX = 'credential-broker-local';
const BROKER = '111111111111';
const TENANT = '222222222222';
const REGION = 'eu-west-1';
/** Administers the broker's account; the accounts file that the repository ships has nobody who may. */
const ADMINISTRATOR = {
  profile: 'live-administrator',
  arn: `arn:aws:iam::${BROKER}:user/live-administrator`,
  accessKeyId: 'AKIALOCALLIVEADMINXX',
  secretAccessKey: 'local-live-administrator-not-a-secret-xx',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

export type EmbeddedGround = Ground & { close(): Promise<void> };

/** The embedded stack as a ground: what checks use is what is packaged, in the accounts that the repository ships. */
export async function startEmbeddedGround(): Promise<EmbeddedGround> {
  const { functionsDirectory } = await packageStage({ stage: 'local', log: () => undefined });
  const folder = await mkdtemp(path.join(tmpdir(), 'live-'));
  const accountsFile = await writeAccounts(folder);
  const stack = await startStack({ port: 0, accountsFile, packageDir: path.dirname(functionsDirectory) });
  try {
    const ground = groundOn(stack);
    return {
      ...ground,
      archive: { ...ground.archive, writer: await asArchiveAudit(ground) },
      async close() {
        await stack.idle();
        await stack.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

function groundOn(stack: Stack): Ground {
  const { accounts, endpoint } = stack;
  const keysOf = (profile: string) => accounts.principals.find((one) => one.profile === profile) ?? missing(profile);
  const tenant = accounts.accounts.find(({ accountId }) => accountId === TENANT) ?? missing(TENANT);
  const as = ({ accessKeyId, secretAccessKey }: Keys): Connection => {
    return { endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey } };
  };
  const account = (accountId: string, keys: Keys): Account => {
    return { accountId, administrator: { endpoint, region: REGION, credentials: async () => keys } };
  };
  const queueName = `${PREFIX}-requests`;
  const bodies = collectBodies(stack, queueName);
  const keyId = stack.keys.find(`alias/${PREFIX}-digests`).arn;
  const owner = as(keysOf('scan-scheduler'));
  return {
    where: 'embedded',
    region: REGION,
    otherRegion: 'us-east-1',
    suffix: 'dry',
    accounts: { broker: account(BROKER, keysOf(ADMINISTRATOR.profile)), tenant: account(TENANT, tenant) },
    tableName: `${PREFIX}-ledger`,
    bus: {
      name: PREFIX,
      source: 'com.example.scans',
      owner,
      other: as(keysOf('log-pipeline')),
      queueUrl: `${endpoint}/${BROKER}/${queueName}`,
      async arrives(text) {
        await stack.idle();
        return bodies().some((body) => body.includes(text));
      },
    },
    archive: { writer: owner, bucket: `${PREFIX}-archive-${BROKER}`, keyId },
    async recordOf(name, requestId) {
      const recipient = name === 'broker' ? BROKER : TENANT;
      return readCloudTrailFile(stack.cloudTrailFile).find(
        (record) => record.requestID === requestId && record.recipientAccountId === recipient,
      );
    },
    removals: createRemovals(async () => undefined),
    nowMs: () => stack.clock.nowMs(),
    async pass(milliseconds) {
      stack.advance(milliseconds);
      await stack.idle();
    },
  };
}

/** The packaged role itself, opened to the administrator: key and bucket know it by its ARN alone. */
async function asArchiveAudit(ground: Ground): Promise<Connection> {
  const RoleName = `${PREFIX}-archive-audit`;
  await callQuery(IAM, ground.accounts.broker, {
    Action: 'UpdateAssumeRolePolicy',
    RoleName,
    PolicyDocument: policy([trusts(ground, 'broker')]),
  });
  const RoleArn = `arn:aws:iam::${BROKER}:role/${RoleName}`;
  return connectionOf(ground, await assume(ground.accounts.broker.administrator, { RoleArn }));
}

function collectBodies({ queues }: Stack, queueName: string): () => readonly string[] {
  const seen = new Set<string>();
  queues.onMessage(queueName, () => {
    for (const { body } of queues.snapshot()) seen.add(body);
  });
  return () => [...seen];
}

const accountsSchema = v.looseObject({ principals: v.array(v.unknown()) });

async function writeAccounts(folder: string): Promise<string> {
  const shipped = path.join(projectRoot, 'local', 'accounts');
  const text = await readFile(path.join(shipped, 'emulated-accounts.json'), 'utf8');
  const document = v.parse(
    accountsSchema,
    JSON.parse(text, (key, value: unknown) =>
      key === 'file' && typeof value === 'string' ? path.join(shipped, value) : value,
    ),
  );
  const file = path.join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify({ ...document, principals: [...document.principals, ADMINISTRATOR] }));
  return file;
}

function missing(what: string): never {
  throw new Error(`the accounts file has no ${what}`);
}
