import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import { type Policy, policyOf, type Statement } from '../../../../lib/onboarding/templates/policy-json.ts';
import type { TrustProof } from '../../../../lib/onboarding/trust/assess-trust.ts';
import type { Probe, ProbeOrder, ProbeOutcome, ProbeResult } from '../../../../lib/onboarding/trust/probe-role.ts';
import { makeVerifyRole, type VerifyRoleDependencies } from '../../../../lib/onboarding/trust/verify-role.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import { aRole, aTenant, externalIdOf } from '../../../support/a-tenant.ts';
import { countingIds } from '../../../support/counting-ids.ts';
import { everyPrint } from '../../../support/every-print.ts';
import { stsError } from '../../../support/faulty-world/fake-sts.ts';
import { frozenClock } from '../../../support/frozen-clock.ts';
import {
  aDedicatedTemplate,
  aTemplate,
  BROKER_ACCOUNT,
  CURRENT_ID,
  NEXT_ID,
  ourRole,
} from '../templates/a-template.ts';
import { probedCustomer } from './probed-customer.ts';

const ROOT = `arn:aws:iam::${BROKER_ACCOUNT}:root`;
const template = aTemplate().trustPolicy;
const both = aTemplate({ externalIds: { current: CURRENT_ID, next: NEXT_ID } }).trustPolicy;
const nextOnly = aTemplate({ externalIds: { current: NEXT_ID } }).trustPolicy;

/** The template's trust with another condition on the external ID in its first statement. */
function trustWith(condition: Statement['Condition']): Policy {
  const [assume, ...others] = template.Statement;
  if (assume === undefined) throw new Error('no statement');
  const { StringEquals: _removed, ...kept } = assume.Condition ?? {};
  return policyOf([{ ...assume, Condition: { ...kept, ...condition } }, ...others]);
}

/** As a customer writes it that does without our template: one statement. */
function handmade(condition: NonNullable<Statement['Condition']>): Policy {
  return policyOf([
    { Sid: 'handmade', Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'sts:AssumeRole', Condition: condition },
  ]);
}

const NO_TAGS = ['trust.sessionTagsRefused', 'trust.sourceIdentityRefused'] as const;
type Expected = Pick<TrustProof, 'status' | 'findings'>;

