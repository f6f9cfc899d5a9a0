import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { everyResource } from '../../../lib/jobs/policy-statement.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import { type AccountDecision, type AccountRules, decideAccount } from '../../../lib/requests/decide-account.ts';
import type { Tenant, TenantReading, TenantRole } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant, externalIdOf, roleArnRules } from '../../support/a-tenant.ts';
import { externalIdIn, rotating } from '../../support/faulty-world/rotation.ts';

const accountId = '222222222222';
const [current, next] = [externalIdIn('current'), externalIdIn('next')];

function decide(reading: TenantReading, mode: AccountRules['mode'] = 'shared'): AccountDecision {
  const job = jobCatalogue.get('scan-account');
  if (job === undefined) throw new Error('there is no such job');
  return decideAccount({ accountId, job, reading }, { mode, roleArnRules });
}

const withRole = (change: Partial<TenantRole>, tenant: Partial<Tenant> = {}) =>
  aTenant({ roles: [aRole(change)], tenant });

describe('the external IDs of an allowed account', () => {
  const both = { current, next };
  const cases: readonly (readonly [name: string, reading: TenantReading, expected: object])[] = [
    ['the only one there is', aTenant(), { externalId: current, externalIdSlot: 'current' }],
    [
      'the only one, for a role that took one that is gone',
      withRole({ externalIdSha256: sha256Hex(externalIdOf('gone')) }),
      { externalId: current, externalIdSlot: 'current' },
    ],
    [
      'the one that has become the current one',
      withRole({ externalIdSha256: sha256Hex(next) }, { externalIds: { current: next } }),
      { externalId: next, externalIdSlot: 'current' },
    ],
    [
      'of a role that takes the current one, the next beside it',
      rotating(aTenant()),
      { externalId: current, externalIdSlot: 'current', otherExternalId: next },
    ],
    [
      'of a role that takes the next one, the current beside it',
      rotating(aTenant(), 'next'),
      { externalId: next, externalIdSlot: 'next', otherExternalId: current },
    ],
    [
      'of a role that says nothing, the current one first',
      withRole({}, { externalIds: both }),
      { externalId: current, externalIdSlot: 'current', otherExternalId: next },
    ],
  ];

  it.each(cases)('are in a shared deployment: %s', (_, reading, expected) => {
    const decision = decide(reading);
    expect(decision).toMatchObject({ allowed: true, ...expected });
    if (!('otherExternalId' in expected)) expect(decision).not.toHaveProperty('otherExternalId');
  });

  it.each(cases)('are none in a dedicated deployment, whatever the tenant has: %s', (_, reading) => {
    const decision = decide(reading, 'dedicated');
    expect(decision).toMatchObject({ allowed: true, externalId: undefined });
    for (const name of ['otherExternalId', 'externalIdSlot']) expect(decision).not.toHaveProperty(name);
  });

  it.each([undefined, { current: '' }])('must be there in a shared deployment, and need not in another: %o', (none) => {
    const reading = aTenant({ tenant: { externalIds: none } });
    expect(decide(reading)).toMatchObject({ allowed: false, refusal: { reason: 'account.notVerified' } });
    expect(decide(reading, 'dedicated')).toMatchObject({ allowed: true, externalId: undefined });
  });
});

describe('the capabilities of an allowed account', () => {
  const flags = [true, false];
  const proven = flags.flatMap((sessionTags) => flags.map((sourceIdentity) => ({ sessionTags, sourceIdentity })));

  it.each(proven)('are what was proven: %o', (capabilities) => {
    expect(decide(withRole({ capabilities }))).toMatchObject({ allowed: true, capabilities });
  });

  it('are none where nothing was proven', () => {
    const capabilities = { sessionTags: false, sourceIdentity: false };
    expect(decide(withRole({}))).toMatchObject({ allowed: true, capabilities });
  });
});

describe('a role that is not trusted', () => {
  const cases: readonly (readonly [Partial<TenantRole>, string])[] = [
    [{ status: 'pending' }, 'account.notVerified'],
    [{ status: 'pending', findings: ['trust.noExternalIdAccepted'] }, 'account.notVerified'],
    [{ status: 'refused', findings: ['trust.rightExternalIdRefused'] }, 'account.notVerified'],
    [{ status: 'quarantined' }, 'trust.broken'],
    [{ status: 'quarantined', findings: ['trust.rightExternalIdRefused'] }, 'trust.broken'],
    [{ status: 'quarantined', findings: ['trust.brokerRefused', 'trust.wholeAccountAccepted'] }, 'trust.broken'],
    [{ status: 'quarantined', findings: ['probe.inconclusive'] }, 'trust.broken'],
    [{ status: 'quarantined', findings: ['trust.noExternalIdAccepted'] }, 'trust.unsafe'],
    [{ status: 'quarantined', findings: ['trust.randomExternalIdAccepted'] }, 'trust.unsafe'],
    [
      { status: 'quarantined', findings: ['trust.brokerRefused', 'trust.unassignedExternalIdAccepted'] },
      'trust.unsafe',
    ],
  ];

  it.each(cases)('is refused in every mode: %o', (change, reason) => {
    for (const mode of ['shared', 'dedicated'] as const) {
      expect(decide(withRole(change), mode)).toMatchObject({ allowed: false, refusal: { reason } });
    }
  });
});

