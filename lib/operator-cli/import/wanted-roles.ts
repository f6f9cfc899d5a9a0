import type { RoleView, TenantView } from '../../management/management-views.ts';
import { PARTITION_ENDPOINTS } from '../../platform/partition-endpoints.ts';
import { usageError } from '../command-error.ts';
import type { Session } from '../session.ts';
import { type AccountDefaults, readAccountsFile, type WantedRole } from './accounts-file.ts';

/** A file of accounts, and the defaults for what the file does not say. */
export type RolesOfFile = {
  readonly tenantId: string;
  readonly file: string;
  readonly jobs?: readonly string[] | undefined;
  readonly 'role-name'?: string | undefined;
  readonly 'role-path'?: string | undefined;
};

/** Reads the roles that a file names, and the tenant, whose partition the ARNs take. */
export async function readWantedRoles(
  session: Session,
  options: RolesOfFile,
): Promise<{ readonly tenant: TenantView; readonly roles: readonly WantedRole[] }> {
  const { tenantId, file } = options;
  // The file is read first, so that nothing is requested for a file that is wrong.
  await readAccountsFile(file, defaultsOf(options, 'aws'));
  const tenant = await session.client.call('GET /tenants/:tenantId', { params: { tenantId } });
  const partition = tenant.roles[0]?.roleArn.split(':')[1] ?? partitionOf(await session.region());
  return { tenant, roles: await readAccountsFile(file, defaultsOf(options, partition)) };
}

/** Does the role serve exactly the jobs in the file? A file without jobs means all jobs. */
export function servesAsWanted({ jobs: has }: Pick<RoleView, 'jobs'>, { jobs: wanted }: WantedRole): boolean {
  if (has === 'all' || wanted === undefined) return has === 'all' && wanted === undefined;
  return has.length === wanted.length && has.every((job) => wanted.includes(job));
}

/** The partition of the deployment, for when neither the file nor the tenant names one. */
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
