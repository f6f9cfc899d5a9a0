import type { RoleView } from '../../management/management-views.ts';
import { awaitsConsent, verificationResults } from '../answers/role-text.ts';
import { type ErrorReport, Interrupted, reportError, usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode, gravest } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { countedLine, grouped, makeProgress } from '../terminal/progress.ts';
import { verifyRoles } from '../verify-roles.ts';
import type { WantedRole } from './accounts-file.ts';
import { type RolesOfFile, readWantedRoles, servesAsWanted } from './wanted-roles.ts';

export type ManyAccounts = RolesOfFile & {
  readonly parallel?: string | undefined;
  readonly wait: boolean;
};

type Outcome = { readonly wanted: WantedRole; readonly role?: RoleView; readonly error?: ErrorReport };
type Work = {
  readonly todo: readonly WantedRole[];
  readonly trusted: readonly RoleView[];
  readonly outcomes: Outcome[];
};

const AT_ONCE = { usual: 4, most: 16 } as const;
/** After this many calls in a row without any answer, the next thousand would fail too. */
const GIVE_UP_AFTER = 10;

/**
 * Connects a role in each account of a file and verifies it. Roles that are already connected and trusted are skipped,
 * so that the same command continues where it was interrupted.
 */
export async function connectAccounts(session: Session, options: ManyAccounts): Promise<ExitCode> {
  const atOnce = readParallel(options.parallel);
  const { tenant, roles } = await readWantedRoles(session, options);
  const trustedArns = new Map(tenant.roles.map((role) => [role.roleArn, role]));
  const trusted = roles.flatMap((wanted) => {
    const role = trustedArns.get(wanted.roleArn);
    return role?.status === 'trusted' && servesAsWanted(role, wanted) ? [role] : [];
  });
  const done = new Set(trusted.map(({ roleArn }) => roleArn));
  const work: Work = { todo: roles.filter(({ roleArn }) => !done.has(roleArn)), trusted, outcomes: [] };
  await connectAll(session, { options, atOnce, work });
  return tell(session, work, options);
}

function readParallel(text: string | undefined): number {
  if (text === undefined) return AT_ONCE.usual;
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= AT_ONCE.most) return count;
  throw usageError(`--parallel takes a number from 1 to ${AT_ONCE.most}, not ${text}`, 'Leave it out for 4.');
}

type Pool = { readonly options: ManyAccounts; readonly atOnce: number; readonly work: Work };

async function connectAll(session: Session, { options, atOnce, work }: Pool): Promise<void> {
  const { todo, outcomes } = work;
  const progress = makeProgress(session);
  const startedMs = session.clock.nowMs();
  let next = 0;
  let unanswered = 0;
  const worker = async () => {
    for (let wanted = todo[next]; wanted !== undefined && unanswered < GIVE_UP_AFTER; wanted = todo[next]) {
      next += 1;
      const outcome = await connectOne(session, { options, wanted });
      outcomes.push(outcome);
      unanswered = isUnanswered(outcome) ? unanswered + 1 : 0;
      const sinceMs = session.clock.nowMs() - startedMs;
      const counts = { done: outcomes.length, total: todo.length, sinceMs };
      if (counts.done < counts.total) progress.show(countedLine('connecting', counts));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    progress.end();
  }
}

function isUnanswered({ error }: Outcome): boolean {
  return error?.exitCode === EXIT_CODES.unavailable || error?.lines[0].startsWith('client.') === true;
}

async function connectOne(
  session: Session,
  { options, wanted }: { readonly options: ManyAccounts; readonly wanted: WantedRole },
): Promise<Outcome> {
  const { tenantId, wait } = options;
  const { roleArn, jobs } = wanted;
  try {
    const body = { roleArn, ...(jobs && { jobs }) };
    const connected = await session.client.call('POST /tenants/:tenantId/roles', { params: { tenantId }, body });
    const { accountId, roleName } = connected;
    const [role = connected] = await verifyRoles(session, {
      tenantId,
      address: { accountId, roleName },
      wait,
      quiet: true,
    });
    return { wanted, role };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { wanted, error: reportError(error) };
  }
}

function tell(session: Session, { todo, trusted, outcomes }: Work, { tenantId }: ManyAccounts): ExitCode {
  const sorted = outcomes.toSorted((one, other) => one.wanted.line - other.wanted.line);
  const roles = sorted.flatMap(({ role }) => (role === undefined ? [] : [role]));
  if (session.json) printJson(session, verificationResults([...trusted, ...roles]));
  const proven = roles.filter(({ status }) => status === 'trusted').length;
  const untried = todo.length - outcomes.length;
  const awaiting = [...trusted, ...roles].filter(awaitsConsent).length;
  for (const outcome of sorted) sayUnproven(session, outcome);
  const counted = [
    `${grouped(proven)} trusted now`,
    `${grouped(trusted.length)} trusted before`,
    `${grouped(roles.length - proven)} not proven`,
    `${grouped(outcomes.length - roles.length)} failed`,
    ...(awaiting === 0 ? [] : [`${grouped(awaiting)} of them await consent`]),
    ...(untried === 0 ? [] : [`${grouped(untried)} not tried, because nothing answers any more`]),
  ];
  session.say(`Accounts: ${counted.join(', ')}.`);
  const codes = outcomes.map(({ error, role }) => error?.exitCode ?? codeOf(role));
  const code = gravest(codes);
  if (code !== EXIT_CODES.ok) session.say('Run the same command again for those that are not trusted.');
  if (awaiting === 0) return code;
  session.say(
    'Nothing is issued for those before somebody else, with the customer’s own list, consents: ' +
      `broker tenants consent ${tenantId} --from <accounts.csv>`,
  );
  return gravest([code, EXIT_CODES.notProven]);
}

function codeOf(role: RoleView | undefined): ExitCode {
  return role?.status === 'trusted' ? EXIT_CODES.ok : EXIT_CODES.notProven;
}

function sayUnproven(session: Session, { wanted, role, error }: Outcome): void {
  const where = `line ${wanted.line}: ${wanted.accountId}`;
  if (error !== undefined) session.say(`${where}: ${inOneLine(error)}`);
  else if (role !== undefined && role.status !== 'trusted') {
    const findings = role.findings.map(({ code }) => code).join(', ');
    session.say(`${where}: ${role.status}${findings === '' ? '' : `: ${findings}`}`);
  }
}

/**
 * Writes a report on one line, such as `account.alreadyConnected: this role cannot be connected to this tenant. Connect
 * a role …`.
 */
function inOneLine({ lines: [code, message, whatToDo] }: ErrorReport): string {
  return `${code}: ${message.replace(/\.$/, '')}. ${whatToDo}`;
}
