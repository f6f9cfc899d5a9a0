import { describe, expect, it } from 'vitest';
import type { TenantReading } from '../../lib/tenants/tenant.ts';
import { aRole, aTenant, externalIdOf } from '../support/a-tenant.ts';
import { interruptedBefore } from './interrupted-run.ts';

/** T11: what a decision went by is changed between the decision and the call. Every call is of one reading of
 * the tenant, whole; its roles are items of their own, each with a version of its own on record (I4 looks at both).
 */
const ONE: TenantReading = aTenant({ tenant: { settings: { 'scan-account': { bucketNamePrefixes: ['before'] } } } });
const TWO: TenantReading = {
  tenant: {
    ...ONE.tenant,
    version: 4,
    settings: { 'scan-account': { bucketNamePrefixes: ['later'] } },
    externalIds: { current: externalIdOf('later') },
  },
  roles: [aRole({ version: 3, capabilities: { sessionTags: true, sourceIdentity: true } })],
};

/** Which settings and which external ID a call has. */
function readingOf({
  ExternalId,
  Policy = '',
}: {
  readonly ExternalId?: string | undefined;
  readonly Policy?: string | undefined;
}) {
  const settings = Policy.includes('arn:aws:s3:::later*') ? 'after' : 'before';
  return `${settings} ${ExternalId === externalIdOf('later') ? 'after' : 'before'}`;
}

describe('settings that are changed while a request is on its way', () => {
  it('are all of before or all of after, in every call, at whichever step they change', async () => {
    const seen = new Set<string>();
    for (let at = 0; ; at += 1) {
      const world = await interruptedBefore(at, (stopped) => stopped.connect(TWO), [ONE]);
      if (world === undefined) break;
      await world.settle();
      expect(await world.violations(), `before call ${at}`).toEqual([]);
      for (const call of world.sts.asked) seen.add(readingOf(call));
      const { trail, state } = await world.issuance();
      expect(state).toBe('completed');
      expect([3, 4]).toContain(trail[0]?.tenantVersion);
    }
    expect(seen).toEqual(new Set(['before before', 'after after']));
  });
});
