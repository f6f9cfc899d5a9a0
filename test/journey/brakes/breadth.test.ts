import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../../config/package/bundle-functions.ts';
import { packageStage } from '../../../config/package/package-stage.ts';
import { projectRoot } from '../../../config/stage-config.ts';
import { type DemoWorld, makeDemoWorld } from '../../../local/demo/demo-world.ts';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import { packagedPaths } from '../../../local/stack/read-packaged.ts';
import type { Transition } from '../../../local/stack/transition.ts';
import { type Stack, startStack } from '../../../local/stack.ts';

const LIMIT = 2;
const HOUR_MS = 3_600_000;

let folder: string;
let stack: Stack;
let world: DemoWorld;
const told: Transition[] = [];

/** The deployment with one requester that may ask for two tenants an hour: limits are compiled into the functions. */
async function packageWithLimit(packageDir: string) {
  const { config } = await packageStage({ stage: 'local', log: () => undefined });
  const requesters = config.requesters.map((requester) =>
    requester.name === 'scan-scheduler' ? { ...requester, limits: { tenantsPerHour: LIMIT } } : requester,
  );
  const deployment = { ...config, requesters };
  const to = packagedPaths(packageDir);
  const outputDirectory = to.functionsDirectory;
  await bundleFunctions({ root: projectRoot, config: deployment, outputDirectory });
  await mkdir(path.dirname(to.template), { recursive: true });
  await symlink(packagedPaths(path.join(projectRoot, '.build/local')).template, to.template);
  return deployment;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'breadth-'));
  const packageDir = path.join(folder, 'packaged');
  const deployment = await packageWithLimit(packageDir);
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir, dataDir: path.join(folder, 'data') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  for (const tenantId of ['one', 'two', 'three'].map((name) => `tenant-${name}`)) {
    await world.management.call('POST /tenants', {
      body: { tenantId, name: tenantId, jobs: ['scan-account'], settings: {}, format: 'json' },
    });
  }
  stack.onTransition((transition) => told.push(transition));
  goToTheStartOfTheHour();
}, 90_000);
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

function goToTheStartOfTheHour(): void {
  stack.advance(HOUR_MS - (stack.clock.nowMs() % HOUR_MS) + 1_000);
}

/** Why a request for this tenant was refused. A tenant that has connected no account is refused for that at the end. */
async function refusalFor(tenantId: string): Promise<unknown> {
  const detail = { version: 1, tenantId, job: 'scan-account' };
  const eventId = await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
  await stack.idle();
  const { requests } = await readLedger(world.dynamo, world.tables.ledger);
  return requests.find(({ origin }) => origin.eventId === eventId)?.refusal;
}

const exceeded = () => told.filter(({ transition }) => transition === 'requester.breadthExceeded');
const LET_THROUGH = { reason: 'account.none', explanation: 'the tenant has connected no account' };

describe('a requester with a limit of two tenants an hour', () => {
  it('is let through for two tenants, as often as it likes', async () => {
    for (const tenantId of ['tenant-one', 'tenant-two', 'tenant-one', 'tenant-two']) {
      expect(await refusalFor(tenantId)).toEqual(LET_THROUGH);
    }
    expect(exceeded()).toEqual([]);
  });

  it('is refused one tenant more, on record, with a line for the alarm', async () => {
    expect(await refusalFor('tenant-three')).toEqual({
      reason: 'requester.breadthExceeded',
      explanation: 'requester scan-scheduler may ask for 2 tenants an hour; this is one more',
    });
    expect(exceeded()).toMatchObject([{ details: { requester: 'scan-scheduler', tenantId: 'tenant-three' } }]);
  });

  it('learns nothing of whether a tenant exists', async () => {
    expect(await refusalFor('tenant-nobody')).toMatchObject({ reason: 'requester.breadthExceeded' });
    expect(exceeded()).toHaveLength(2);
  });

  it('is still let through for those two, and for the third in the next hour', async () => {
    expect(await refusalFor('tenant-one')).toEqual(LET_THROUGH);
    goToTheStartOfTheHour();
    expect(await refusalFor('tenant-three')).toEqual(LET_THROUGH);
    expect(exceeded()).toHaveLength(2);
  });
});