describe('a role that a second person is to consent to', () => {
  const asked = { connectedBy: ['arn:aws:iam::111111111111:role/operators'], sinceMs: Date.UTC(2026, 0, 1) };
  const given = { ...asked, state: 'given', by: 'arn:aws:iam::111111111111:user/grace', atMs: 2 } as const;
  const awaited = { ...asked, state: 'awaited' } as const;

  it.each<Partial<TenantRole>>([
    {},
    { status: 'pending' },
    { status: 'quarantined', findings: ['trust.noExternalIdAccepted'] },
  ])('is refused in every mode, whatever was proven of it: %o', (change) => {
    for (const mode of ['shared', 'dedicated'] as const) {
      expect(decide(withRole({ ...change, consent: awaited }), mode)).toEqual({
        allowed: false,
        accountId,
        refusal: {
          reason: 'account.awaitsConsent',
          explanation: 'the role awaits a second person’s consent since 2026-01-01T00:00:00.000Z',
        },
      });
    }
  });

  it('is decided as any other once it has the consent', () => {
    expect(decide(withRole({ consent: given }))).toEqual(decide(withRole({})));
    const pending = withRole({ status: 'pending', consent: given });
    expect(decide(pending)).toMatchObject({ allowed: false, refusal: { reason: 'account.notVerified' } });
  });

  it('is refused for an ARN that no role of a tenant may have before anything else', () => {
    const ours = withRole({ roleArn: 'arn:aws:iam::111111111111:role/credential-broker/x', consent: awaited });
    expect(decide(ours)).toMatchObject({ allowed: false, refusal: { reason: 'account.roleArnInvalid' } });
  });
});

describe('the role of an account', () => {
  const [here, elsewhere] = [accountId, '333333333333'].map((id) =>
    aRole({ accountId: id, record: `role#${id}#scanner` }),
  );

  it('is the one that answers there, whatever the tenant has connected in other accounts', () => {
    for (const roles of [
      [here, elsewhere],
      [elsewhere, here],
    ]) {
      const reading = aTenant({ roles: roles.flatMap((role) => role ?? []) });
      expect(decide(reading)).toMatchObject({ allowed: true, accountId, roleArn: here?.roleArn, roleVersion: 2 });
    }
  });

  it.each<[string, TenantReading, object]>([
    [
      'in another account',
      withRole({ accountId: '333333333333' }),
      { reason: 'account.unknown', explanation: 'the tenant has not connected this account' },
    ],
    [
      'with several findings, none of which opens it to others',
      withRole({ status: 'quarantined', findings: ['trust.brokerRefused', 'probe.inconclusive'] }),
      { reason: 'trust.broken', explanation: 'its last verification found trust.brokerRefused, probe.inconclusive' },
    ],
    [
      'with several findings, two of which open it to others',
      withRole({
        status: 'quarantined',
        findings: ['trust.noExternalIdAccepted', 'trust.brokerRefused', 'trust.randomExternalIdAccepted'],
      }),
      {
        reason: 'trust.unsafe',
        explanation: 'its last verification found trust.noExternalIdAccepted, trust.randomExternalIdAccepted',
      },
    ],
    [
      'whose ARN is of another account',
      withRole({ roleArn: 'arn:aws:iam::333333333333:role/credential-broker/scanner' }),
      { reason: 'account.roleArnInvalid', explanation: 'the role is of another account than it is registered for' },
    ],
  ])('is refused: %s', (_, reading, refusal) => {
    expect(decide(reading)).toEqual({ allowed: false, accountId, refusal });
  });

  it('is refused with every number of a policy that is too large', () => {
    const scan = jobCatalogue.get('scan-account');
    if (scan === undefined) throw new Error('there is no such job');
    const wide = {
      ...scan,
      settingsSchema: v.unknown(),
      sessionPolicy: () => [
        {
          effect: 'Allow' as const,
          actions: Array.from({ length: 400 }, (_, index) => `s3:Get${index}` as const),
          resources: [everyResource],
        },
      ],
    };
    const decision = decideAccount({ accountId, job: wide, reading: aTenant() }, { mode: 'shared', roleArnRules });
    expect(decision).toMatchObject({ allowed: false, refusal: { reason: 'policy.tooLarge' } });
    expect('refusal' in decision ? decision.refusal.explanation : '').toMatch(/^size \d+, limit 2048$/);
  });
});
