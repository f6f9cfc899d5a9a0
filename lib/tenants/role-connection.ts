import { BrokerError } from '../errors.ts';
import { roleRecord } from '../platform/table-keys.ts';
import { slotOf } from '../scheduling/slot.ts';
import { bothOf, sameJobs, writeClaims } from './account-claims.ts';
import {
  type ConnectionGround,
  claimsOfOthers,
  isAmbiguous,
  isArnFree,
  readGround,
  type WantedRole,
} from './connection-ground.ts';
import { canBeToldApart, consentOnceConnected } from './consent-rule.ts';
import { difference, makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import { readRoleArn } from './role-arn.ts';
import { disconnectRole } from './role-disconnection.ts';
import type { TenantRole } from './tenant.ts';
import { takeBinding } from './tenant-bindings.ts';
import { isLive, roleOf } from './tenant-items.ts';
import type { NewRole, RegistryRefusal } from './tenant-registry.ts';
import { readTenantItem, writeItem } from './tenant-writes.ts';

/**
 * Connects a role without transactions. The binding of its ARN and the claim to its jobs are taken before the role is
 * written, and **the role is written on the condition that it is as it was read before either**. Whoever takes away
 * another's binding or claim fences that other role first, so that a connection under way fails and begins again. So a
 * role that is there has its binding and its claim, whoever was cut short, and wherever.
 */
export async function connectRole(
  role: NewRole,
  by: string,
  dependencies: RegistryDependencies,
): Promise<TenantRole | RegistryRefusal> {
  const reading = readRoleArn(role.roleArn, dependencies.config.roleArnRules);
  if (!reading.valid) return refusal('account.roleArnInvalid', reading.problem);
  if (dependencies.config.awaitsConsent === true && !canBeToldApart(by)) {
    return refusal('consent.notAllowed', 'only a role or a user of IAM may connect what a second person consents to');
  }
  const { accountId, name } = reading.parts;
  const wanted: WantedRole = {
    tenantId: role.tenantId,
    accountId,
    record: roleRecord({ accountId, roleName: name }),
    roleArn: role.roleArn,
    jobs: role.jobs === 'all' ? 'all' : [...new Set(role.jobs)],
    by,
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const ground = await readGround(wanted, dependencies);
    const answer = answerFrom(wanted, ground) ?? (await connect(wanted, ground, dependencies));
    if (answer !== 'contended') return answer;
  }
  throw new BrokerError('store.busy', 'the roles of the account were changed again and again meanwhile');
}

type Answer = TenantRole | RegistryRefusal | 'contended';

/** What can be said without a write. */
function answerFrom(wanted: WantedRole, { tenant, there, binding }: ConnectionGround): Answer | undefined {
  if (!isLive(tenant)) return refusal('tenant.unknown', 'no tenant has this id');
  if (tenant.status === 'offboarded') return offboarded();
  if (!isLive(there)) return undefined;
  if (there.roleArn !== wanted.roleArn) {
    return refusal('account.alreadyConnected', `disconnect ${there.roleArn} first: it has the same name`);
  }
  return sameJobs(there.jobs, wanted.jobs) && binding?.owner === wanted.tenantId ? roleOf(there) : undefined;
}

async function connect(
  wanted: WantedRole,
  ground: ConnectionGround,
  dependencies: RegistryDependencies,
): Promise<Answer> {
  if (isAmbiguous(wanted, ground)) {
    return refusal(
      'account.roleAmbiguous',
      `another role of account ${wanted.accountId} serves one of these jobs: name the jobs of each role`,
    );
  }
  const arn = await isArnFree(wanted, ground, dependencies);
  // The message is the same whoever holds the role: a tenant learns nothing of another.
  if (arn === 'held') return refusal('account.alreadyConnected', 'this role cannot be connected to this tenant');
  if (arn === 'contended') return arn;
  const written = await takeAndWrite(wanted, ground, dependencies);
  if (written === undefined) return 'contended';
  const tenant = await readTenantItem(wanted.tenantId, dependencies);
  if (isLive(tenant) && tenant.status !== 'offboarded') return written;
  // Whoever lets a tenant go closes the tenant before looking for roles a last time: one of the two sees the other.
  await disconnectRole(written, wanted.by, dependencies);
  return offboarded();
}

async function takeAndWrite(wanted: WantedRole, ground: ConnectionGround, dependencies: RegistryDependencies) {
  const { tenantId, record, roleArn, jobs } = wanted;
  const { there, claims, binding } = ground;
  const others = await claimsOfOthers(wanted, ground, dependencies);
  if (others === undefined) return undefined;
  const bound = { kind: 'role-arn', value: roleArn } as const;
  if (!(await takeBinding(bound, { owner: tenantId, before: binding }, dependencies))) return undefined;
  const held = bothOf(claims?.claims[record] ?? [], isLive(there) ? there.jobs : []);
  const wide = bothOf(held, jobs);
  const claimed = await writeClaims(wanted, { before: claims, claims: { ...others, [record]: wide } }, dependencies);
  if (claimed === undefined) return undefined;
  const role = await writeRole(wanted, ground, dependencies);
  if (role !== undefined && !sameJobs(wide, jobs)) {
    await writeClaims(wanted, { before: claimed, claims: { ...others, [record]: jobs } }, dependencies);
  }
  return role;
}

function writeRole(
  { tenantId, record, accountId, roleArn, jobs, by }: WantedRole,
  { there }: ConnectionGround,
  dependencies: RegistryDependencies,
): Promise<TenantRole | undefined> {
  const isConnected = isLive(there);
  const { version: _, ...before }: Partial<TenantRole> = isConnected ? roleOf(there) : {};
  const { consent: _before, ...kept } = before;
  const fresh = { status: 'pending' as const, findings: [], verifySlot: verifySlot({ tenantId, roleArn }) };
  const nowMs = dependencies.clock.nowMs();
  const { awaitsConsent = false } = dependencies.config;
  const consent = consentOnceConnected(isConnected ? there : undefined, { jobs, by }, { awaitsConsent, nowMs });
  const after = {
    ...fresh,
    ...kept,
    ...(consent === undefined ? {} : { consent }),
    tenantId,
    record,
    accountId,
    roleArn,
    jobs: jobs === 'all' ? jobs : [...jobs],
  };
  const change = makeChange(
    { change: isConnected ? 'role.jobsChanged' : 'role.connected', by },
    { atMs: nowMs, ...difference(before, after, ['roleArn', 'jobs', 'consent']) },
  );
  return writeItem({ before: there, after, change }, dependencies);
}

/** The five minutes of the day in which the role is verified: spread evenly, and always the same. */
function verifySlot({ tenantId, roleArn }: Pick<TenantRole, 'tenantId' | 'roleArn'>): string {
  return slotOf(`${tenantId} ${roleArn}`);
}

function offboarded(): RegistryRefusal {
  return refusal('tenant.offboarded', 'the tenant has left; register it again if it came back');
}
