import type { ImportLine, RotationView, StopReport } from '../management/management-views.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { OnboardingRefusal } from './onboarding-refusal.ts';

/**
 * What happens to a tenant between its registration and its leaving, as whoever is asked for it calls it. Each step may
 * be asked for again after it was interrupted, and goes on where it stopped. Errors are `store.*`.
 */
export type TenantLifecycle = {
  readonly suspend: SuspendTenant;
  readonly resume: ResumeTenant;
  readonly offboard: OffboardTenant;
  readonly rotation: ExternalIdRotation;
  readonly imports: TenantImports;
  readonly migration: TenantMigration;
};

/** `by`: the ARN of the principal that asks. */
export type AskedOfTenant = { readonly tenantId: string; readonly by: string };
type AskedWithReason = AskedOfTenant & { readonly reason: string };

export type SuspendTenant = (asked: AskedWithReason) => Promise<StopReport | OnboardingRefusal>;
export type ResumeTenant = (asked: AskedWithReason) => Promise<Tenant | OnboardingRefusal>;
export type OffboardTenant = (asked: AskedWithReason) => Promise<StopReport | OnboardingRefusal>;

/** `tenant` is what stands now. At a start, its next external ID was just made: it is to be shown, this once. */
export type RotationState = {
  readonly view: Omit<RotationView, 'onboarding'>;
  readonly tenant: Tenant;
};

export type ExternalIdRotation = {
  /** `deadlineDays`: 1 to 90, 30 when left out. */
  start(asked: AskedOfTenant & { readonly deadlineDays?: number }): Promise<RotationState | OnboardingRefusal>;
  status(tenantId: string): Promise<RotationState | OnboardingRefusal>;
  /** Verifies every role first: takes as long as that. */
  finish(asked: AskedOfTenant): Promise<RotationState | OnboardingRefusal>;
  abandon(asked: AskedOfTenant): Promise<RotationState | OnboardingRefusal>;
};

/** A line as it stands in the file, unread. */
export type UnreadLine = { readonly line: number; readonly tenant: unknown };
type ImportOf = { readonly importId: string; readonly lines: readonly UnreadLine[] };

export type TenantImports = {
  /** Writes nothing. A line that cannot be taken in has a `problem`. */
  check(asked: ImportOf): Promise<readonly ImportLine[] | OnboardingRefusal>;
  /** Writes nothing when a line cannot be taken in. A line that another tenant came before meanwhile has a `problem`. */
  apply(asked: ImportOf & { readonly by: string }): Promise<readonly ImportLine[] | OnboardingRefusal>;
  /** Removes what this import brought in. What was changed since has a `problem`, and stays. */
  undo(asked: ImportOf): Promise<readonly ImportLine[] | OnboardingRefusal>;
};

export type TenantMigration = {
  /** `made`: the external ID was made by this call, and is to be shown, this once. */
  start(asked: AskedOfTenant): Promise<{ readonly tenant: Tenant; readonly made: boolean } | OnboardingRefusal>;
  finish(asked: AskedOfTenant): Promise<Tenant | OnboardingRefusal>;
  keyDeleted(asked: AskedOfTenant & { readonly accessKeyId: string }): Promise<Tenant | OnboardingRefusal>;
};

/**
 * Probes every role of the tenant and writes what it finds; a role that could not be reached in time stays as it was.
 * Throws when the verification could not be run at all.
 */
export type VerifyTenant = (asked: AskedOfTenant) => Promise<void>;
