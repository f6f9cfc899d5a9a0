import type { RoleView } from '../../management/management-views.ts';
import { keepsFromTrust } from '../../onboarding/trust/trust-finding.ts';
import { printJson, type Session } from '../session.ts';
import { awaitsConsent, renderRoles, verificationResults } from './role-text.ts';

/** Says what a verification found, and what to do next if not all is well. */
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
  const outOfUse = roles.filter(({ status }) => status === 'refused' || status === 'quarantined');
  if (outOfUse.some((role) => !isOnlyPaused(role))) {
    session.say(`Have the customer mend what was found, then: broker tenants verify ${tenantId} --wait`);
  }
  sayAwaited(session, roles);
  for (const { accountId, roleName } of roles.filter(isPaused)) {
    const role = `--account ${accountId} --role-name ${roleName}`;
    session.say(`Ask the customer first, then: broker tenants verify ${tenantId} ${role} --lift-pause`);
  }
}

/**
 * Says what somebody else has to do about roles that await consent. The command does not contain their ARNs: the second
 * person must get them from the customer, and not from the person who connected the roles.
 */
export function sayAwaited(session: Session, roles: readonly RoleView[]): void {
  for (const { tenantId, accountId, roleName, jobs } of roles.filter(awaitsConsent)) {
    const served = jobs === 'all' ? '' : ` --jobs ${jobs.join(',')}`;
    session.say(
      `Nothing is issued for ${accountId} ${roleName} before somebody else, who asked the customer, consents: ` +
        `broker tenants consent ${tenantId} --role-arn <ARN>${served}`,
    );
  }
}

function isPaused({ findings }: RoleView): boolean {
  return findings.some(({ code }) => code === 'trust.sessionsRevoked');
}

function isOnlyPaused(role: RoleView): boolean {
  return isPaused(role) && role.findings.filter(({ code }) => keepsFromTrust(code)).length === 1;
}
