import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../lib/platform/ids.ts';
import { makeExternalId, parseExternalId } from '../../../lib/tenants/external-id.ts';
import { externalIdFor } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';

/** What STS takes as ExternalId. Source: STS API Reference, AssumeRole. */
const TAKEN_BY_STS = /^[\w+=,.@:/-]{2,1224}$/;
const good = 'cb-prod1-0123abcd-0123-4abc-89ab-0123456789ab';

describe('an external ID', () => {
  it('is of our form, fit for STS, and never the same, 10,000 times over', () => {
    const made = Array.from({ length: 10_000 }, () => makeExternalId('prod1', systemIds));
    expect(new Set(made).size).toBe(10_000);
    const odd = made.filter((id) => !/^cb-prod1-[0-9a-f-]{36}$/.test(id) || !TAKEN_BY_STS.test(id));
    expect(odd).toEqual([]);
  });

  it('differs between deployments that draw the same uuid', () => {
    const ids = { uuid: () => '0123abcd-0123-4abc-89ab-0123456789ab' };
    expect(makeExternalId('prod1', ids)).toBe(good);
    expect(makeExternalId('prod2', ids)).not.toBe(good);
  });

  it.each([
    ['a source that gives no uuid', 'prod1', 'x'],
    ['a source that gives nothing', 'prod1', ''],
    ['a uuid of another version', 'prod1', '0123abcd-0123-1abc-89ab-0123456789ab'],
    ['a deployment id with a hyphen', 'prod-1', '0123abcd-0123-4abc-89ab-0123456789ab'],
    ['a deployment id in upper case', 'PROD1', '0123abcd-0123-4abc-89ab-0123456789ab'],
    ['no deployment id', '', '0123abcd-0123-4abc-89ab-0123456789ab'],
  ])('is not made from %s', (_, deploymentId, uuid) => {
    expect(() => makeExternalId(deploymentId, { uuid: () => uuid })).toThrow('does not have our form');
  });

  it('is taken as stored, and nothing near it is, nor shown in the error', () => {
    expect(parseExternalId(good)).toBe(good);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom('G', ' ', '\n', '*', 'é'), (index, letter) => {
        const near = good.slice(0, index) + letter + good.slice(index + 1);
        expect(() => parseExternalId(near)).toThrow(/^a stored external ID does not have our form$/);
      }),
    );
    for (const near of [`${good}\n`, ` ${good}`, good.toUpperCase(), '', 'acme-123']) {
      expect(() => parseExternalId(near)).toThrow(/^a stored external ID does not have our form$/);
    }
  });

  it('is the one of the slot that the role takes, and none when that slot is empty', () => {
    const { tenant } = aTenant({ tenant: { externalIds: { current: 'one', next: 'two' } } });
    expect(externalIdFor(tenant, aRole())).toBe('one');
    expect(externalIdFor(tenant, aRole({ externalIdSlot: 'next' }))).toBe('two');
    const rotated = { ...tenant, externalIds: { current: 'two' } };
    expect(externalIdFor(rotated, aRole({ externalIdSlot: 'next' }))).toBeUndefined();
  });
});
