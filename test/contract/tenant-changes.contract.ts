import { beforeEach, describe, expect, it } from 'vitest';
import { type Ids, sha256Hex } from '../../lib/platform/ids.ts';
import type { LegacyTenant } from '../../lib/tenants/tenant-registry.ts';
import { START_MS } from '../support/frozen-clock.ts';
import {
  accepted,
  aTenantId,
  BY,
  connected,
  countingIdsOfTheirOwn,
  PROVEN,
  type RegistryUnderTest,
  registered,
} from './registry-under-test.ts';

const settingsChanged = { change: 'tenant.settingsChanged', by: BY } as const;

function aLegacyTenant(change: Partial<LegacyTenant> = {}): LegacyTenant {
  return {
    tenantId: aTenantId(),
    name: 'Legacy',
    enabledJobs: ['scan-account'],
    settings: { 'scan-account': { a: 1 } },
    schedule: { 'scan-account': { everyHours: 24 } },
    notes: 'since 2019',
    legacyAccessKeyIds: ['AKIAEXAMPLEEXAMPLE00'],
    importId: 'import-1',
    ...change,
  };
}

/** What every registry must do about changes, imports and their history. Its clock stands at `START_MS`. */
export function tenantChangesContract(name: string, make: (ids: Ids) => RegistryUnderTest): void {
  describe(`the changes in the tenant registry ${name}`, () => {
    let at: RegistryUnderTest;
    beforeEach(() => {
      at = make(countingIdsOfTheirOwn());
    });

    it('changes what is asked for, removes what is null, and keeps the rest', async () => {
      const before = await registered(at, { settings: { 'scan-account': { a: 1 } } });
      const first = { notes: 'n', schedule: { 'scan-account': { everyHours: 6 } }, name: 'New' };
      const noted = accepted(await at.registry.changeTenant(before, first, settingsChanged));
      expect(noted).toMatchObject({ ...before, ...first, version: 2, lastChange: { before: { name: 'Acme' } } });
      const after = accepted(
        await at.registry.changeTenant(noted, { notes: null }, { ...settingsChanged, reason: 'r' }),
      );
      const { notes: _, ...kept } = noted;
      expect(after).toEqual({
        ...kept,
        version: 3,
        lastChange: { ...settingsChanged, reason: 'r', atMs: START_MS, before: { notes: 'n' }, after: {} },
      });
      expect((await at.registry.readTenant(before.tenantId))?.tenant).toEqual(after);
    });

    it('refuses a change of what was changed meanwhile, and merges nothing', async () => {
      const before = await registered(at);
      const after = accepted(await at.registry.changeTenant(before, { notes: 'first' }, settingsChanged));
      const stale = await at.registry.changeTenant(before, { name: 'second' }, settingsChanged);
      expect(stale).toMatchObject({ refused: 'registry.stale' });
      expect((await at.registry.readTenant(before.tenantId))?.tenant).toEqual(after);
      const nobody = { ...before, tenantId: aTenantId() };
      expect(await at.registry.changeTenant(nobody, {}, settingsChanged)).toMatchObject({ refused: 'tenant.unknown' });
    });

    it('lets one of several that change a tenant at once', async () => {
      const before = await registered(at);
      const answers = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => at.registry.changeTenant(before, { notes: `${n}` }, settingsChanged)),
      );
      expect(answers.filter((answer) => 'refused' in answer && answer.refused === 'registry.stale')).toHaveLength(4);
      expect((await at.registry.readChanges(before.tenantId, { limit: 9 })).rows).toHaveLength(2);
    });

    it('changes no tenant that has left', async () => {
      const before = await registered(at);
      const left = accepted(
        await at.registry.changeTenant(
          before,
          { status: 'offboarded', externalIds: null },
          { change: 'tenant.offboarded', by: BY },
        ),
      );
      const back = await at.registry.changeTenant(left, { status: 'active' }, settingsChanged);
      expect(back).toMatchObject({ refused: 'tenant.offboarded' });
    });

    it('takes an external ID that it made for this tenant, and no other', async () => {
      const [tenant, another] = [await registered(at), await registered(at)];
      const next = (await at.registry.newExternalId(tenant.tenantId)) ?? '';
      const current = tenant.externalIds?.current ?? '';
      const rotation = { startedAtMs: 1, deadlineMs: 2, by: BY };
      const note = { change: 'rotation.started', by: BY } as const;
      const foreign = [another.externalIds?.current ?? '', await at.registry.newExternalId(another.tenantId), 'cb-x'];
      for (const value of foreign) {
        const change = { externalIds: { current, next: value ?? '' }, rotation };
        const changing = at.registry.changeTenant(tenant, change, note);
        await expect(changing).rejects.toMatchObject({ code: 'internal' });
        await expect(changing).rejects.toThrow(/^(?!.*cb-)/);
      }
      const half = at.registry.changeTenant(tenant, { externalIds: { current, next } }, note);
      await expect(half).rejects.toMatchObject({ code: 'internal' });
      const started = accepted(
        await at.registry.changeTenant(tenant, { externalIds: { current, next }, rotation }, note),
      );
      expect(started.lastChange).toMatchObject({
        before: { externalIds: { current: sha256Hex(current) } },
        after: { externalIds: { current: sha256Hex(current), next: sha256Hex(next) }, rotation },
      });
      const ended = { externalIds: { current: next }, rotation: null };
      const finished = accepted(
        await at.registry.changeTenant(started, ended, { change: 'rotation.finished', by: BY }),
      );
      expect(finished).toMatchObject({ externalIds: { current: next } });
      expect(JSON.stringify(await at.registry.readChanges(tenant.tenantId, { limit: 50 }))).not.toContain('cb-');
    });

    it('writes nothing that is no tenant', async () => {
      const tenant = await registered(at);
      const changing = at.registry.changeTenant(tenant, { name: null }, settingsChanged);
      await expect(changing).rejects.toMatchObject({ code: 'internal' });
      expect((await at.registry.readTenant(tenant.tenantId))?.tenant).toEqual(tenant);
    });

    it('tells every change of a tenant and its roles, the newest first, page by page', async () => {
      let tenant = await registered(at);
      const role = await connected(at, { tenantId: tenant.tenantId });
      accepted(await at.registry.recordVerification(role, PROVEN, BY));
      for (const notes of ['a', 'b', 'c']) {
        tenant = accepted(await at.registry.changeTenant(tenant, { notes }, settingsChanged));
      }
      const whole = await at.registry.readChanges(tenant.tenantId, { limit: 100 });
      expect(whole.next).toBeUndefined();
      expect(whole.rows.map(({ record, version, change }) => [record, version, change])).toEqual([
        [role.record, 2, 'role.verified'],
        [role.record, 1, 'role.connected'],
        ['tenant', 4, 'tenant.settingsChanged'],
        ['tenant', 3, 'tenant.settingsChanged'],
        ['tenant', 2, 'tenant.settingsChanged'],
        ['tenant', 1, 'tenant.registered'],
      ]);
      const paged = [];
      let after: string | undefined;
      do {
        const page = await at.registry.readChanges(tenant.tenantId, { limit: 4, ...(after && { after }) });
        paged.push(...page.rows);
        after = page.next;
      } while (after !== undefined);
      expect(paged).toEqual(whole.rows);
      expect(await at.registry.readChanges(aTenantId(), { limit: 9 })).toEqual({ rows: [] });
    });

    it.each(['', 'x', '%', 'e30', Buffer.from('{"atMs":1,"record":"tenant","version":1,"x":1}').toString('base64url')])(
      'reads no changes after %j',
      async (after) => {
        const { tenantId } = await registered(at);
        const reading = at.registry.readChanges(tenantId, { limit: 9, after });
        await expect(reading).rejects.toMatchObject({ code: 'request.fieldInvalid' });
      },
    );

    it('takes a tenant with keys in as migrating, without an external ID', async () => {
      const legacy = aLegacyTenant();
      const tenant = accepted(await at.registry.importTenant(legacy, BY));
      expect(tenant).toEqual({
        ...legacy,
        record: 'tenant',
        status: 'migrating',
        version: 1,
        createdAtMs: START_MS,
        lastChange: { change: 'tenant.imported', by: BY, atMs: START_MS },
      });
      expect(await at.registry.readTenant(legacy.tenantId)).toEqual({ tenant, roles: [] });
      // Its answer was lost, and it is asked for again.
      expect(await at.registry.importTenant(legacy, BY)).toEqual(tenant);
      for (const other of [
        { ...legacy, notes: 'x' },
        { ...legacy, importId: 'import-2' },
      ]) {
        expect(await at.registry.importTenant(other, BY)).toMatchObject({ refused: 'tenant.alreadyRegistered' });
      }
      const again = { tenantId: legacy.tenantId, name: 'B', enabledJobs: [] };
      expect(await at.registry.registerTenant(again, BY)).toMatchObject({ refused: 'tenant.alreadyRegistered' });
    });

    it('imports over no tenant that is there or has left', async () => {
      const tenant = await registered(at);
      const legacy = aLegacyTenant({ tenantId: tenant.tenantId });
      expect(await at.registry.importTenant(legacy, BY)).toMatchObject({ refused: 'tenant.alreadyRegistered' });
      const note = { change: 'tenant.offboarded', by: BY } as const;
      await at.registry.changeTenant(tenant, { status: 'offboarded', externalIds: null }, note);
      expect(await at.registry.importTenant(legacy, BY)).toMatchObject({ refused: 'tenant.offboarded' });
      const bad = aLegacyTenant({ tenantId: 'Bad Id' });
      expect(await at.registry.importTenant(bad, BY)).toMatchObject({ refused: 'tenant.idInvalid' });
    });

    it('takes an import back that nothing has touched, once, and imports it again', async () => {
      const legacy = aLegacyTenant();
      const { tenantId, importId } = legacy;
      await at.registry.importTenant(legacy, BY);
      expect(await at.registry.undoImport({ tenantId, importId: 'import-2' })).toBe(false);
      expect(await at.registry.undoImport({ tenantId, importId })).toBe(true);
      expect(await at.registry.readTenant(tenantId)).toBeUndefined();
      expect(await at.registry.undoImport({ tenantId, importId })).toBe(false);
      expect(accepted(await at.registry.importTenant(legacy, BY)).version).toBe(3);
      const { rows } = await at.registry.readChanges(tenantId, { limit: 9 });
      expect(rows.map(({ change, version }) => [change, version])).toEqual([
        ['tenant.imported', 3],
        ['tenant.imported', 1],
      ]);
    });

    it('takes no import back that was changed, or has a role, or was registered', async () => {
      const changed = accepted(await at.registry.importTenant(aLegacyTenant(), BY));
      await at.registry.changeTenant(changed, { notes: 'n' }, settingsChanged);
      const withRole = accepted(await at.registry.importTenant(aLegacyTenant(), BY));
      await connected(at, { tenantId: withRole.tenantId });
      for (const { tenantId } of [changed, withRole, await registered(at)]) {
        expect(await at.registry.undoImport({ tenantId, importId: 'import-1' })).toBe(false);
        expect(await at.registry.readTenant(tenantId)).toBeDefined();
      }
    });
  });
}