const customers: readonly (readonly [name: string, trust: Policy, expected: Expected])[] = [
  ['(a) the template', template, { status: 'trusted', findings: [] }],
  [
    '(b) no condition on the external ID',
    trustWith({}),
    {
      status: 'quarantined',
      findings: ['trust.noExternalIdAccepted', 'trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
    },
  ],
  [
    '(c) StringLike *',
    trustWith({ StringLike: { 'sts:ExternalId': '*' } }),
    { status: 'quarantined', findings: ['trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'] },
  ],
  [
    'StringLike on our form',
    trustWith({ StringLike: { 'sts:ExternalId': 'cb-*' } }),
    { status: 'quarantined', findings: ['trust.unassignedExternalIdAccepted'] },
  ],
  [
    'StringLike on the form of this deployment',
    trustWith({ StringLike: { 'sts:ExternalId': 'cb-prod1-????????-*' } }),
    { status: 'quarantined', findings: ['trust.unassignedExternalIdAccepted'] },
  ],
  [
    '(d) StringEqualsIfExists',
    trustWith({ StringEqualsIfExists: { 'sts:ExternalId': CURRENT_ID } }),
    { status: 'quarantined', findings: ['trust.noExternalIdAccepted'] },
  ],
  [
    "(e) another tenant's external ID",
    trustWith({ StringEquals: { 'sts:ExternalId': externalIdOf('globex') } }),
    { status: 'pending', findings: ['trust.rightExternalIdRefused'] },
  ],
  [
    '(f) the account root with the right external ID',
    handmade({ StringEquals: { 'sts:ExternalId': CURRENT_ID } }),
    { status: 'trusted', findings: ['trust.wholeAccountAccepted', ...NO_TAGS] },
  ],
  [
    'the root with no condition at all',
    handmade({}),
    {
      status: 'quarantined',
      findings: [
        'trust.noExternalIdAccepted',
        'trust.randomExternalIdAccepted',
        'trust.unassignedExternalIdAccepted',
        'trust.wholeAccountAccepted',
        ...NO_TAGS,
      ],
    },
  ],
  [
    'the verifier alone',
    handmade({
      StringEquals: { 'sts:ExternalId': CURRENT_ID },
      ArnEquals: { 'aws:PrincipalArn': ourRole('verify-trust') },
    }),
    { status: 'pending', findings: ['trust.brokerRefused', ...NO_TAGS] },
  ],
  [
    'the broker alone',
    handmade({
      StringEquals: { 'sts:ExternalId': CURRENT_ID },
      ArnEquals: { 'aws:PrincipalArn': ourRole('issue-credentials') },
    }),
    { status: 'pending', findings: ['trust.rightExternalIdRefused'] },
  ],
  [
    'the condition on every statement, where it never holds for tags',
    policyOf(
      template.Statement.map((one) => ({ ...one, Condition: { StringEquals: { 'sts:ExternalId': CURRENT_ID } } })),
    ),
    { status: 'trusted', findings: ['trust.wholeAccountAccepted', ...NO_TAGS] },
  ],
];

describe('a role whose trust policy is', () => {
  it.each(customers)('%s', async (_, trust, expected) => {
    const customer = probedCustomer();
    customer.trust(trust);
    expect((await customer.verify()).proof).toMatchObject(expected);
  });

  it('(g) not there yet, and there 30 seconds later', async () => {
    const { verify, trust, clock, world } = probedCustomer();
    expect((await verify()).proof).toMatchObject({ status: 'pending', findings: ['trust.rightExternalIdRefused'] });
    clock.advance(30_000);
    trust(template);
    expect((await verify()).proof).toMatchObject({ status: 'trusted', findings: [] });
    expect(world.role).not.toHaveProperty('firstRefusedAtMs');
  });

  it('never there: refused five minutes after the first look', async () => {
    const { verify, clock } = probedCustomer();
    const statuses = [];
    for (const waitMs of [0, 299_999, 1, 600_000]) {
      clock.advance(waitMs);
      statuses.push((await verify()).proof.status);
    }
    expect(statuses).toEqual(['pending', 'pending', 'refused', 'refused']);
  });

  it('made unsafe, then safe again, then taken away, then given back', async () => {
    const { verify, trust } = probedCustomer();
    const statuses = [];
    for (const policy of [template, trustWith({}), template, handmade({ Bool: { 'aws:Nothing': 'true' } }), template]) {
      trust(policy);
      statuses.push((await verify()).proof.status);
    }
    expect(statuses).toEqual(['trusted', 'quarantined', 'trusted', 'quarantined', 'trusted']);
  });
});

describe('a verification', () => {
  it('asks for the right external ID first, and for all else only when that opens the role', async () => {
    const { verify, trust, world } = probedCustomer();
    await verify();
    expect(world.asked).toEqual([{ caller: 'verify-trust', probe: 'rightExternalId', externalId: CURRENT_ID }]);
    trust(template);
    const { results } = await verify();
    const [first, ...rest] = world.asked;
    expect(first).toMatchObject({ probe: 'rightExternalId' });
    expect(rest.map(({ caller, probe }) => `${caller} ${probe}`).sort()).toEqual([
      'decoy decoyRightExternalId',
      'issue-credentials brokerRightExternalId',
      'verify-trust noExternalId',
      'verify-trust randomExternalId',
      'verify-trust sessionTags',
      'verify-trust sourceIdentity',
      'verify-trust unassignedExternalId',
    ]);
    expect(new Set(results.map(({ recordId }) => recordId)).size).toBe(8);
  });

  it('sends each probe what it is about', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(template);
    const sent = async () => {
      await verify();
      return new Map(world.asked.map(({ probe, externalId }) => [probe, externalId]));
    };
    const once = await sent();
    const twice = await sent();
    for (const probe of ['sessionTags', 'sourceIdentity', 'decoyRightExternalId', 'brokerRightExternalId'] as const) {
      expect(once.get(probe)).toBe(CURRENT_ID);
    }
    expect(once.get('noExternalId')).toBeUndefined();
    // Ours starts with cb-; a random one must not, or a wildcard on our form would pass for one on anything.
    expect(once.get('randomExternalId')).toMatch(/^[0-9a-f]{32}$/);
    expect(once.get('unassignedExternalId')).toMatch(/^cb-prod1-[0-9a-f-]{36}$/);
    for (const probe of ['randomExternalId', 'unassignedExternalId'] as const) {
      expect(twice.get(probe)).not.toBe(once.get(probe));
      expect(once.get(probe)).not.toBe(CURRENT_ID);
    }
  });

  it('keeps no external ID in its proof, its results or its records', async () => {
    const { verify, trust, probes } = probedCustomer();
    trust(trustWith({}));
    const verified = await verify();
    const shown = everyPrint({ verified, records: [...probes.items.values()] });
    expect(shown).not.toMatch(/cb-prod1-|cb-test1-/);
    expect([...probes.items.values()].map(({ outcome }) => outcome)).not.toContain('open');
  });

  it.each([
    'randomExternalId',
    'unassignedExternalId',
    'noExternalId',
    'sessionTags',
    'sourceIdentity',
    'brokerRightExternalId',
    'decoyRightExternalId',
  ] as const)('makes no new role trusted when %s is throttled, and leaves a trusted one trusted', async (probe) => {
    const { verify, trust, world } = probedCustomer();
    trust(template);
    world.broken.set(probe, stsError('Throttling', 400));
    expect((await verify()).proof).toMatchObject({ status: 'pending', findings: ['probe.inconclusive'] });
    world.broken.clear();
    expect((await verify()).proof.status).toBe('trusted');
    world.broken.set(probe, stsError('ExpiredToken', 403));
    expect((await verify()).proof).toMatchObject({ status: 'trusted', findings: ['probe.inconclusive'] });
    expect(world.role.capabilities).toEqual({ sessionTags: true, sourceIdentity: true });
  });

  it('asks nothing more when the right external ID has no answer', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(trustWith({}));
    world.broken.set('rightExternalId', stsError('Throttling', 400));
    expect((await verify()).proof).toMatchObject({ status: 'pending', findings: ['probe.inconclusive'] });
    expect(world.asked).toHaveLength(1);
  });

  it('makes no role trusted without a decoy', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(template);
    world.hasDecoy = false;
    const { proof, results } = await verify();
    expect(proof).toMatchObject({ status: 'pending', findings: ['probe.inconclusive'] });
    expect(results).toContainEqual({ probe: 'decoyRightExternalId', outcome: 'inconclusive', recordId: '' });
  });

  it('probes nothing of a tenant that has no external ID in a shared deployment', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(trustWith({}));
    const { proof, results } = await verify({ tenant: { externalIds: undefined } });
    expect([proof.status, results, world.asked]).toEqual(['pending', [], []]);
  });
});

