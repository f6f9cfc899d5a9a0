import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { makeExternalId } from '../../tenants/external-id.ts';
import { externalIdFor, otherExternalIdFor, type Tenant, type TenantRole } from '../../tenants/tenant.ts';
import { assessTrust, type TrustProof } from './assess-trust.ts';
import { type Opening, openingOf } from './probe-answers.ts';
import type { Probe, ProbeOrder, ProbeResult, ProbeRole } from './probe-role.ts';
import { trustFindings } from './trust-finding.ts';

export type VerifyRoleDependencies = {
  readonly probeAs: {
    /** As the role of `verify-trust`. */
    readonly verifier: ProbeRole;
    /** As the decoy, once it was assumed. Undefined: it could not be, and its probe is inconclusive. */
    readonly decoy: (tenantId: string) => Promise<ProbeRole | undefined>;
  };
  /** As the role of `issue-credentials`, through the queue. Silence is inconclusive. */
  readonly probeThroughBroker: ProbeThroughBroker;
  /** Waits in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly config: { readonly mode: 'shared' | 'dedicated'; readonly deploymentId: string };
};

/** `externalId` is undefined in a dedicated deployment, and only there. */
export type ProbeThroughBroker = (
  of: RoleToVerify & { readonly externalId: string | undefined },
) => Promise<ProbeResult>;

/** A role and the tenant that it is connected to, as one reading gave them. */
export type RoleToVerify = {
  readonly tenant: Tenant;
  readonly role: TenantRole;
  /** An operator asks: see `assessTrust`. */
  readonly liftsPause?: boolean | undefined;
};

export type VerifyRole = (
  reading: RoleToVerify,
) => Promise<{ readonly proof: TrustProof; readonly results: readonly ProbeResult[] }>;

/**
 * Probes one role and says what that proves. It probes the tenant's own external ID first: when the role denies that,
 * no other denial would prove anything, and it is probed no further. Then it probes whether the role takes anything
 * else. Throws `store.*` when a probe could not be recorded: then there is no proof.
 */
export function makeVerifyRole(dependencies: VerifyRoleDependencies): VerifyRole {
  const { clock, config } = dependencies;
  return async (reading) => {
    const first = await verifyOnce(reading);
    if (!mayBeOfTwoPolicies(reading, first.proof)) return first;
    await dependencies.pause(BEFORE_SECOND_LOOK_MS);
    return verifyOnce(reading);
  };

  async function verifyOnce(reading: RoleToVerify) {
    const { role, liftsPause } = reading;
    const evidence = { mode: config.mode, role, externalIds: reading.tenant.externalIds, liftsPause };
    const own = await probeOwnIds(reading, dependencies);
    const key = keyOf(openingOf({ ...evidence, results: own }));
    const results = key === undefined ? own : [...own, ...(await probeTheRest({ ...reading, ...key }, dependencies))];
    return { proof: assessTrust({ ...evidence, results, nowMs: clock.nowMs() }), results };
  }
}

const BEFORE_SECOND_LOOK_MS = 5_000;

/**
 * Whether a role that was trusted seems to deny us during a rotation. Its customer may have replaced one external ID
 * by the other between two probes, so that each found a different policy: the role is probed once more as a whole. A
 * role that accepted a negative probe is not.
 */
function mayBeOfTwoPolicies({ tenant, role }: RoleToVerify, { status, findings }: TrustProof): boolean {
  const isRotating = tenant.externalIds?.next !== undefined;
  const isUnsafe = findings.some((finding) => trustFindings[finding].severity === 'unsafe');
  return isRotating && role.status === 'trusted' && status !== 'trusted' && !isUnsafe;
}

/** What the role accepted. `externalId` is undefined in a dedicated deployment, and only there. */
type Key = { readonly externalId: string | undefined };
type OpenedRole = RoleToVerify & Key;

function keyOf(opening: Opening): Key | undefined {
  if (opening.role === 'opens') return { externalId: opening.externalId };
  return opening.role === 'unproven' && opening.externalId !== undefined
    ? { externalId: opening.externalId }
    : undefined;
}

/**
 * Probes the external ID that the role takes, and during a rotation the other one. A shared deployment always has one.
 */
function probeOwnIds({ tenant, role }: RoleToVerify, { probeAs, config }: VerifyRoleDependencies) {
  if (config.mode === 'dedicated') return Promise.all([probeAs.verifier(orderOf(role, 'rightExternalId', undefined))]);
  const own: readonly (readonly [Probe, string | undefined])[] = [
    ['rightExternalId', externalIdFor(tenant, role)],
    ['otherExternalId', otherExternalIdFor(tenant, role)],
  ];
  return Promise.all(
    own.flatMap(([probe, id]) => (id === undefined ? [] : [probeAs.verifier(orderOf(role, probe, id))])),
  );
}

/**
 * Makes the other probes. The broker's probe goes through the queue and takes longest, so it starts first. The negative
 * probes are made between accepted calls, because a denial counts only while the role is known to exist.
 */
async function probeTheRest(opened: OpenedRole, dependencies: VerifyRoleDependencies): Promise<readonly ProbeResult[]> {
  const [throughBroker, direct] = await Promise.all([
    dependencies.probeThroughBroker(opened),
    (async () => [...(await probeNegatives(opened, dependencies)), ...(await probeBesides(opened, dependencies))])(),
  ]);
  return [...direct, throughBroker];
}

function probeNegatives({ role }: OpenedRole, { probeAs, ids, config }: VerifyRoleDependencies) {
  if (config.mode === 'dedicated') return [];
  const random = Buffer.from(ids.randomBytes(16)).toString('hex');
  return Promise.all([
    probeAs.verifier(orderOf(role, 'randomExternalId', random)),
    probeAs.verifier(orderOf(role, 'unassignedExternalId', makeExternalId(config.deploymentId, ids))),
    probeAs.verifier(orderOf(role, 'noExternalId', undefined)),
  ]);
}

function probeBesides({ role, externalId }: OpenedRole, { probeAs }: VerifyRoleDependencies) {
  return Promise.all([
    probeAs.verifier(orderOf(role, 'sessionTags', externalId)),
    probeAs.verifier(orderOf(role, 'sourceIdentity', externalId)),
    probeAsDecoy(orderOf(role, 'decoyRightExternalId', externalId), probeAs.decoy),
  ]);
}

async function probeAsDecoy(
  order: ProbeOrder,
  decoy: VerifyRoleDependencies['probeAs']['decoy'],
): Promise<ProbeResult> {
  const probe = await decoy(order.tenantId);
  return probe === undefined ? { probe: order.probe, outcome: 'inconclusive', recordId: '' } : probe(order);
}

function orderOf(
  { tenantId, accountId, roleArn }: TenantRole,
  probe: Probe,
  externalId: string | undefined,
): ProbeOrder {
  return { tenantId, accountId, roleArn, probe, ...(externalId === undefined ? {} : { externalId }) };
}
