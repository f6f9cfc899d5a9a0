import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { trustTemplate } from '../../lib/onboarding/templates/trust-template.ts';
import { assumingRoleArns } from '../../lib/onboarding/trust/assuming-roles.ts';
import type { Tenant, TenantRole } from '../../lib/tenants/tenant.ts';
import type { RegistryRefusal } from '../../lib/tenants/tenant-registry.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { parsePolicyDocument } from '../../local/iam/policy-document.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const VERIFY_TRUST = 'credential-broker-local-verify-trust';
let stack: Stack;
let world: DemoWorld;

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
}, 60_000);
afterAll(() => stack.close());

function taken<T extends object>(answer: T | RegistryRefusal): T {
  if ('refused' in answer) throw new Error(`${answer.refused}: ${answer.explanation}`);
  return answer;
}

async function registered(tenantId: string): Promise<Tenant> {
  return taken(
    await world.registry.registerTenant({ tenantId, name: tenantId, enabledJobs: ['scan-account'] }, 'test'),
  );
}

/** What the customer is given to make its role. */
function templateFor(tenant: Tenant) {
  const { deployment, brokerAccount } = world;
  const prefix = 'credential-broker-local';
  const reading = trustTemplate({
    deployment,
    brokerAccountId: brokerAccount,
    assumingRoleArns: assumingRoleArns({ partition: 'aws', brokerAccountId: brokerAccount, prefix }),
    externalIds: tenant.externalIds,
    jobNames: tenant.enabledJobs,
    catalogue: jobCatalogue,
    settings: {},
  });
  if (!reading.built) throw new Error(reading.explanation);
  return reading.template;
}

/** A tenant with a role that its customer made from the template. */
async function connected(tenantId: string, accountId: string): Promise<{ tenant: Tenant; role: TenantRole }> {
  const tenant = await registered(tenantId);
  const roleArn = await world.customer(accountId).createRole(JSON.stringify(templateFor(tenant)));
  return { tenant, role: taken(await world.registry.connectRole({ tenantId, roleArn, jobs: 'all' }, 'test')) };
}

async function verify(event: object): Promise<unknown> {
  const outcome = await stack.functions.invoke(VERIFY_TRUST, JSON.stringify(event));
  expect(outcome.functionError).toBeUndefined();
  return JSON.parse(outcome.payload);
}

async function roleOf(tenantId: string): Promise<TenantRole | undefined> {
  return (await world.registry.readTenant(tenantId))?.roles[0];
}

/** Has the tenant's account scanned, and says what became of it. */
async function scanned(tenantId: string): Promise<unknown> {
  const seen = new Set((await issuancesOf(tenantId)).map(({ recordId }) => recordId));
  await world.ask('scan-scheduler', {
    source: 'com.example.scans',
    detail: { version: 1, tenantId, job: 'scan-account' },
  });
  await stack.idle();
  return (await issuancesOf(tenantId)).find(({ recordId }) => !seen.has(recordId));
}

async function issuancesOf(tenantId: string) {
  const { issuances } = await readLedger(world.dynamo, world.tables.ledger);
  return issuances.filter((issuance) => issuance.tenantId === tenantId);
}

const answeredSchema = v.object({ credentials: v.optional(v.object({ accessKeyId: v.string() })) });

