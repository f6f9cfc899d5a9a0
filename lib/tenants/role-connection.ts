import { BrokerError } from '../errors.ts';
import { roleRecord } from '../platform/table-keys.ts';
import { slotOf } from '../scheduling/slot.ts';
import { bothOf, sameJobs, writeClaims } from './account-claims.ts';
import {
  type ConnectionFacts,
  claimsOfOthers,
  isAmbiguous,
  isArnFree,
  readConnectionFacts,
  type WantedRole,
} from './connection-facts.ts';
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
 * Connects a role without transactions. It first takes the binding of the ARN and the claim to the jobs, and then
 * writes the role, **on condition that the role is as it was read before both**. Whoever takes over a binding or claim
 * of another role fences that role first, so that a connection of it that is under way fails and starts again. A role
 * that exists therefore has its binding and its claim, wherever a connection was interrupted.
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
    const facts = await readConnectionFacts(wanted, dependencies);
    const answer = answerFrom(wanted, facts) ?? (await connect(wanted, facts, dependencies));
    if (answer !== 'contended') return answer;
  }
  throw new BrokerError('store.busy', 'the roles of the account were changed again and again meanwhile');
}

type Answer = TenantRole | RegistryRefusal | 'contended';

/** The answer, when it needs no write. */
function answerFrom(wanted: WantedRole, { tenant, there, binding }: ConnectionFacts): Answer | undefined {
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
  facts: ConnectionFacts,
  dependencies: RegistryDependencies,
): Promise<Answer> {
  if (isAmbiguous(wanted, facts)) {
    return refusal(
      'account.roleAmbiguous',
      `another role of account ${wanted.accountId} serves one of these jobs: name the jobs of each role`,
    );
  }
  const arn = await isArnFree(wanted, facts, dependencies);
  // The message is the same whoever has the role, so that a tenant learns nothing about another.
  if (arn === 'held') return refusal('account.alreadyConnected', 'this role cannot be connected to this tenant');
  if (arn === 'contended') return arn;
  const written = await takeAndWrite(wanted, facts, dependencies);
  if (written === undefined) return 'contended';
  const tenant = await readTenantItem(wanted.tenantId, dependencies);
  if (isLive(tenant) && tenant.status !== 'offboarded') return written;
  // Offboarding closes the tenant before it looks for roles a last time, so that one of the two sees the other.
  await disconnectRole(written, wanted.by, dependencies);
  return offboarded();
}

async function takeAndWrite(wanted: WantedRole, facts: ConnectionFacts, dependencies: RegistryDependencies) {
  const { tenantId, record, roleArn, jobs } = wanted;
  const { there, claims, binding } = facts;
  const others = await claimsOfOthers(wanted, facts, dependencies);
  if (others === undefined) return undefined;
  const bound = { kind: 'role-arn', value: roleArn } as const;
  if (!(await takeBinding(bound, { owner: tenantId, before: binding }, dependencies))) return undefined;
  const held = bothOf(claims?.claims[record] ?? [], isLive(there) ? there.jobs : []);
  const wide = bothOf(held, jobs);
  const claimed = await writeClaims(wanted, { before: claims, claims: { ...others, [record]: wide } }, dependencies);
  if (claimed === undefined) return undefined;
  const role = await writeRole(wanted, facts, dependencies);
  if (role !== undefined && !sameJobs(wide, jobs)) {
    await writeClaims(wanted, { before: claimed, claims: { ...others, [record]: jobs } }, dependencies);
  }
  return role;
}

function writeRole(
  { tenantId, record, accountId, roleArn, jobs, by }: WantedRole,
  { there }: ConnectionFacts,
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

/** The five minutes of the day in which the role is verified: evenly spread, and the same every day. */
function verifySlot({ tenantId, roleArn }: Pick<TenantRole, 'tenantId' | 'roleArn'>): string {
  return slotOf(`${tenantId} ${roleArn}`);
}

function offboarded(): RegistryRefusal {
  return refusal('tenant.offboarded', 'the tenant has left; register it again if it came back');
}
