import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import { makeTenantIssuances } from '../../../lib/ledger/tenant-issuances.ts';
import { makeTenantLifecycle } from '../../../lib/onboarding/make-tenant-lifecycle.ts';
import { isRefusal } from '../../../lib/onboarding/onboarding-refusal.ts';
import { sha256Hex, systemIds } from '../../../lib/platform/ids.ts';
import { makeSuspensions } from '../../../lib/switches/suspensions.ts';
import { makeTenantRegistry } from '../../../lib/tenants/dynamo-tenant-registry.ts';
import { roleArnRules } from '../../support/a-tenant.ts';
import { anIntended } from '../../support/an-issuance.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { losingAnswers } from '../../support/failing-dynamo.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const withDynamo = withTables();
const by = 'arn:aws:iam::111111111111:role/operator';
const trustedProof = {
  status: 'trusted',
  findings: [],
  capabilities: { sessionTags: true, sourceIdentity: true },
} as const;

/** The life of tenants over the tables as they are deployed. The role of each takes what `takes` says. */
function inTables({ losing = 0 } = {}) {
  const clock = frozenClock();
  const dynamo = losing === 0 ? withDynamo.client() : losingAnswers(withDynamo.client(), losing);
  const config = { ...tables, deploymentId: 'test1', mode: 'shared' as const, roleArnRules };
  const registry = makeTenantRegistry({ dynamo, clock, ids: systemIds, config });
  const ledger = makeLedger({ dynamo, log: recordedTransitions(), config });
  let takes: 'current' | 'next' = 'current';

  async function verify({ tenantId }: { readonly tenantId: string }): Promise<void> {
    clock.advance(1_000);
    const reading = await registry.readTenant(tenantId);
    const { externalIds } = reading?.tenant ?? {};
    const id = externalIds?.[takes] ?? externalIds?.current ?? '';
    for (const role of reading?.roles ?? []) {
      const proof = { ...trustedProof, findings: [], verifiedAtMs: clock.nowMs(), externalIdSha256: sha256Hex(id) };
      await registry.recordVerification(role, proof, 'verify-trust');
    }
  }

  const lifecycle = makeTenantLifecycle({
    registry,
    ledger,
    suspensions: makeSuspensions({ dynamo, clock, config }),
    tenantIssuances: makeTenantIssuances({ dynamo, config }),
    catalogue: jobCatalogue,
    rules: { jobs: jobCatalogue, partition: 'aws' },
    verify,
    pause: async (milliseconds) => clock.advance(milliseconds),
    clock,
  });
  return {
    registry,
    ledger,
    lifecycle,
    clock,
    verify,
    roleTakes(id: 'current' | 'next') {
      takes = id;
    },
    async connect(tenantId: string, accountId: string) {
      const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
      const role = await registry.connectRole({ tenantId, roleArn, jobs: 'all' }, by);
      if (isRefusal(role)) throw new Error(role.explanation);
      await verify({ tenantId });
      return role;
    },
    changes: async (tenantId: string) =>
      (await registry.readChanges(tenantId, { limit: 100 })).rows.map(({ change }) => change).reverse(),
  };
}

