import { makeExternalIdRotation } from '../../../lib/onboarding/rotate-external-id.ts';
import { takenBy } from '../../../lib/onboarding/rotation-view.ts';
import { assessTrust } from '../../../lib/onboarding/trust/assess-trust.ts';
import { PROBES, type ProbeResult } from '../../../lib/onboarding/trust/probe-role.ts';
import { externalIdFor, otherExternalIdFor, type TenantReading } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant, externalIdOf } from '../a-tenant.ts';
import { frozenClock } from '../frozen-clock.ts';
import { inMemoryRegistry } from './in-memory-registry.ts';

/** What an issuance on its way took from its one reading of the tenant. */
type InFlight = { readonly first: string; readonly other: string | undefined };

export type RotationState = {
  readonly nowMs: number;
  readonly reading: TenantReading;
  /** The external IDs in the trust policy of the customer's role. */
  readonly policy: readonly string[];
  readonly inFlight: readonly InFlight[];
  /** Those of them that the last verification saw work: what the customer was told. */
  readonly seen: readonly string[];
};

export function atRest(): RotationState {
  const roles = [aRole({ findings: [], verifiedAtMs: 2, externalIdSha256: undefined })].map(
    ({ externalIdSha256: _none, ...role }) => role,
  );
  return { nowMs: 10_000, reading: aTenant({ roles }), policy: [externalIdOf('acme')], inFlight: [], seen: [] };
}

/**
 * A tenant with one role, a customer who does as told and no sooner, and everybody's steps. The customer removes an
 * external ID only after a verification has seen the other one work, and later than the lease of who did not know it.
 */
export function rotationWorld(state: RotationState) {
  const clock = frozenClock(state.nowMs);
  const registry = inMemoryRegistry(clock);
  registry.put(state.reading);
  let policy = [...state.policy];
  let inFlight = [...state.inFlight];
  let seen = [...state.seen];
  const hooks = { afterVerify: [] as Step[], beforeWrite: [] as Step[] };

  const reading = () => registry.tenants.get('acme') ?? state.reading;
  const ids = () => reading().tenant.externalIds ?? { current: '' };
  const roleOf = () => reading().roles[0] ?? aRole();

  async function verify(): Promise<void> {
    const { tenant } = reading();
    const role = roleOf();
    const { externalIds } = tenant;
    const accepts = (id: string | undefined) => id !== undefined && policy.includes(id);
    const opens = {
      rightExternalId: accepts(externalIdFor(tenant, role)),
      otherExternalId: accepts(otherExternalIdFor(tenant, role)),
      randomExternalId: false,
      unassignedExternalId: false,
      noExternalId: false,
      sessionTags: true,
      sourceIdentity: true,
      brokerRightExternalId: policy.length > 0,
      decoyRightExternalId: false,
    };
    const made = PROBES.filter(
      (probe) => probe !== 'otherExternalId' || otherExternalIdFor(tenant, role) !== undefined,
    );
    const results = made.map((probe): ProbeResult => {
      return { probe, outcome: opens[probe] ? 'accepted' : 'denied', recordId: `probe_${probe}` };
    });
    const proof = assessTrust({ results, mode: 'shared', role, externalIds, nowMs: clock.nowMs() });
    await registry.recordVerification(role, proof, 'verify-trust');
    seen = [...policy];
  }

  const rotation = makeExternalIdRotation({
    clock,
    verify: async () => {
      await verify();
      await actAll(hooks.afterVerify.splice(0));
    },
    registry: {
      ...registry,
      changeTenant: async (before, change, note) => {
        await actAll(hooks.beforeWrite.splice(0));
        return registry.changeTenant(before, change, note);
      },
    },
  });
  const asked = { tenantId: 'acme', by: 'ops' };

  const steps = {
    start: () => rotation.start(asked),
    finish: () => rotation.finish(asked),
    abandon: () => rotation.abandon(asked),
    verify,
    read: () => {
      const { tenant } = reading();
      const first = externalIdFor(tenant, roleOf());
      if (first !== undefined) inFlight.push({ first, other: otherExternalIdFor(tenant, roleOf()) });
    },
    addNext: () => {
      const { next } = ids();
      if (next !== undefined && !policy.includes(next)) policy.push(next);
    },
    addCurrent: () => {
      if (ids().next !== undefined && !policy.includes(ids().current)) policy.push(ids().current);
    },
    removeCurrent: () => {
      const { next } = ids();
      if (next === undefined || !policy.includes(next) || !seen.includes(next)) return;
      policy = [next];
      inFlight = inFlight.filter(({ first, other }) => first === next || other === next);
    },
    removeNext: () => {
      const { current, next } = ids();
      if (next === undefined || !policy.includes(current) || !seen.includes(current)) return;
      policy = [current];
      inFlight = inFlight.filter(({ first, other }) => first === current || other === current);
    },
  } as const;
  type StepName = keyof typeof steps;
  type Step = StepName;

  async function actAll(names: readonly Step[]): Promise<void> {
    for (const name of names) {
      clock.advance(1_000);
      await steps[name]();
    }
  }

  return {
    act: (name: StepName) => actAll([name]),
    hooks,
    /** What an issuance that calls STS now finds closed: one on its way, or one that reads the tenant now. */
    shutOut(): readonly InFlight[] {
      const { tenant } = reading();
      const now = { first: externalIdFor(tenant, roleOf()) ?? '', other: otherExternalIdFor(tenant, roleOf()) };
      return [...inFlight, now].filter(({ first, other }) => !policy.includes(first) && !policy.includes(other ?? ''));
    },
    role: roleOf,
    state: (): RotationState => ({ nowMs: clock.nowMs(), reading: reading(), policy, inFlight, seen }),
    /** States that differ in nothing that matters have one key: external IDs are told apart by what they are now. */
    key(): string {
      const { current, next } = ids();
      const name = (id: string | undefined) =>
        id === current ? 'current' : id === undefined ? '-' : id === next ? 'next' : 'old';
      const flights = [...new Set(inFlight.map(({ first, other }) => `${name(first)}/${name(other)}`))].sort();
      const role = roleOf();
      const uses = name(externalIdFor(reading().tenant, role));
      const takes = takenBy(role, reading().tenant);
      return [
        next !== undefined,
        takes,
        seen.map(name).sort(),
        uses,
        role.status,
        policy.map(name).sort(),
        flights,
      ].join(' ');
    },
  };
}
export type RotationStep = Parameters<ReturnType<typeof rotationWorld>['act']>[0];
