import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assessTrust,
  PENDING_MS,
  pendingUntilMs,
  type RoleBefore,
  type TrustEvidence,
} from '../../../../lib/onboarding/trust/assess-trust.ts';
import { isNegative, NEGATIVE_PROBES, PROBES, type ProbeResult } from '../../../../lib/onboarding/trust/probe-role.ts';
import { keepsFromTrust, TRUST_FINDINGS, trustFindings } from '../../../../lib/onboarding/trust/trust-finding.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import { ROLE_STATUSES } from '../../../../lib/tenants/tenant.ts';
import { externalIdOf } from '../../../support/a-tenant.ts';
import { everyPrint } from '../../../support/every-print.ts';
import { START_MS } from '../../../support/frozen-clock.ts';
import { type Answers, SAFE, type TrustCase, trustCases } from './assess-trust.cases.ts';

const ids = { current: externalIdOf('current'), next: externalIdOf('next') };

function resultsOf(answers: Answers): readonly ProbeResult[] {
  return PROBES.flatMap((probe) => {
    const outcome = answers[probe];
    return outcome === undefined ? [] : [{ probe, outcome, recordId: `probe_${probe}` }];
  });
}

function evidenceOf({ mode = 'shared', rotating, before, answers }: Omit<TrustCase, 'title' | 'status' | 'findings'>) {
  const taken = rotating === undefined ? {} : { externalIdSha256: sha256Hex(ids[rotating]) };
  const role: RoleBefore = { status: 'pending', findings: [], ...taken, ...before };
  const externalIds = rotating === undefined ? { current: ids.current } : ids;
  return {
    results: resultsOf(answers),
    mode,
    role,
    externalIds: mode === 'shared' ? externalIds : undefined,
    nowMs: START_MS,
  } satisfies TrustEvidence;
}

describe.each(Object.entries(trustCases))('what is proven of %s', (_, cases) => {
  it.each(
    cases.map((one) => [`${one.title}${one.rotating ? ` (it took the ${one.rotating} one)` : ''}`, one] as const),
  )('%s', (_title, one) => {
    const { status, findings, capabilities, firstRefusedAgoMs, takes } = one;
    expect(assessTrust(evidenceOf(one))).toStrictEqual({
      status,
      findings,
      verifiedAtMs: START_MS,
      ...(capabilities === undefined ? {} : { capabilities }),
      ...(firstRefusedAgoMs === undefined ? {} : { firstRefusedAtMs: START_MS - firstRefusedAgoMs }),
      ...(takes === undefined ? {} : { externalIdSha256: sha256Hex(ids[takes]) }),
    });
  });
});

describe('a tenant without an external ID', () => {
  it.each([undefined, { current: '' }])('has no trusted role in a shared deployment (%j)', (externalIds) => {
    const proof = assessTrust({ ...evidenceOf({ answers: SAFE }), externalIds });
    expect(proof).toMatchObject({ status: 'pending', findings: ['probe.inconclusive'] });
  });
});

describe('results of one probe that contradict each other', () => {
  const results = [...resultsOf(SAFE)];
  const alsoSays = (extra: Omit<ProbeResult, 'recordId'>) =>
    assessTrust({ ...evidenceOf({ answers: {} }), results: [...results, { ...extra, recordId: 'x' }] });

  it.each(PROBES.filter(isNegative))('make a role unsafe when %s was accepted once', (probe) => {
    expect(alsoSays({ probe, outcome: 'accepted' }).status).toBe('quarantined');
    expect(alsoSays({ probe, outcome: 'inconclusive' }).status).toBe('pending');
    expect(alsoSays({ probe, outcome: 'denied' }).status).toBe('trusted');
  });

  it.each(['rightExternalId', 'brokerRightExternalId'] as const)('prove nothing of %s', (probe) => {
    expect(alsoSays({ probe, outcome: 'denied' }).status).toBe('pending');
    expect(alsoSays({ probe, outcome: 'accepted' }).status).toBe('trusted');
  });
});