describe('during a rotation', () => {
  const externalIds = { current: CURRENT_ID, next: NEXT_ID };
  const takes = (id: string) => ({ externalIdSha256: sha256Hex(id) });
  const safe = { status: 'trusted', findings: [] } as const;

  it('a role moves as its trust policy does, and back', async () => {
    const { verify, trust } = probedCustomer();
    trust(template);
    expect((await verify()).proof).toMatchObject({ ...safe, ...takes(CURRENT_ID) });
    expect((await verify({ tenant: { externalIds } })).proof).toMatchObject({ ...safe, ...takes(CURRENT_ID) });
    trust(both);
    const moved = { status: 'trusted', findings: ['trust.previousExternalIdAccepted'], ...takes(NEXT_ID) };
    expect((await verify()).proof).toMatchObject(moved);
    expect((await verify()).proof).toMatchObject(moved);
    trust(nextOnly);
    expect((await verify()).proof).toMatchObject({ ...safe, ...takes(NEXT_ID) });
    trust(template);
    expect((await verify()).proof).toMatchObject({ ...safe, ...takes(CURRENT_ID) });
    trust(nextOnly);
    await verify();
    expect((await verify({ tenant: { externalIds: { current: NEXT_ID } } })).proof).toMatchObject({
      ...safe,
      ...takes(NEXT_ID),
    });
  });

  it.each([
    ['both', both, NEXT_ID],
    ['the next alone', nextOnly, NEXT_ID],
    ['the current alone', template, CURRENT_ID],
  ])('the other probes go with what opens the role: %s', async (_, policy, id) => {
    const { verify, trust, world } = probedCustomer();
    trust(policy);
    await verify({ tenant: { externalIds } });
    const used = world.asked.filter(({ probe = '' }) => /^(session|source|broker|decoy)/.test(probe));
    expect(used.map(({ externalId }) => externalId)).toEqual([id, id, id, id]);
  });

  it('a role that takes neither is asked nothing more', async () => {
    const { verify, world } = probedCustomer();
    const { proof } = await verify({ tenant: { externalIds }, role: { status: 'trusted' } });
    expect(proof).toMatchObject({ status: 'quarantined', findings: ['trust.rightExternalIdRefused'] });
    // Twice, because its customer may be about to replace the one by the other.
    const pair = ['rightExternalId', 'otherExternalId'];
    expect(world.asked.map(({ probe }) => probe)).toEqual([...pair, ...pair]);
  });

  it('a role stays with what it takes until both have answered', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(both);
    world.broken.set('otherExternalId', stsError('Throttling', 400));
    const { proof } = await verify({ tenant: { externalIds }, role: { status: 'trusted' } });
    expect(proof).toMatchObject({ status: 'trusted', findings: ['probe.inconclusive'] });
    expect(proof).not.toHaveProperty('externalIdSha256');
    expect(world.asked.map(({ probe }) => probe)).toContain('noExternalId');
  });
});

