import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantSlot } from '../../lib/scheduling/slot.ts';
import type { Tenant } from '../../lib/tenants/tenant.ts';
import { aTenant } from '../support/a-tenant.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';
import { brokerAs } from './onboarding/broker-cli.ts';

const PREFIX = 'credential-broker-local';
const SCHEDULE = 'monthly-scans';
const DAYS = 86_400;

let stack: LocalStack;
let dynamo: DynamoDBDocumentClient;
const broker = brokerAs(() => stack.awsConfigFile);

async function register(tenantId: string, change: Partial<Tenant> = {}): Promise<void> {
  const { tenant } = aTenant({ tenantId, tenant: change });
  const Item = { ...tenant, slot: tenantSlot(tenantId) };
  await dynamo.send(new PutCommand({ TableName: `${PREFIX}-tenants`, Item }));
}

beforeAll(async () => {
  stack = await startLocalStack({ signsDigests: false });
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(await stack.profile('operator')));
  await register('acme');
  await register('globex');
  await register('initech', { schedule: { 'scan-account': { paused: true } } });
  await register('umbrella', { schedule: { 'scan-account': { everyHours: 8_760 } } });
  await register('hooli', { enabledJobs: ['process-logs'] });
  await register('stark', { status: 'migrating' });
});
afterAll(() => stack.close());

/** What the schedule asked for, as the ledger has it. */
async function asked() {
  const requests = (await stack.requests()).filter(({ requester }) => requester === SCHEDULE);
  return requests.map(({ tenantId, idempotencyKey = '' }) => ({ tenantId, window: idempotencyKey.split('.')[1] }));
}

async function tenantsAsked(): Promise<readonly (string | undefined)[]> {
  return (await asked()).map(({ tenantId }) => tenantId).sort();
}

/** Lets the minutes of the spread go by, each with its tick. */
async function letMinutesPass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await stack.idle();
    stack.advance(60);
  }
  await stack.idle();
}

async function invoke(payload: object): Promise<unknown> {
  const lambda = new LambdaClient(await stack.profile('operator'));
  const FunctionName = `${PREFIX}-fan-out-schedule`;
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }));
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
}

describe('a schedule', () => {
  it('asks for nothing before its time', async () => {
    await letMinutesPass(2);
    expect(await asked()).toEqual([]);
  });

  it('asks once for every tenant that is due, spread over its minutes, when it comes round', async () => {
    stack.advance(30 * DAYS);
    await stack.idle();
    const atOnce = (await asked()).length;
    await letMinutesPass(6);
    expect(await tenantsAsked()).toEqual(['acme', 'globex', 'umbrella']);
    // Three tenants in three slots of 288: not all of them lie in the first minute.
    expect(atOnce).toBeLessThan(3);
    expect(new Set((await asked()).map(({ window }) => window)).size).toBe(1);
  });

  it('has its requests decided as any other', async () => {
    const requests = (await stack.requests()).filter(({ requester }) => requester === SCHEDULE);
    for (const request of requests) {
      expect(request).toMatchObject({
        job: 'scan-account',
        reason: 'monthly scan',
        hops: 0,
        origin: { kind: 'event', source: `credential-broker.schedule.${SCHEDULE}` },
      });
    }
    const decided = requests.map(({ tenantId, refusal }) => [tenantId, refusal?.reason]);
    expect(decided.sort()).toEqual([
      ['acme', undefined],
      ['globex', 'account.none'],
      ['umbrella', 'account.none'],
    ]);
  });

  it('asks for nobody twice when its event comes twice', async () => {
    const key = { counter: `schedule#${SCHEDULE}` };
    const { Item } = await dynamo.send(new GetCommand({ TableName: `${PREFIX}-limits`, Key: key }));
    const time = `${new Date(Item?.['latest'].startMs).toISOString().slice(0, 19)}Z`;
    const rule = `arn:aws:events:eu-west-1:111111111111:rule/${PREFIX}-schedule-${SCHEDULE}`;
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [rule] };
    expect(await invoke(event)).toMatchObject({ told: 'known' });
    await letMinutesPass(2);
    expect(await asked()).toHaveLength(3);
  });

  it('leaves those alone the next time who have had their turn', async () => {
    stack.advance(30 * DAYS);
    await letMinutesPass(6);
    expect(await tenantsAsked()).toEqual(['acme', 'acme', 'globex', 'globex', 'umbrella']);
  });

  it('is listed with how far it is, and when it comes again', async () => {
    const { schedules } = JSON.parse((await broker('schedule', 'list', '--json')).stdout);
    expect(schedules).toMatchObject([
      { name: SCHEDULE, job: 'scan-account', expression: 'rate(30 days)', windows: [] },
    ]);
    expect(schedules[0].nextMs[0] - schedules[0].latestMs).toBe(30 * DAYS * 1_000);
    const { exitCode, stdout } = await broker('schedule', 'next', SCHEDULE);
    expect([exitCode, stdout.split('\n').length]).toEqual([0, 7]);
  });

  it('runs by hand, for everybody who is not paused', async () => {
    const ran = await broker('schedule', 'run-now', SCHEDULE, '--json');
    expect(JSON.parse(ran.stdout)).toEqual({ schedule: SCHEDULE, windowStartMs: expect.any(Number) });
    const { schedules } = JSON.parse((await broker('schedule', 'list', '--json')).stdout);
    expect(schedules[0].windows).toMatchObject([{ by: expect.stringContaining('operator'), part: 0, sent: 0 }]);
    await letMinutesPass(6);
    const tenants = ['acme', 'acme', 'acme', 'globex', 'globex', 'globex', 'umbrella', 'umbrella'];
    expect(await tenantsAsked()).toEqual(tenants);
  });

  it('asks for nothing while it is paused, and cannot be run by hand', async () => {
    const { stderr } = await broker('schedule', 'pause', SCHEDULE, '--reason', 'quarter end');
    expect(stderr).toContain('quarter end');
    stack.advance(30 * DAYS);
    await letMinutesPass(6);
    expect(await asked()).toHaveLength(8);
    const refused = await broker('schedule', 'run-now', SCHEDULE);
    expect([refused.exitCode, refused.stderr.split('\n')[0]]).toEqual([5, 'switch.off']);
  });

  it('goes on with its next time when it is resumed', async () => {
    await broker('schedule', 'resume', SCHEDULE, '--reason', 'it is over');
    stack.advance(30 * DAYS);
    await letMinutesPass(6);
    expect(await asked()).toHaveLength(10);
  });
});
