import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex, systemIds } from '../../../lib/platform/ids.ts';
import { makeExternalId, parseExternalId } from '../../../lib/tenants/external-id.ts';
import { externalIdFor, otherExternalIdFor } from '../../../lib/tenants/tenant.ts';
import { aRole } from '../../support/a-tenant.ts';

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

  const one = aRole({ externalIdSha256: sha256Hex('one') });
  const two = aRole({ externalIdSha256: sha256Hex('two') });

  it.each([
    ['no rotation', { current: 'one' }, aRole(), 'one', undefined],
    ['no rotation, a role that took another one before', { current: 'one' }, two, 'one', undefined],
    ['a rotation, a role of which nothing was seen', { current: 'one', next: 'two' }, aRole(), 'one', 'two'],
    ['a rotation, a role that takes the current', { current: 'one', next: 'two' }, one, 'one', 'two'],
    ['a rotation, a role that takes the next', { current: 'one', next: 'two' }, two, 'two', 'one'],
    ['after the rotation', { current: 'two' }, two, 'two', undefined],
    ['after it was given up', { current: 'one' }, two, 'one', undefined],
    ['none', undefined, two, undefined, undefined],
  ] as const)('is the one that the role takes: %s', (_, externalIds, role, used, other) => {
    const tenant = externalIds === undefined ? {} : { externalIds };
    expect(externalIdFor(tenant, role)).toBe(used);
    expect(otherExternalIdFor(tenant, role)).toBe(other);
  });
});