describe('a customer that replaces the one external ID by the other while its role is verified', () => {
  const externalIds = { current: CURRENT_ID, next: NEXT_ID };
  const closedTo = trustWith({ StringEquals: { 'sts:ExternalId': 'neither-of-them' } });
  const openToAny = trustWith({ StringLike: { 'sts:ExternalId': '*' } });

  it('is looked at again, as a whole, and its role stays in use', async () => {
    const { verify, trust, world } = probedCustomer();
    // Nothing opens at the first look: the one ID is gone already, and the other is not everywhere yet.
    trust(trustWith({ StringEquals: { 'sts:ExternalId': 'neither-of-them' } }));
    world.meanwhile = () => trust(nextOnly);
    const { proof } = await verify({ tenant: { externalIds }, role: { status: 'trusted' } });
    expect(proof).toMatchObject({ status: 'trusted', findings: [], externalIdSha256: sha256Hex(NEXT_ID) });
  });

  it('is withdrawn when the second look finds the same', async () => {
    const { verify, trust } = probedCustomer();
    trust(trustWith({ StringEquals: { 'sts:ExternalId': 'neither-of-them' } }));
    const { proof } = await verify({ tenant: { externalIds }, role: { status: 'trusted' } });
    expect(proof).toMatchObject({ status: 'quarantined', findings: ['trust.rightExternalIdRefused'] });
  });

  it.each<[string, Parameters<ReturnType<typeof probedCustomer>['verify']>[0], Policy]>([
    ['works', { tenant: { externalIds }, role: { status: 'trusted' } }, both],
    ['was not trusted before', { tenant: { externalIds }, role: { status: 'pending' } }, closedTo],
    ['shuts itself while nothing is rotated', { role: { status: 'trusted' } }, closedTo],
    ['opens to others', { tenant: { externalIds }, role: { status: 'trusted' } }, openToAny],
  ])('has one look at a role that %s', async (_, change, policy) => {
    const { verify, trust, world } = probedCustomer();
    let looks = 1;
    world.meanwhile = () => {
      looks += 1;
    };
    trust(policy);
    await verify(change);
    expect(looks).toBe(1);
  });

  it('has no second look when the role opened to others', async () => {
    const { verify, trust, world } = probedCustomer();
    trust(trustWith({ StringLike: { 'sts:ExternalId': '*' } }));
    world.meanwhile = () => trust(nextOnly);
    const { proof } = await verify({ tenant: { externalIds }, role: { status: 'trusted' } });
    expect(proof.status).toBe('quarantined');
  });
});