const evidence: fc.Arbitrary<TrustEvidence> = fc.record({
  results: fc.array(
    fc.record({
      probe: fc.constantFrom(...PROBES),
      // Mostly as a safe role answers, so that many sets come near to trust.
      outcome: fc.constantFrom('accepted' as const, 'denied' as const, 'inconclusive' as const),
      recordId: fc.constant('probe_x'),
    }),
    { maxLength: 14 },
  ),
  mode: fc.constantFrom('shared' as const, 'dedicated' as const),
  externalIds: fc.constantFrom(undefined, { current: ids.current }, ids),
  nowMs: fc.constant(START_MS),
  role: fc.record(
    {
      status: fc.constantFrom(...ROLE_STATUSES),
      findings: fc.subarray([...TRUST_FINDINGS]),
      capabilities: fc.record({ sessionTags: fc.boolean(), sourceIdentity: fc.boolean() }),
      firstRefusedAtMs: fc.integer({ min: START_MS - 2 * PENDING_MS, max: START_MS }),
      externalIdSha256: fc.constantFrom(...Object.values(ids).map(sha256Hex), sha256Hex('gone')),
    },
    { requiredKeys: ['status', 'findings'] },
  ),
});

/** A safe role's answers in which some are changed, left out or said twice: half of these are near to trust. */
const nearSafe: fc.Arbitrary<TrustEvidence> = fc
  .tuple(evidence, fc.subarray([...resultsOf({ ...SAFE, otherExternalId: 'accepted' })]))
  .map(([base, safe]) => ({ ...base, results: [...safe, ...base.results.slice(0, 2)] }));
const anyEvidence = fc.oneof(evidence, nearSafe);

const says = ({ results }: TrustEvidence, probe: ProbeResult['probe']) =>
  new Set(results.filter((result) => result.probe === probe).map(({ outcome }) => outcome));
const only = (outcomes: ReadonlySet<string>, outcome: string) => outcomes.size === 1 && outcomes.has(outcome);

