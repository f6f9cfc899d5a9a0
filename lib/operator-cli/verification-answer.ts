import type { RoleView } from '../management/management-api.ts';
import { renderRoles, verificationResults } from './role-text.ts';
import { printJson, type Session } from './session.ts';

/** What a verification found, and what to do next where it is not all well. */
export function sayVerification(session: Session, roles: readonly RoleView[]): void {
  if (session.json) {
    printJson(session, verificationResults(roles));
    return;
  }
  session.print(renderRoles(roles, session));
  const tenantId = roles[0]?.tenantId;
  if (roles.some(({ status }) => status === 'pending')) {
    session.say(
      `A new role takes minutes until it can be assumed. Wait for it: broker tenants verify ${tenantId} --wait`,
    );
  }
  if (roles.some(({ status }) => status === 'refused' || status === 'quarantined')) {
    session.say(`Have the customer mend what was found, then: broker tenants verify ${tenantId} --wait`);
  }
}
