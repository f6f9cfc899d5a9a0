import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { outcomeOf, readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
let stack: Stack;
let world: DemoWorld;

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
}, 60_000);
afterAll(() => stack.close());

describe('a tenant’s settings', () => {
  it('reach the job inside the envelope and bound what its session may look at', async () => {
    const settings = { 'scan-account': { bucketNamePrefixes: ['globex-p'] } };
    await onboard({ tenantId: 'globex', name: 'Globex', accountIds: ['333333333333'], settings }, world);
    const payloads: string[] = [];
    stack.onCall(({ service, call }) => {
      const { Payload } = call.input;
      if (service === 'lambda' && Payload instanceof Uint8Array) payloads.push(Buffer.from(Payload).toString('utf8'));
    });
    const detail = { version: 1, tenantId: 'globex', job: 'scan-account' };
    await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
    await stack.idle();

    const { issuances } = outcomeOf(await readLedger(world.dynamo, world.tables.ledger), world.assumeRoleCalls());
    expect(issuances).toMatchObject([
      {
        state: 'completed',
        result: {
          bucketsInScope: 2,
          bucketsScanned: 2,
          findings: [
            { bucket: 'globex-public-downloads', problems: ['publicAccessBlock.missing', 'encryption.notKms'] },
          ],
        },
      },
    ]);
    // On the way they are ciphertext, like the credentials.
    expect(payloads).toHaveLength(1);
    expect(payloads[0]).not.toContain('globex-p');
  });

  it('that do not fit the job’s schema refuse the account before anything is assumed', async () => {
    const settings = { 'scan-account': { bucketNamePrefixes: ['*'] } };
    const initech = { tenantId: 'initech', name: 'Initech', accountIds: ['444444444444'] };
    await expect(onboard({ ...initech, settings }, world)).rejects.toMatchObject({ code: 'policy.parameterInvalid' });
    await onboard(initech, world);
    // Nobody can set them through the API; an item that something else wrote is refused all the same.
    const reading = await world.registry.readTenant('initech');
    if (reading === undefined) throw new Error('the tenant is not there');
    await world.registry.changeTenant(reading.tenant, { settings }, { change: 'tenant.settingsChanged', by: 'test' });
    const before = world.assumeRoleCalls().length;
    const detail = { version: 1, tenantId: 'initech', job: 'scan-account' };
    await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
    await stack.idle();

    const { issuances } = outcomeOf(await readLedger(world.dynamo, world.tables.ledger), []);
    const issuance = issuances.find(({ tenantId }) => tenantId === 'initech');
    expect(issuance).toMatchObject({ state: 'refused', refusal: 'policy.parameterInvalid', attempts: [] });
    expect(world.assumeRoleCalls().length).toBe(before);
  });
});