describe('in a dedicated deployment', () => {
  const trustPolicy = aDedicatedTemplate().trustPolicy;

  it('the role opens without an external ID, and none is sent', async () => {
    const { verify, trust, world } = probedCustomer({ mode: 'dedicated' });
    trust(trustPolicy);
    const { proof } = await verify({ tenant: { externalIds: undefined } });
    expect(proof).toMatchObject({ status: 'trusted', findings: [] });
    expect(world.asked.map(({ externalId }) => externalId)).toEqual(Array(5).fill(undefined));
    expect(world.asked.map(({ probe }) => probe)).not.toContain('noExternalId');
    expect(proof).not.toHaveProperty('externalIdSha256');
  });

  it('other roles of our account are a warning there too', async () => {
    const { verify, trust } = probedCustomer({ mode: 'dedicated' });
    trust(handmade({}));
    const { proof } = await verify({ tenant: { externalIds: undefined } });
    expect(proof).toMatchObject({ status: 'trusted', findings: ['trust.wholeAccountAccepted', ...NO_TAGS] });
  });
});

/** Probes that answer as they are told, and say in which order they began and ended. */
function scripted(outcomes: Partial<Record<Probe, ProbeOutcome | Error>>) {
  const steps: string[] = [];
  const answer = async ({ probe }: Pick<ProbeOrder, 'probe'>): Promise<ProbeResult> => {
    steps.push(`${probe} begins`);
    await Promise.resolve();
    const outcome = outcomes[probe] ?? 'denied';
    if (outcome instanceof Error) throw outcome;
    steps.push(`${probe} ends`);
    return { probe, outcome, recordId: `probe_${probe}` };
  };
  const dependencies: VerifyRoleDependencies = {
    probeAs: { verifier: answer, decoy: async () => answer },
    probeThroughBroker: () => answer({ probe: 'brokerRightExternalId' }),
    pause: () => Promise.reject(new Error('nothing is rotated here')),
    ids: countingIds(),
    clock: frozenClock(),
    config: { mode: 'shared', deploymentId: 'test1' },
  };
  const { tenant } = aTenant();
  return { steps, verify: () => makeVerifyRole(dependencies)({ tenant, role: aRole() }) };
}

describe('the order of the probes', () => {
  it('starts the one through the queue before the negatives, and has accepted calls before and after them', async () => {
    const { steps, verify } = scripted({ rightExternalId: 'accepted', brokerRightExternalId: 'accepted' });
    await verify();
    const at = (step: string) => steps.indexOf(step);
    expect(steps[1]).toBe('rightExternalId ends');
    expect(at('brokerRightExternalId begins')).toBe(2);
    for (const negative of ['randomExternalId', 'unassignedExternalId', 'noExternalId']) {
      expect(at('sessionTags begins')).toBeGreaterThan(at(`${negative} ends`));
      expect(at('decoyRightExternalId begins')).toBeGreaterThan(at(`${negative} ends`));
    }
  });

  it.each(['rightExternalId', 'noExternalId', 'sessionTags', 'brokerRightExternalId', 'decoyRightExternalId'] as const)(
    'ends without a proof when %s cannot be recorded',
    async (probe) => {
      const down = new BrokerError('store.unavailable', 'the ledger could not be written');
      const { verify } = scripted({ rightExternalId: 'accepted', [probe]: down });
      await expect(verify()).rejects.toBe(down);
    },
  );
});
