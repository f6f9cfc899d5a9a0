import { randomBytes } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import type { JobPayload } from '../../../../lib/job-runtime/job-payload.ts';
import type { RunEvent, RunIdentity } from '../../../../lib/job-runtime/run-event.ts';
import type { RunDependencies } from '../../../../lib/job-runtime/with-tenant-credentials.ts';
import { derivedId } from '../../../../lib/platform/ids.ts';
import { kmsEncryptionContext, type SessionCredentials } from '../../../../lib/sealing/envelope.ts';
import { seal } from '../../../../lib/sealing/seal.ts';
import { Secret } from '../../../../lib/sealing/secret.ts';
import { makeSwitches } from '../../../../lib/switches/switches.ts';
import { createTable, type DynamoServer, startDynamoServer } from './dynamo-server.ts';
import { ENVELOPE_KEY_ARN, type FakeKms, startFakeKms } from './fake-kms.ts';

export const START_MS = Date.parse('2031-05-06T07:00:00Z');
export const JOB = 'scan-account';
/** A job that takes any settings: what is tested here does not look at them. */
export const ANY_JOB = { name: JOB, settingsSchema: v.unknown() };

const LEDGER = 'ledger';
const SWITCHES = 'switches';

export type Issued = { readonly payload: JobPayload; readonly credentials: SessionCredentials };

/** Everything around a job that is not the job: ledger and switches (dynalite), KMS, a clock that stands still. */
export type JobWorld = {
  readonly dynamo: DynamoServer;
  readonly admin: DynamoDBDocumentClient;
  readonly kms: FakeKms;
  readonly clock: { nowMs: () => number; set(nowMs: number): void };
  readonly observed: { event: RunEvent; run: RunIdentity | undefined }[];
  readonly dependencies: RunDependencies;
  /** Writes an issuance in state `issued`, as the broker does, and gives the payload that goes with it. */
  issue(of?: Partial<Pick<JobPayload, 'tenantId' | 'attempt' | 'input'>>): Promise<Issued>;
  row(payload: JobPayload): Promise<Record<string, unknown>>;
  /** Sets attributes of the row; `undefined` removes one. */
  change(payload: JobPayload, attributes: Record<string, unknown>): Promise<void>;
  switchOff(switchId: string): Promise<void>;
  switchOn(switchId: string): Promise<void>;
  everyRow(): Promise<unknown>;
  close(): Promise<void>;
};

export async function startJobWorld(): Promise<JobWorld> {
  const [dynamo, kms] = await Promise.all([startDynamoServer(), startFakeKms()]);
  const admin = dynamo.client({ maxAttempts: 3 });
  await createTable(admin, LEDGER, 'recordId');
  await createTable(admin, SWITCHES, 'switchId');
  let nowMs = START_MS;
  const clock = {
    nowMs: () => nowMs,
    set: (to: number) => {
      nowMs = to;
    },
  };
  const observed: JobWorld['observed'] = [];
  const config = { ledgerTable: LEDGER, switchesTable: SWITCHES, envelopeKeyArn: ENVELOPE_KEY_ARN };
  const switches = makeSwitches({ dynamo: admin, clock, config });
  let count = 0;

  async function row({ issuanceId }: JobPayload): Promise<Record<string, unknown>> {
    const read = await admin.send(
      new GetCommand({ TableName: LEDGER, Key: { recordId: issuanceId }, ConsistentRead: true }),
    );
    return read.Item ?? {};
  }

  return {
    dynamo,
    admin,
    kms,
    clock,
    observed,
    dependencies: {
      jobName: JOB,
      config,
      clock,
      switches,
      dynamo: dynamo.client({ maxAttempts: 1 }),
      reports: dynamo.client({ maxAttempts: 2 }),
      kms: kms.client,
      observe: (event, run) => void observed.push({ event, run }),
    },
    async issue({ tenantId = 'acme', attempt = 1, input } = {}) {
      count += 1;
      const issuanceId = `${JOB}.${derivedId(['issuance', String(count)])}`;
      const usableUntilMs = clock.nowMs() + 300_000;
      const fenceMs = clock.nowMs() + 600_000;
      const context = { tenantId, accountId: '222222222222', job: JOB, issuanceId, attempt, usableUntilMs, fenceMs };
      const credentials = canaryCredentials(fenceMs + 300_000);
      const dataKey = randomBytes(32);
      const wrappedKey = kms.wrap(dataKey, kmsEncryptionContext(context));
      const sealed = seal(new Secret(credentials), { dataKey, context, randomBytes });
      const ticket = { wrappedKey, attempt, usableUntilMs };
      const item = { recordId: issuanceId, state: 'issued', ticket, tenantId, trail: ['not the job’s'] };
      await admin.send(new PutCommand({ TableName: LEDGER, Item: item }));
      return { payload: { version: 1, ...context, sealed, ...(input === undefined ? {} : { input }) }, credentials };
    },
    row,
    async change(payload, attributes) {
      const changed = Object.entries({ ...(await row(payload)), ...attributes });
      const item = Object.fromEntries(changed.filter(([, value]) => value !== undefined));
      await admin.send(new PutCommand({ TableName: LEDGER, Item: item }));
    },
    switchOff: (switchId) => switches.switchOff(switchId, { by: 'operator', reason: 'test' }),
    switchOn: (switchId) => switches.switchOn(switchId),
    everyRow: async () => (await admin.send(new ScanCommand({ TableName: LEDGER }))).Items,
    async close() {
      await Promise.all([dynamo.close(), kms.close()]);
    },
  };
}

/** Random credentials with the letters that encodings change. */
function canaryCredentials(expiresAtMs: number): SessionCredentials {
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: `k/+${randomBytes(27).toString('base64')}=`,
    sessionToken: `tok"en/+${randomBytes(200).toString('base64')}`,
    expiresAtMs,
  };
}

/** Lambda's context of one invocation. */
export function lambdaContext({ awsRequestId = 'request-1', remainingMs = 300_000 } = {}): Context {
  return {
    awsRequestId,
    functionName: JOB,
    functionVersion: '1',
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:111111111111:function:${JOB}`,
    memoryLimitInMB: '256',
    logGroupName: 'log',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

/** The texts that would give a secret away: as it is, in usual encodings, reversed, and its beginning. */
export function tracesOf({ secretAccessKey, sessionToken }: SessionCredentials): readonly string[] {
  return [secretAccessKey, sessionToken].flatMap((secret) => {
    const bytes = Buffer.from(secret, 'utf8');
    return [
      secret,
      secret.slice(0, 16),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      [...secret].reverse().join(''),
    ];
  });
}
