import type { ConsentRule } from '../onboarding/consent-to-role.ts';
import type { JobRules } from '../onboarding/refuse-jobs.ts';
import type { TenantLifecycle } from '../onboarding/tenant-lifecycle.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScheduleOperations } from '../scheduling/schedule-operations.ts';
import type { ReadSuspensions } from '../switches/read-suspensions.ts';
import type { Switchboard } from '../switches/switchboard.ts';
import type { TenantDirectory, TenantRegistry } from '../tenants/tenant-registry.ts';
import type { DoctorCheck } from './management-views.ts';
import type { CustomersOnboarding } from './onboarding-for-customer.ts';

/** Which roles to probe: one role, those of an account, or all of the tenant. */
export type VerificationWanted = {
  readonly tenantId: string;
  readonly accountId?: string;
  readonly roleName?: string;
  /** The ARN of the principal that asks. */
  readonly by: string;
  /** Puts paused roles back into use if their probes succeed. */
  readonly liftsPause?: boolean;
};

/** Everything that the routes of the management API work with. */
export type ManagementDependencies = {
  readonly registry: TenantRegistry;
  readonly directory: TenantDirectory;
  readonly readSuspensions: ReadSuspensions;
  readonly lifecycle: TenantLifecycle;
  /** Has the roles probed and the findings written to them. Throws `verifier.unavailable`. */
  readonly verify: (wanted: VerificationWanted) => Promise<void>;
  readonly onboarding: CustomersOnboarding;
  readonly examine: () => Promise<readonly DoctorCheck[]>;
  readonly rules: JobRules;
  readonly consentRule: ConsentRule;
  readonly schedules: ScheduleOperations;
  readonly switchboard: Switchboard;
  readonly clock: Clock;
};
