import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { type Issuance, LIMITS } from '../../../lib/broker/issuance.ts';
import { type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from '../../../lib/tenants/tenant.ts';
import { tables } from '../dynamo-tables.ts';
import type { Call } from './faults.ts';
import type { MemoryTables } from './memory-tables.ts';

export type Mode = 'shared' | 'dedicated';
type Entry = Issuance['trail'][number];

/** I4: for whom an AssumeRole call is made, in whose name, and marked as what, is as its announcement and the registry say. */
export function checkWhoseCall(
  { assume, attempt }: Call,
  issuance: Issuance,
  { memory, mode }: { readonly memory: MemoryTables; readonly mode: Mode },
): readonly string[] {
  const { recordId, tenantId, job, roleArn } = issuance;
  const { tenant, role } = registered(issuance, memory);
  const slot = issuance.trail.findLast((entry) => announces(entry) && entry.attempt === attempt)?.externalId;
  const tags = Object.entries({ TenantId: tenantId, Job: job, IssuanceId: recordId });
  const { RoleArn, ExternalId, SourceIdentity, Tags, Policy } = assume ?? {};
  const pairs: readonly (readonly [name: string, expected: unknown, sent: unknown])[] = [
    ['role', roleArn ?? 'none', RoleArn],
    [
      'external ID',
      mode === 'dedicated' ? undefined : (tenant?.externalIds?.[slot ?? 'current'] ?? 'none'),
      ExternalId,
    ],
    ['source identity', role?.capabilities?.sourceIdentity ? recordId : undefined, SourceIdentity],
    ['tags', role?.capabilities?.sessionTags ? tags : undefined, Tags?.map(({ Key, Value }) => [Key, Value])],
    ['policy', true, (Policy ?? '') !== ''],
    ['slot', mode === 'dedicated', slot === undefined],
  ];
  const wrong = pairs.filter(([, expected, sent]) => !isDeepStrictEqual(expected, sent));
  return wrong.map(([name]) => `I4: ${recordId}.${attempt} was called with another ${name}`);
}

function registered({ tenantId, roleArn }: Issuance, memory: MemoryTables) {
  const rows = memory.items(tables.tenantsTable).filter((item) => item['tenantId'] === tenantId);
  const roles = rows.filter((row): row is TenantRole => v.is(tenantRoleSchema, row));
  return {
    tenant: rows.find((row): row is Tenant => v.is(tenantSchema, row)),
    role: roles.find((role) => role.roleArn === roleArn),
  };
}

/** Within one visit, the external ID changes with a denial, only then, and once. */
export function turnsOnDenialOnly({ trail }: Pick<Issuance, 'trail'>): boolean {
  const announced = trail.filter(announces);
  return announced.every((entry, index) => {
    const before = announced[index - 1];
    if (before === undefined || before.owner !== entry.owner || before.attempt !== entry.attempt) return true;
    const turned = before.externalId !== entry.externalId;
    const turnedBefore = index >= 2 && turnOf(announced.slice(0, index), entry.owner);
    return turned === (entry.code === 'sts.denied') && !(turned && turnedBefore);
  });
}

function turnOf(announced: readonly Entry[], owner: string | undefined): boolean {
  return announced.some((entry) => entry.owner === owner && entry.type === 'called' && entry.code === 'sts.denied');
}

/** Of a tenant that rotates: a denial is final only when the visit that met it had tried both external IDs, or could not. */
export function triedBoth(issuance: Pick<Issuance, 'trail' | 'state'> & { readonly call?: number }): boolean {
  const last = issuance.trail.at(-1);
  if (last?.type !== 'denied' || last.code !== 'sts.denied' || last.call === LIMITS.calls) return true;
  const announced = issuance.trail.filter(announces);
  return turnOf(announced, announced.at(-1)?.owner);
}

function announces({ type }: Entry): boolean {
  return type === 'intended' || type === 'called';
}
