import path from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import type { Transition } from '../../local/stack/transition.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const PREFIX = 'credential-broker-local';
const CORRELATION = `${PREFIX}-correlate-cloudtrail`;
const ACME = '222222222222';
const MINUTE_MS = 60_000;

let stack: Stack;
let world: DemoWorld;
const told: Transition[] = [];

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  stack.onTransition((line) => {
    if (line.functionName === CORRELATION) told.push(line);
  });
  await onboard({ tenantId: 'acme', name: 'Acme', accountIds: [ACME] }, world);
  await stack.idle();
}, 120_000);
afterAll(() => stack.close());

async function scanned(): Promise<void> {
  const detail = { version: 1, tenantId: 'acme', job: 'scan-account' };
  await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
  await stack.idle();
}

/** Time goes by, so that what is due and what is an hour old is looked at. */
async function wait(minutes: number): Promise<void> {
  for (let gone = 0; gone < minutes; gone += 5) {
    stack.advance(5 * MINUTE_MS);
    await stack.idle();
  }
}

const linesOf = (transition: string) => told.filter((line) => line.transition === transition);
const ALARMING = ['session.stray', 'session.deniedStray', 'session.missing', 'trail.silent', 'trail.unfit'];
const alarms = () => told.filter(({ transition }) => ALARMING.includes(transition)).map(({ transition }) => transition);

/** With the session of a function's own role, past the function. */
async function assumeAs(functionName: string, sessionName: string, externalId: string): Promise<unknown> {
  const role = stack.identities.findRole(`arn:aws:iam::${world.brokerAccount}:role/${PREFIX}-${functionName}`);
  if (role === undefined) throw new Error(`no role of ${functionName}`);
  const { accessKeyId, secretAccessKey, sessionToken } = stack.identities.mintSession({
    role,
    sessionName: 'stolen',
    durationSeconds: 900,
  });
  const sts = new STSClient({ ...world.connection({ accessKeyId, secretAccessKey, sessionToken }), maxAttempts: 1 });
  const input = { RoleArn: tenantRole(), RoleSessionName: sessionName, ExternalId: externalId };
  const answer = await sts.send(new AssumeRoleCommand(input)).catch((error: Error) => error.name);
  await stack.idle();
  return answer;
}

function tenantRole(): string {
  const [call] = world
    .assumeRoleCalls()
    .filter(({ requestParameters }) => JSON.stringify(requestParameters)?.includes(ACME));
  return String(Object(call?.requestParameters)['roleArn']);
}

async function externalId(): Promise<string> {
  return (await world.registry.readTenant('acme'))?.tenant.externalIds?.current ?? '';
}

describe('CloudTrail’s events of the whole stack', () => {
  it('match every call that the broker makes: probes, the decoy, jobs', async () => {
    await scanned();
    await wait(10);
    const calls = world.assumeRoleCalls();
    expect(calls.length).toBeGreaterThan(5);
    const matched = [...linesOf('session.matched'), ...linesOf('denial.matched')];
    const ids = matched.map(({ details }) => details['stsRequestId']);
    expect(ids.sort()).toEqual(calls.map(({ requestID }) => requestID).sort());
    expect(alarms()).toEqual([]);
  });

  it('that come twice, late and the last first, come to the same', async () => {
    const before = world.assumeRoleCalls().length;
    stack.cloudTrail.planDelivery({
      afterMs: [0, 20 * MINUTE_MS, 20 * MINUTE_MS],
      order: 'latest first',
      isPaused: true,
    });
    await scanned();
    await scanned();
    stack.cloudTrail.planDelivery({ isPaused: false });
    await stack.idle();
    await wait(30);
    stack.cloudTrail.planDelivery({ afterMs: [0], order: 'as recorded' });
    const calls = world.assumeRoleCalls().slice(before);
    expect(calls.length).toBe(2);
    const ids = told
      .filter(({ transition }) => transition.endsWith('.matched'))
      .map(({ details }) => details['stsRequestId']);
    for (const { requestID } of calls) expect(ids.filter((id) => id === requestID)).toHaveLength(1);
    expect(alarms()).toEqual([]);
  });

  it('show a session that was made around the broker: one alarm, on record, and on the bus', async () => {
    const answer = await assumeAs('issue-credentials', 'scan-account.stolen', await externalId());
    expect(answer).toMatchObject({ Credentials: { AccessKeyId: expect.any(String) } });
    await stack.idle();
    expect(alarms()).toEqual(['session.stray']);
    expect(linesOf('session.stray')).toMatchObject([
      { details: { sessionName: 'scan-account.stolen', accountId: ACME } },
    ]);
    await wait(10);
    expect(alarms()).toEqual(['session.stray']);
  });

  it('show a session under the name of an attempt that was given another', async () => {
    const { issuances } = await readLedger(world.dynamo, world.tables.ledger);
    const name = issuances[0]?.attempts[0]?.sessionName ?? '';
    expect(name).toMatch(/\.1$/);
    await assumeAs('issue-credentials', name, await externalId());
    expect(alarms()).toEqual(['session.stray', 'session.stray']);
    expect(linesOf('session.stray').at(-1)).toMatchObject({ details: { issuanceId: issuances[0]?.recordId } });
  });

  it('show a denied call that nobody recorded, after an hour', async () => {
    const alarmed = alarms().length;
    expect(await assumeAs('vend-credentials', 'guessing', 'cb-wrong')).toBe('AccessDenied');
    await wait(55);
    expect(alarms()).toHaveLength(alarmed);
    await wait(15);
    expect(alarms().slice(alarmed)).toEqual(['session.deniedStray']);
  });

  it('are missed within the half hour when the trail is stopped, and the session after an hour', async () => {
    const alarmed = alarms().length;
    stack.cloudTrail.setTrail('stopped');
    await wait(5);
    expect(alarms().slice(alarmed)).toEqual(['trail.unfit']);
    await wait(60);
    await scanned();
    await wait(40);
    expect(alarms().slice(alarmed)).toEqual(['trail.unfit', 'trail.silent']);
    await wait(40);
    expect(alarms().slice(alarmed)).toEqual(['trail.unfit', 'trail.silent', 'session.missing']);
    stack.cloudTrail.setTrail('logging');
    await wait(5);
    expect(linesOf('trail.fit')).toHaveLength(1);
  });

  it('leave no session token in any table, queue or log', async () => {
    const records = world.assumeRoleCalls().map(({ responseElements }) => JSON.stringify(responseElements) ?? '');
    const secrets = records.flatMap((text) => /"sessionToken":"([^"]+)"/.exec(text)?.[1] ?? []);
    expect(secrets.length).toBeGreaterThan(5);
    const tables = JSON.stringify(await stack.snapshotTables());
    expect(tables).toContain('scan-account.stolen');
    const everything = [tables, ...world.messagesSeen(), ...world.logLines()].join('\n');
    for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
  });

  it('cause no error of the function', async () => {
    const lines = world.logLines().filter((line) => line.includes('correlate-cloudtrail') && line.includes('"ERROR"'));
    expect(lines).toEqual([]);
    expect(told.filter(({ transition }) => /delayed|notTold|malformed|notJudged/.test(transition))).toEqual([]);
  });
});
