import { ApiError } from '../../client/api-error.ts';
import type { RoleView } from '../../management/management-views.ts';
import { reportError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode, gravest } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { countedLine, grouped, makeProgress } from '../terminal/progress.ts';
import type { WantedRole } from './accounts-file.ts';
import { type RolesOfFile, readWantedRoles, servesAsWanted } from './wanted-roles.ts';

/**
 * Consents to each role of a file, as the file states it. Roles that already have exactly this consent are skipped, so
 * that the same command continues where it was interrupted. If the API refuses one role, the refusal is reported and
 * the other roles are still processed.
 */
export async function consentToAccounts(session: Session, options: RolesOfFile): Promise<ExitCode> {
  const { tenantId } = options;
  const { tenant, roles } = await readWantedRoles(session, options);
  const given = new Map(
    tenant.roles.flatMap((role) => (role.consent?.state === 'given' ? [[role.roleArn, role]] : [])),
  );
  const todo = roles.filter((wanted) => {
    const role = given.get(wanted.roleArn);
    return role === undefined || !servesAsWanted(role, wanted);
  });
  const consented: RoleView[] = [];
  const codes: ExitCode[] = [];
  const progress = makeProgress(session);
  const startedMs = session.clock.nowMs();
  try {
    for (const [done, wanted] of todo.entries()) {
      progress.show(
        countedLine('consenting', { done, total: todo.length, sinceMs: session.clock.nowMs() - startedMs }),
      );
      const answer = await consentToOne(session, { tenantId, wanted });
      if ('roleArn' in answer) consented.push(answer);
      else {
        codes.push(answer.exitCode);
        session.say(`line ${wanted.line}: ${wanted.accountId}: ${answer.said}`);
      }
    }
  } finally {
    progress.end();
  }
  if (session.json) printJson(session, consented);
  const skipped = roles.length - todo.length;
  const counted = `${grouped(consented.length)} now, ${grouped(skipped)} before, ${grouped(codes.length)} failed`;
  session.say(`Consents: ${counted}.`);
  return codes.length === 0 ? EXIT_CODES.ok : gravest(codes);
}

type Failed = { readonly exitCode: ExitCode; readonly said: string };

async function consentToOne(
  session: Session,
  { tenantId, wanted }: { readonly tenantId: string; readonly wanted: WantedRole },
): Promise<RoleView | Failed> {
  const { roleArn, jobs } = wanted;
  const body = { roleArn, ...(jobs && { jobs }) };
  try {
    return await session.client.call('POST /tenants/:tenantId/consent', { params: { tenantId }, body });
  } catch (error) {
    // An error that is not about this one account would also occur for the next, so it ends the command.
    const report = reportError(error);
    const isOfThisOne = error instanceof ApiError && report.exitCode === EXIT_CODES.refused;
    if (!isOfThisOne || error.code === 'consent.notAllowed') throw error;
    const [code, message] = report.lines;
    return { exitCode: report.exitCode, said: `${code}: ${message}` };
  }
}