describe('a role whose customer has ended our sessions', () => {
  const paused: RoleBefore = { status: 'quarantined', findings: ['trust.sessionsRevoked'] };
  const of = (answers: Answers, liftsPause?: boolean, before = paused) =>
    assessTrust({ ...evidenceOf({ answers, before }), liftsPause });

  it('stays out of use when its probes are fine and nobody asked for it', () => {
    for (const asked of [undefined, false]) {
      const proof = of(SAFE, asked);
      expect(proof).toMatchObject({ status: 'quarantined', findings: ['trust.sessionsRevoked'] });
      expect(proof).not.toHaveProperty('pauseLiftedAtMs');
    }
  });

  it('is used again when an operator asked and every probe is fine, and that is noted', () => {
    expect(of(SAFE, true)).toMatchObject({ status: 'trusted', findings: [], pauseLiftedAtMs: START_MS });
  });

  it.each<[string, Answers, string]>([
    ['denies us', { rightExternalId: 'denied' }, 'quarantined'],
    ['opens to anybody', { ...SAFE, noExternalId: 'accepted' }, 'quarantined'],
    ['gives no answer', { ...SAFE, noExternalId: 'inconclusive' }, 'quarantined'],
    ['is not asked by the broker', { ...SAFE, brokerRightExternalId: 'inconclusive' }, 'quarantined'],
  ])('stays out of use, and paused, although an operator asked, when it %s', (_, answers, status) => {
    const proof = of(answers, true);
    expect(proof.status).toBe(status);
    expect(proof.findings).toContain('trust.sessionsRevoked');
    expect(proof).not.toHaveProperty('pauseLiftedAtMs');
  });

  it('is not noted as used again where it was not paused', () => {
    const proof = of(SAFE, true, { status: 'trusted', findings: [] });
    expect(proof).toMatchObject({ status: 'trusted', findings: [] });
    expect(proof).not.toHaveProperty('pauseLiftedAtMs');
  });

  it('is never trusted while that is found, whatever else is known', () => {
    fc.assert(
      fc.property(anyEvidence, fc.boolean(), (input, liftsPause) => {
        const { status, findings, pauseLiftedAtMs } = assessTrust({ ...input, liftsPause });
        const wasPaused = input.role.findings.includes('trust.sessionsRevoked');
        const isPaused = findings.includes('trust.sessionsRevoked');
        if (isPaused) expect(status).not.toBe('trusted');
        expect(pauseLiftedAtMs !== undefined).toBe(wasPaused && !isPaused);
        if (wasPaused && !isPaused) expect([liftsPause, status]).toEqual([true, 'trusted']);
        expect(wasPaused || !isPaused).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('whatever the probes answer', () => {
  it('no role becomes trusted but by every proof', () => {
    let trusted = 0;
    fc.assert(
      fc.property(anyEvidence, (input) => {
        const { status } = assessTrust(input);
        if (status !== 'trusted' || input.role.status === 'trusted') return;
        trusted += 1;
        const own = [says(input, 'rightExternalId'), says(input, 'otherExternalId')];
        expect(own.some((outcomes) => only(outcomes, 'accepted'))).toBe(true);
        expect(only(says(input, 'brokerRightExternalId'), 'accepted')).toBe(true);
        if (input.mode === 'dedicated') return;
        expect(input.externalIds).toBeDefined();
        for (const probe of NEGATIVE_PROBES) expect([...says(input, probe)]).toEqual(['denied']);
      }),
      { numRuns: 20_000 },
    );
    expect(trusted).toBeGreaterThan(20);
  });

  it('a negative that was accepted quarantines the role', () => {
    fc.assert(
      fc.property(anyEvidence, (input) => {
        fc.pre(input.mode === 'shared' && NEGATIVE_PROBES.some((probe) => says(input, probe).has('accepted')));
        expect(assessTrust(input).status).toBe('quarantined');
      }),
      { numRuns: 3_000 },
    );
  });

  it('a right external ID that was denied, to us or to the broker, leaves no role trusted', () => {
    fc.assert(
      fc.property(anyEvidence, (input) => {
        const isRotating = input.mode === 'shared' && input.externalIds?.next !== undefined;
        const isAsked = input.mode === 'dedicated' || input.externalIds !== undefined;
        const isRefused = isAsked && !isRotating && only(says(input, 'rightExternalId'), 'denied');
        fc.pre(isRefused || only(says(input, 'brokerRightExternalId'), 'denied'));
        const { status, findings, firstRefusedAtMs } = assessTrust(input);
        expect(status).not.toBe('trusted');
        expect(firstRefusedAtMs).toBe(input.role.firstRefusedAtMs ?? START_MS);
        if (isRefused) expect(findings).toContain('trust.rightExternalIdRefused');
      }),
      { numRuns: 3_000 },
    );
  });

  it('a trusted role has no finding that keeps from trust, but that nothing new was proven of it', () => {
    fc.assert(
      fc.property(anyEvidence, (input) => {
        const { status, findings } = assessTrust(input);
        if (status !== 'trusted' || input.role.status === 'trusted') return;
        expect(findings.filter(keepsFromTrust)).toEqual([]);
      }),
    );
  });

  it('an unsafe finding quarantines, and each finding is there once, the worst first', () => {
    fc.assert(
      fc.property(anyEvidence, (input) => {
        const { status, findings } = assessTrust(input);
        if (findings.some((code) => trustFindings[code].severity === 'unsafe')) expect(status).toBe('quarantined');
        expect(findings).toEqual(TRUST_FINDINGS.filter((code) => findings.includes(code)));
      }),
    );
  });

  it('a role uses an external ID that opened it, and no proof holds one', () => {
    fc.assert(
      fc.property(anyEvidence, (input) => {
        const proof = assessTrust(input);
        const { externalIdSha256 } = proof;
        if (externalIdSha256 !== undefined) {
          expect(
            Object.values({ ...input.externalIds }).flatMap((id) => (id === undefined ? [] : [sha256Hex(id)])),
          ).toContain(externalIdSha256);
          const own = [says(input, 'rightExternalId'), says(input, 'otherExternalId')];
          expect(own.some((outcomes) => only(outcomes, 'accepted'))).toBe(true);
        }
        expect(Object.values(ids).filter((id) => JSON.stringify(proof).includes(id))).toEqual([]);
      }),
    );
  });
});

describe('a role that is refused', () => {
  it('is pending until five minutes after its first refusal', () => {
    expect(pendingUntilMs({ status: 'pending', firstRefusedAtMs: START_MS })).toBe(START_MS + 300_000);
    expect(pendingUntilMs({ status: 'pending' })).toBeUndefined();
    expect(pendingUntilMs({ status: 'refused', firstRefusedAtMs: START_MS })).toBeUndefined();
  });
});

describe('a finding', () => {
  it.each(TRUST_FINDINGS)('%s says what it means and what to do', (code) => {
    const { severity, meaning, fix } = trustFindings[code];
    expect(['unsafe', 'broken', 'warning', 'info']).toContain(severity);
    expect([meaning.length > 20, fix.length > 20]).toEqual([true, true]);
    expect(keepsFromTrust(code)).toBe(severity === 'unsafe' || severity === 'broken');
    expect(everyPrint(trustFindings[code])).not.toMatch(/cb-[a-z0-9]{4,12}-[0-9a-f]{8}/);
  });
});
