import { ACCOUNT_ID } from '../../tenants/tenant.ts';
import { type CommandError, usageError } from '../command-error.ts';
import { listOf } from '../option-values.ts';
import { readRoleAddress } from '../role-address.ts';
import { type CsvRow, csvRows } from './csv-rows.ts';

/** One role to connect, as read from a file. */
export type WantedRole = {
  readonly line: number;
  readonly accountId: string;
  readonly roleArn: string;
  readonly jobs?: readonly string[] | undefined;
};

export type AccountDefaults = {
  readonly roleName: string;
  /** The path begins and ends with a slash. */
  readonly rolePath: string;
  readonly jobs?: readonly string[] | undefined;
  /** The partition to use if no ARN states it. */
  readonly partition: string;
};

const COLUMNS = ['accountId', 'roleName', 'roleArn', 'jobs'];
const NAMED_PROBLEMS = 20;

/**
 * Reads the roles of a file: the columns are `accountId[,roleName][,jobs]` or `roleArn[,jobs]`. The whole file is read
 * and checked before anything is sent. Throws a `cli.usage` that names every line that is wrong.
 */
export async function readAccountsFile(file: string, defaults: AccountDefaults): Promise<readonly WantedRole[]> {
  const roles: WantedRole[] = [];
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  for await (const row of csvRows('from', file)) {
    const read = readRow(row, defaults);
    const earlier = typeof read === 'string' ? undefined : lineOf.get(read.roleArn);
    if (typeof read === 'string') problems.push(`line ${row.line}: ${read}`);
    else if (earlier !== undefined) problems.push(`line ${row.line}: the same role stands in line ${earlier}`);
    else {
      lineOf.set(read.roleArn, row.line);
      roles.push(read);
    }
  }
  if (problems.length > 0) throw wrong(file, problems);
  if (roles.length === 0) throw usageError(`--from: ${file} has no line below its head.`, 'Write an account into it.');
  return roles;
}

function wrong(file: string, problems: readonly string[]): CommandError {
  const more = problems.length > NAMED_PROBLEMS ? `; and ${problems.length - NAMED_PROBLEMS} more` : '';
  return usageError(
    `--from: ${file}: ${problems.slice(0, NAMED_PROBLEMS).join('; ')}${more}`,
    'Correct these lines; nothing was sent.',
  );
}

/** Reads one row; returns a text if something is wrong with the row. */
function readRow({ line, cells }: CsvRow, defaults: AccountDefaults): WantedRole | string {
  const stray = Object.keys(cells).find((name) => !COLUMNS.includes(name));
  if (stray !== undefined) return `there is no column ${JSON.stringify(stray)}; they are ${COLUMNS.join(', ')}`;
  const { accountId, roleArn, roleName, jobs: jobsText } = cells;
  const jobs = listOf('from', jobsText?.split(/[;\s,]+/).join(',')) ?? defaults.jobs;
  if (roleArn !== undefined) return readArn({ line, roleArn, jobs }, { accountId, roleName });
  if (accountId === undefined || !ACCOUNT_ID.test(accountId)) return 'accountId is not 12 digits';
  const { partition, rolePath } = defaults;
  const arn = `arn:${partition}:iam::${accountId}:role${rolePath}${roleName ?? defaults.roleName}`;
  return { line, accountId, roleArn: arn, jobs };
}

function readArn(
  { line, roleArn, jobs }: Omit<WantedRole, 'accountId'>,
  told: { readonly accountId?: string | undefined; readonly roleName?: string | undefined },
): WantedRole | string {
  try {
    const { accountId = '', roleName } = readRoleAddress({ 'role-arn': roleArn });
    const agrees = (told.accountId ?? accountId) === accountId && (told.roleName ?? roleName) === roleName;
    return agrees ? { line, accountId, roleArn, jobs } : 'roleArn is of another account or name than the line says';
  } catch {
    return 'roleArn is not the ARN of a role';
  }
}
