import { isDeepStrictEqual } from 'node:util';
import { type Issuance, LIMITS } from '../../../lib/ledger/issuance.ts';
import type { Call } from './faults.ts';
import type { RegistryHistory } from './registry-history.ts';

export type Mode = 'shared' | 'dedicated';
type Entry = Issuance['trail'][number];

/**
 * I4: for whom an AssumeRole call is made, in whose name, and marked as what, is as its announcement says, and as the
 * registry said in the versions that it was announced with, whatever changed since.
 */
export function checkWhoseCall(
  { assume, attempt }: Call,
  issuance: Issuance,
  { history, mode }: { readonly history: RegistryHistory; readonly mode: Mode },
): readonly string[] {
  const { recordId, tenantId, job, roleArn } = issuance;
  const announced = issuance.trail.filter((entry) => announces(entry) && entry.attempt === attempt);
  const tenant = history.tenantAt(tenantId, lastOf(announced, 'tenantVersion'));
  const role = history.roleAt(roleArn, lastOf(announced, 'roleVersion'));
  const slot = announced.at(-1)?.externalId;
  const tags = Object.entries({ TenantId: tenantId, Job: job, IssuanceId: recordId });
  const { RoleArn, ExternalId, SourceIdentity, Tags, Policy } = assume ?? {};
  const pairs: readonly (readonly [name: string, expected: unknown, sent: unknown])[] = [
    ['role', role?.tenantId === tenantId ? roleArn : 'none of the tenant', RoleArn],
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

/** Told where it was read anew, and else by an entry before. */
function lastOf(announced: readonly Entry[], version: 'tenantVersion' | 'roleVersion'): number | undefined {
  return announced.findLast((entry) => entry[version] !== undefined)?.[version];
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