describe('the life of a tenant, in the tables', () => {
  it('is suspended, resumed, rotated and let go, and every step of it is on record', async () => {
    const at = inTables();
    const asked = { tenantId: 'acme', by };
    await at.registry.registerTenant({ tenantId: 'acme', name: 'Acme', enabledJobs: ['scan-account'] }, by);
    await at.connect('acme', '222222222222');
    const intended = anIntended('a');
    await at.ledger.open({ ...intended, recordedAtMs: at.clock.nowMs() });
    expect(await at.lifecycle.suspend({ ...asked, reason: 'r' })).toMatchObject({ revokedIssuances: 1 });
    expect((await at.ledger.readIssuance(intended.recordId))?.state).toBe('revoked');
    expect(await at.lifecycle.resume({ ...asked, reason: 'r' })).toMatchObject({ status: 'active' });

    expect(await at.lifecycle.rotation.start(asked)).toHaveProperty('view');
    expect(await at.lifecycle.rotation.finish(asked)).toMatchObject({ refused: 'rotation.notProven' });
    at.roleTakes('next');
    const { externalIds } = (await at.registry.readTenant('acme'))?.tenant ?? {};
    expect(await at.lifecycle.rotation.finish(asked)).toMatchObject({
      tenant: { externalIds: { current: externalIds?.next } },
    });
    await at.lifecycle.rotation.start(asked);
    at.roleTakes('current');
    expect(await at.lifecycle.rotation.abandon(asked)).toMatchObject({
      tenant: { externalIds: { current: externalIds?.next } },
    });

    expect(await at.lifecycle.offboard({ ...asked, reason: 'left' })).toMatchObject({ tenantId: 'acme' });
    expect(await at.lifecycle.offboard({ ...asked, reason: 'left' })).toMatchObject({ tenantId: 'acme' });
    expect(await at.registry.readTenant('acme')).toMatchObject({ tenant: { status: 'offboarded' }, roles: [] });
    const changes = await at.changes('acme');
    expect(changes).toContain('role.disconnected');
    expect(changes.filter((change) => !change.startsWith('role.'))).toEqual([
      'tenant.registered',
      'tenant.suspended',
      'tenant.resumed',
      'rotation.started',
      'rotation.finished',
      'rotation.started',
      'rotation.abandoned',
      'tenant.suspended',
      'tenant.offboarded',
    ]);
  });

  it('frees the role of one that left for another tenant', async () => {
    const at = inTables();
    for (const tenantId of ['before', 'after']) {
      await at.registry.registerTenant({ tenantId, name: tenantId, enabledJobs: ['scan-account'] }, by);
    }
    await at.connect('before', '333333333333');
    await expect(at.connect('after', '333333333333')).rejects.toThrow();
    await at.lifecycle.offboard({ tenantId: 'before', by, reason: 'left' });
    expect(await at.connect('after', '333333333333')).toMatchObject({ tenantId: 'after' });
  });

  it('stays suspended when it comes back, until it is resumed', async () => {
    const at = inTables();
    const asked = { tenantId: 'returning', by, reason: 'r' };
    await at.registry.registerTenant({ tenantId: 'returning', name: 'R', enabledJobs: [] }, by);
    await at.lifecycle.offboard(asked);
    await at.registry.registerTenant({ tenantId: 'returning', name: 'R', enabledJobs: [] }, by);
    expect(await at.lifecycle.suspend(asked)).toHaveProperty('sinceMs');
    expect(await at.lifecycle.resume(asked)).toMatchObject({ status: 'active' });
  });

  const lines = ['legacy-one', 'legacy-two'].map((tenantId, index) => ({
    line: index + 1,
    tenant: {
      tenantId,
      name: tenantId,
      accessKeyIds: [`AKIAAAAAAAAAAAAAAAA${index}`],
      schedule: { 'scan-account': { paused: true } },
    },
  }));

  it('begins with an import, which may be undone and done again, and goes on with a migration', async () => {
    const at = inTables();
    const { imports, migration } = at.lifecycle;
    const clean = lines.map(({ line, tenant }) => ({ line, tenantId: tenant.tenantId }));
    for (const round of [1, 2]) {
      expect(await imports.apply({ importId: 'i1', by, lines }), `round ${round}`).toEqual(clean);
      expect(await imports.apply({ importId: 'i1', by, lines })).toEqual(clean);
      expect(await imports.undo({ importId: 'i1', lines })).toEqual(clean);
      expect(await at.registry.readTenant('legacy-one')).toBeUndefined();
    }
    await imports.apply({ importId: 'i1', by, lines });
    const asked = { tenantId: 'legacy-one', by };
    expect(await migration.finish(asked)).toMatchObject({ refused: 'account.none' });
    expect(await migration.start(asked)).toMatchObject({ made: true });
    expect(await migration.start(asked)).toMatchObject({ made: false });
    await at.connect('legacy-one', '444444444444');
    expect(await migration.finish(asked)).toMatchObject({
      status: 'active',
      schedule: { 'scan-account': { paused: true } },
    });
    expect(await migration.keyDeleted({ ...asked, accessKeyId: 'AKIAAAAAAAAAAAAAAAA0' })).not.toHaveProperty(
      'legacyAccessKeyIds',
    );
    expect(await imports.check({ importId: 'i1', lines })).toEqual(clean);
    expect(await imports.undo({ importId: 'i1', lines })).toMatchObject([{ problem: expect.any(String) }, {}]);
    expect(await at.registry.readTenant('legacy-one')).toMatchObject({ tenant: { status: 'active' } });
  });

  it('goes on though answers of the tables are lost', async () => {
    for (let losing = 1; losing <= 6; losing += 1) {
      const sound = inTables();
      const tenantId = `lossy-${losing}`;
      await sound.registry.registerTenant({ tenantId, name: 'L', enabledJobs: ['scan-account'] }, by);
      await sound.connect(tenantId, String(700_000_000_000 + losing));
      const lossy = inTables({ losing });
      // The client gives up after a few: then the operator asks again.
      const report = await lossy.lifecycle.offboard({ tenantId, by, reason: 'r' }).catch(() => undefined);
      if (report === undefined) await sound.lifecycle.offboard({ tenantId, by, reason: 'r' });
      expect(await sound.registry.readTenant(tenantId)).toMatchObject({ tenant: { status: 'offboarded' }, roles: [] });
      expect((await sound.changes(tenantId)).filter((change) => change === 'tenant.suspended')).toHaveLength(1);
    }
  });
});