type Conditions = Readonly<Record<string, unknown>>;
/** How customers trust in practice, beside the way that we ask for. */
const KINDS: readonly {
  readonly name: string;
  readonly title: string;
  readonly trust: (conditions: Conditions) => Conditions;
  readonly status: string;
  readonly findings: readonly string[];
}[] = [
  {
    name: 'without',
    title: 'no condition on the external ID',
    trust: ({ ArnEquals }) => ({ ArnEquals }),
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
  },
  {
    name: 'like',
    title: 'StringLike *',
    trust: ({ ArnEquals }) => ({ ArnEquals, StringLike: { 'sts:ExternalId': '*' } }),
    status: 'quarantined',
    findings: ['trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
  },
  {
    name: 'of-our-form',
    title: 'StringLike over every ID of our form',
    trust: ({ ArnEquals }) => ({ ArnEquals, StringLike: { 'sts:ExternalId': 'cb-local1-*' } }),
    status: 'quarantined',
    findings: ['trust.unassignedExternalIdAccepted'],
  },
  {
    name: 'if-exists',
    title: 'StringEqualsIfExists',
    trust: ({ ArnEquals, StringEquals }) => ({ ArnEquals, StringEqualsIfExists: StringEquals }),
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted'],
  },
  {
    name: 'of-another',
    title: 'the external ID of another tenant',
    trust: ({ ArnEquals }) => ({ ArnEquals, StringEquals: { 'sts:ExternalId': 'cb-local1-of-another-tenant' } }),
    status: 'pending',
    findings: ['trust.rightExternalIdRefused'],
  },
  {
    name: 'whole-account',
    title: 'our whole account, under the right ID',
    trust: ({ StringEquals }) => ({ StringEquals }),
    status: 'trusted',
    findings: ['trust.wholeAccountAccepted'],
  },
];

/** What verify-trust put on the bus. */
function eventsOnTheBus(): { readonly told: unknown[]; readonly end: () => void } {
  const told: unknown[] = [];
  const end = stack.onCall(({ service, call }) => {
    const entries = service === 'events' ? [call.input['Entries']].flat() : [];
    for (const entry of entries) {
      const { Source, DetailType, Detail } = v.parse(entrySchema, entry);
      if (Source === 'credential-broker') told.push({ DetailType, ...JSON.parse(Detail) });
    }
  });
  return { told, end };
}
const entrySchema = v.object({ Source: v.string(), DetailType: v.string(), Detail: v.string() });

describe('verify-trust, deployed', () => {
  it('trusts a role that opens to us alone, with what else it allows', async () => {
    await connected('acme', '222222222222');
    await verify({ kind: 'check', tenantId: 'acme', by: 'test' });
    expect(await roleOf('acme')).toMatchObject({
      status: 'trusted',
      findings: [],
      capabilities: { sessionTags: true, sourceIdentity: true },
    });
  });

  it('withdraws a role that does not open to us any more, tells of it, and takes it back', async () => {
    const { tenant } = await connected('initech', '444444444444');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    const { told, end } = eventsOnTheBus();
    await world.customer('444444444444').changeExternalId('another-one');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    expect(await roleOf('initech')).toMatchObject({
      status: 'quarantined',
      findings: ['trust.rightExternalIdRefused'],
    });
    await world.customer('444444444444').changeExternalId(tenant.externalIds?.current ?? '');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    expect(await roleOf('initech')).toMatchObject({ status: 'trusted', findings: [] });
    end();
    expect(told).toMatchObject([
      { DetailType: 'TrustChanged', tenantId: 'initech', from: 'trusted', to: 'quarantined', reason: 'trust.broken' },
      { DetailType: 'TrustChanged', tenantId: 'initech', from: 'quarantined', to: 'trusted' },
    ]);
  });

  it('is asked for by the broker at the fifth denial, and the sixth request is refused', async () => {
    const { tenant } = await connected('hooli', '222222222223');
    await verify({ kind: 'check', tenantId: 'hooli', by: 'test' });
    await world.customer('222222222223').changeExternalId('another-one');
    for (let request = 1; request <= 5; request += 1) {
      expect(await roleOf('hooli')).toMatchObject({ status: 'trusted' });
      expect(await scanned('hooli')).toMatchObject({ state: 'denied' });
    }
    expect(await roleOf('hooli')).toMatchObject({ status: 'quarantined' });
    expect(await scanned('hooli')).toMatchObject({ state: 'refused', refusal: { reason: 'trust.broken' } });
    await world.customer('222222222223').changeExternalId(tenant.externalIds?.current ?? '');
    await verify({ kind: 'check', tenantId: 'hooli', by: 'test' });
    expect(await scanned('hooli')).toMatchObject({ state: 'completed' });
  });

  it.each(KINDS)('finds out about a role with $title: $status', async ({ name, trust, status, findings }) => {
    const tenantId = `kind-${name}`;
    const tenant = await registered(tenantId);
    const template = templateFor(tenant);
    const changed = template.trustPolicy.Statement.map(({ Condition = {}, ...each }) => ({
      ...each,
      Condition: each.Action === 'sts:AssumeRole' ? trust(Condition) : Condition,
    }));
    const trustPolicy = parsePolicyDocument(JSON.stringify({ ...template.trustPolicy, Statement: changed }), 'trust');
    stack.identities.putRole({
      accountId: '555555555555',
      path: template.path,
      name: tenantId,
      trustPolicy,
      policies: {},
    });
    const roleArn = `arn:aws:iam::555555555555:role${template.path}${tenantId}`;
    taken(await world.registry.connectRole({ tenantId, roleArn, jobs: 'all' }, 'test'));
    const record = `role#555555555555#${tenantId}`;
    expect(await verify({ kind: 'check', tenantId, by: 'test' })).toEqual({ roles: [{ tenantId, record, status }] });
    expect(await roleOf(tenantId)).toMatchObject({ status, findings });
  });

  it('verifies every role once a day, on its schedule', async () => {
    await connected('globex', '333333333333');
    expect(await roleOf('globex')).toMatchObject({ status: 'pending' });
    for (let step = 0; step < 24 && (await roleOf('globex'))?.status === 'pending'; step += 1) {
      stack.advance(3_600_000);
      await stack.idle();
    }
    expect(await roleOf('globex')).toMatchObject({ status: 'trusted' });
  }, 60_000);

  it('refuses what is no order', async () => {
    const outcome = await stack.functions.invoke(VERIFY_TRUST, '{"kind":"other"}');
    expect(outcome.functionError).toBe('Unhandled');
    expect(outcome.payload).toContain('takes a check or a tick');
  });

  it('leaves no call to STS that the ledger cannot explain', async () => {
    const ledger = JSON.stringify((await stack.snapshotTables())[world.tables.ledger]);
    const calls = world.assumeRoleCalls();
    // A session is known by its access key; a denied call has nothing in CloudTrail but its request id.
    const strays = calls.filter(({ responseElements, requestID }) => {
      const { credentials } = v.parse(answeredSchema, responseElements ?? {});
      return !ledger.includes(`"${credentials?.accessKeyId ?? requestID}"`);
    });
    expect(strays).toEqual([]);
    expect(calls.length).toBeGreaterThan(60);
    expect(calls.some(({ userIdentity }) => JSON.stringify(userIdentity).includes('-decoy'))).toBe(true);
  });
});
