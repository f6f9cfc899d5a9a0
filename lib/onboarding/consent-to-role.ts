import { isOfPattern, principalOf } from '../requests/principal-pattern.ts';
import type { TenantRole } from '../tenants/tenant.ts';
import type { NewRole, TenantRegistry } from '../tenants/tenant-registry.ts';
import { type OnboardingRefusal, refuse } from './onboarding-refusal.ts';

/** Who may consent to roles: `hardening.roleConsent`. Undefined when no second person is required. */
export type ConsentRule = { readonly principals: readonly string[]; readonly brokerAccountId: string } | undefined;

type Dependencies = { readonly registry: Pick<TenantRegistry, 'consentToRole'>; readonly consentRule: ConsentRule };

/** Has a second person consent to a role; who may not is refused before anything is read of it. */
export async function consentToRole(
  { by, ...role }: NewRole & { readonly by: string },
  { registry, consentRule }: Dependencies,
): Promise<TenantRole | OnboardingRefusal> {
  if (consentRule === undefined) {
    return refuse(
      'consent.notAllowed',
      'hardening.roleConsent is not set, so that nobody may consent; a role that awaits it is disconnected and connected anew',
    );
  }
  if (mayConsent(by, consentRule)) return registry.consentToRole(role, by);
  return refuse('consent.notAllowed', `${principalOf(by)} is none of hardening.roleConsent.principals`);
}

function mayConsent(caller: string, { principals, brokerAccountId }: NonNullable<ConsentRule>): boolean {
  const principalArn = principalOf(caller);
  const account = principalArn.split(':')[4] ?? '';
  return principals.some((pattern) => isOfPattern({ principalArn, account }, { pattern, brokerAccountId }));
}
