import type { RoleView } from '../management/management-views.ts';
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
  const pending = roles.filter(({ status }) => status === 'pending');
  if (pending.length > 0) {
    const isNew = pending.some(({ pendingUntilMs }) => pendingUntilMs !== undefined);
    const why = isNew ? 'A new role takes minutes until it can be assumed.' : 'Nothing is proven yet.';
    session.say(`${why} Wait for it: broker tenants verify ${tenantId} --wait`);
  }
  if (roles.some(({ status }) => status === 'refused' || status === 'quarantined')) {
    session.say(`Have the customer mend what was found, then: broker tenants verify ${tenantId} --wait`);
  }
}
