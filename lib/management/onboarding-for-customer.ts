import type { Job } from '../jobs/job.ts';
import type { OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import { type OnboardingInput, onboardingText } from '../onboarding/templates/onboarding-text.ts';
import { parseExternalId } from '../tenants/external-id.ts';
import type { ExternalIds, Tenant } from '../tenants/tenant.ts';
import type { Onboarding, OnboardingFormat } from './management-views.ts';

export type OnboardingTerms = Pick<OnboardingInput, 'deployment' | 'brokerAccountId' | 'prefix'> & {
  readonly catalogue: ReadonlyMap<string, Job>;
};

export type OnboardingWanted = {
  readonly tenant: Pick<Tenant, 'status' | 'externalIds' | 'enabledJobs' | 'settings'>;
  /** If left out, the format that asks least of the customer among those that can be made. */
  readonly format?: OnboardingFormat | undefined;
  /** True only where the external ID was just made, because it is shown once. */
  readonly showExternalIds: boolean;
};

export type CustomersOnboarding = {
  make(wanted: OnboardingWanted): Onboarding | OnboardingRefusal;
  /**
   * The refusal that would prevent the onboarding once the external ID exists. Ask for it before an external ID is
   * made: it is shown only once, so it must not be made for an answer that cannot be given.
   */
  refusalAhead(wanted: Omit<OnboardingWanted, 'showExternalIds'>): OnboardingRefusal | undefined;
};

/** Makes what a customer needs to create its role, in the words of the management API. */
export function customersOnboarding(terms: OnboardingTerms): CustomersOnboarding {
  function make({ tenant, format, showExternalIds }: OnboardingWanted): Onboarding | OnboardingRefusal {
    const made = format ?? defaultFormat(terms, showExternalIds);
    const text = onboardingText({ ...terms, tenant, format: made, showExternalIds });
    if (!text.built) return { refused: text.reason, explanation: text.explanation };
    const { built: _, ...onboarding } = text;
    return { format: made, ...onboarding };
  }
  return {
    make,
    refusalAhead({ tenant, format }) {
      const externalIds = terms.deployment.mode === 'dedicated' ? undefined : anyExternalIds(terms);
      const tried = make({ tenant: { ...tenant, status: 'active', externalIds }, format, showExternalIds: true });
      return 'refused' in tried ? tried : undefined;
    },
  };
}

function defaultFormat({ deployment }: OnboardingTerms, showExternalIds: boolean): OnboardingFormat {
  const mayShow = showExternalIds || deployment.mode === 'dedicated';
  return mayShow && deployment.templateBaseUrl !== undefined ? 'quick-create' : 'cloudformation';
}

/** External IDs of the right form that belong to nobody: they reach no answer and no table. */
function anyExternalIds({ deployment }: OnboardingTerms): ExternalIds {
  return { current: parseExternalId(`cb-${deployment.deploymentId}-00000000-0000-4000-8000-000000000000`) };
}
