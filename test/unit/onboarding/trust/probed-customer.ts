import { type AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { makeAssumeTenantRole } from '../../../../lib/broker/assume-tenant-role.ts';
import type { TrustProof } from '../../../../lib/onboarding/trust/assess-trust.ts';
import type { Probe, ProbeRole } from '../../../../lib/onboarding/trust/probe-role.ts';
import { makeVerifyRole, type VerifyRoleDependencies } from '../../../../lib/onboarding/trust/verify-role.ts';
import { makeProbe } from '../../../../lib/probes/make-probe.ts';
import type { Tenant, TenantRole } from '../../../../lib/tenants/tenant.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { createIdentityStore } from '../../../../local/iam/identity-store.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { systemIds } from '../../../../local/ids.ts';
import { type Service, ServiceError } from '../../../../local/service.ts';
import { createStsService } from '../../../../local/sts/sts-service.ts';
import { aRole, aTenant } from '../../../support/a-tenant.ts';
import { countingIds } from '../../../support/counting-ids.ts';
import { stsError } from '../../../support/faulty-world/fake-sts.ts';
import { frozenClock } from '../../../support/frozen-clock.ts';
import { inMemoryProbeLedger } from '../../../support/in-memory-probe-ledger.ts';
import { BROKER_ACCOUNT, CURRENT_ID, PREFIX } from '../templates/a-template.ts';

const CUSTOMER = '222222222222';
/** What our own roles are allowed: exactly the roles of customers, with and without an external ID. */
const mayAssume: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: 'arn:aws:iam::*:role/credential-broker/*' }],
};
const closed: PolicyDocument = { Version: '2012-10-17', Statement: [] };

type Caller = 'verify-trust' | 'issue-credentials' | 'decoy';

/** A customer with one role, an STS that judges its trust policy as AWS does, and everything of ours that probes it. */
export function probedCustomer(config: Partial<VerifyRoleDependencies['config']> = {}) {
  const clock = frozenClock();
  const probes = inMemoryProbeLedger();
  const store = createIdentityStore({ clock, ids: systemIds, partition: 'aws' });
  const service = createStsService({
    store,
    authorize: createAuthorize({ clock }),
    clock,
    ids: systemIds,
    recordCloudTrail: () => undefined,
    partition: 'aws',
  });
  for (const accountId of [BROKER_ACCOUNT, CUSTOMER]) {
    store.addAccount({ accountId, accessKeyId: `key-of-${accountId}`, secretAccessKey: 's' });
  }
  const tenant = aTenant({ tenant: { externalIds: { current: CURRENT_ID } } }).tenant;
  const world = {
    tenant,
    role: aRole({ status: 'pending', findings: [] }),
    /** Of each probe: fails the call instead. */
    broken: new Map<Probe, Error>(),
    /** What happens while a verification waits before its second look. */
    meanwhile: (): void => undefined,
    hasDecoy: true,
    /** In the order in which they reached STS. */
    asked: [] as {
      readonly caller: Caller;
      readonly probe: Probe | undefined;
      readonly externalId: string | undefined;
    }[],
  };

  const probeAs = (caller: Caller): ProbeRole => {
    const sts = clientOf(service, callerOf(caller), ({ RoleSessionName = '', ExternalId }) => {
      const recorded = probes.items.get(RoleSessionName)?.probe;
      const probe = recorded === 'assumeDecoy' ? undefined : recorded;
      world.asked.push({ caller, probe, externalId: ExternalId });
      return probe === undefined ? undefined : world.broken.get(probe);
    });
    const assumeTenantRole = makeAssumeTenantRole({ sts, clock, externalIdRequired: false });
    return makeProbe({ assumeTenantRole, probes, clock, ids, by: caller });
  };

  function callerOf(name: Caller) {
    const role = store.putRole({
      accountId: BROKER_ACCOUNT,
      path: '/',
      name: `${PREFIX}-${name}`,
      trustPolicy: closed,
      policies: { assume: mayAssume },
    });
    const { accessKeyId } = store.mintSession({ role, sessionName: name, durationSeconds: null });
    const caller = store.findCredential(accessKeyId)?.caller;
    if (caller === undefined) throw new Error('a session without a caller');
    return caller;
  }

  const ids = countingIds();
  const throughBroker = probeAs('issue-credentials');
  const decoy = probeAs('decoy');
  const verifyRole = makeVerifyRole({
    probeAs: { verifier: probeAs('verify-trust'), decoy: async () => (world.hasDecoy ? decoy : undefined) },
    probeThroughBroker: ({ role: { tenantId, accountId, roleArn }, externalId }) => {
      const order = { tenantId, accountId, roleArn, probe: 'brokerRightExternalId' as const };
      return throughBroker({ ...order, ...(externalId === undefined ? {} : { externalId }) });
    },
    pause: async () => world.meanwhile(),
    ids,
    clock,
    config: { mode: 'shared', deploymentId: 'prod1', ...config },
  });

  return {
    world,
    clock,
    probes,
    /** The customer makes its role, or makes it anew. */
    trust(trustPolicy: PolicyDocument) {
      store.putRole({ accountId: CUSTOMER, path: '/credential-broker/', name: 'scanner', trustPolicy, policies: {} });
    },
    /** Verifies, and keeps what was proven, as the registry does. */
    async verify(change: { readonly tenant?: Partial<Tenant>; readonly role?: Partial<TenantRole> } = {}) {
      world.tenant = { ...world.tenant, ...change.tenant };
      world.role = { ...world.role, ...change.role };
      world.asked.length = 0;
      const verified = await verifyRole(world);
      world.role = roleAfter(world.role, verified.proof);
      return verified;
    },
  };
}

function roleAfter({ firstRefusedAtMs: _old, ...role }: TenantRole, proof: TrustProof): TenantRole {
  return { ...role, ...proof };
}

/** A client whose calls end in the emulated STS, as this caller. */
function clientOf(
  service: Service,
  caller: Parameters<Service>[1]['caller'],
  meets: (input: AssumeRoleCommand['input']) => Error | undefined,
): STSClient {
  return Object.assign(new STSClient({ region: 'eu-west-1' }), {
    async send({ input }: AssumeRoleCommand) {
      const error = meets(input);
      if (error !== undefined) throw error;
      const call = { caller, input: { ...input }, requestId: 'r-1', region: 'eu-west-1', sourceIp: '', userAgent: '' };
      try {
        return { ...(await service('AssumeRole', call)), $metadata: { requestId: 'sts-1' } };
      } catch (failed) {
        throw failed instanceof ServiceError ? stsError(failed.code, failed.statusCode) : failed;
      }
    },
  });
}
