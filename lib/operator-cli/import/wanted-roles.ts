import type { RoleView, TenantView } from '../../management/management-views.ts';
import { PARTITION_ENDPOINTS } from '../../platform/partition-endpoints.ts';
import { usageError } from '../command-error.ts';
import type { Session } from '../session.ts';
import { type AccountDefaults, readAccountsFile, type WantedRole } from './accounts-file.ts';

/** A file of accounts, and what stands in for what it does not say. */
export type RolesOfFile = {
  readonly tenantId: string;
  readonly file: string;
  readonly jobs?: readonly string[] | undefined;
  readonly 'role-name'?: string | undefined;
  readonly 'role-path'?: string | undefined;
};

/** The roles that a file names, and the tenant as it stands, whose partition its ARNs are of. */
export async function readWantedRoles(
  session: Session,
  options: RolesOfFile,
): Promise<{ readonly tenant: TenantView; readonly roles: readonly WantedRole[] }> {
  const { tenantId, file } = options;
  // The file first: nothing is asked for a file that is wrong.
  await readAccountsFile(file, defaultsOf(options, 'aws'));
  const tenant = await session.client.call('GET /tenants/:tenantId', { params: { tenantId } });
  const partition = tenant.roles[0]?.roleArn.split(':')[1] ?? partitionOf(await session.region());
  return { tenant, roles: await readAccountsFile(file, defaultsOf(options, partition)) };
}

/** Does the role serve the very jobs that the file says? Left out there, all. */
export function servesAsWanted({ jobs: has }: Pick<RoleView, 'jobs'>, { jobs: wanted }: WantedRole): boolean {
  if (has === 'all' || wanted === undefined) return has === 'all' && wanted === undefined;
  return has.length === wanted.length && has.every((job) => wanted.includes(job));
}

/** Where neither the file nor the tenant names one, it is that of the deployment. */
function partitionOf(region: string): string {
  const found = Object.entries(PARTITION_ENDPOINTS).find(([, endpoints]) => endpoints.region.test(region));
  if (found !== undefined) return found[0];
  throw usageError(`The partition of region ${region} is not known.`, 'Give a column roleArn, with the ARNs in full.');
}

function defaultsOf(options: RolesOfFile, partition: string): AccountDefaults {
  const rolePath = options['role-path'] ?? '/credential-broker/';
  if (!rolePath.startsWith('/') || !rolePath.endsWith('/')) {
    throw usageError(
      `--role-path does not begin and end with a slash: ${rolePath}`,
      'Write it as /credential-broker/.',
    );
  }
  return { roleName: options['role-name'] ?? 'credential-broker', rolePath, partition, jobs: options.jobs };
}
