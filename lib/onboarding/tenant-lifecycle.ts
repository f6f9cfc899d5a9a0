import type { ImportLine, RotationView, StopReport } from '../management/management-views.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { OnboardingRefusal } from './onboarding-refusal.ts';

/**
 * The steps of a tenant's life between its registration and its offboarding, as the management routes call them. Each
 * step may be repeated after it was interrupted, and goes on where it stopped. Throws `store.*`.
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

/** `tenant` is as it is now. When a rotation starts, its next external ID was just made, and is to be shown once. */
export type RotationState = {
  readonly view: Omit<RotationView, 'onboarding'>;
  readonly tenant: Tenant;
};

export type ExternalIdRotation = {
  /** `deadlineDays`: 1 to 90, 30 when left out. */
  start(asked: AskedOfTenant & { readonly deadlineDays?: number }): Promise<RotationState | OnboardingRefusal>;
  status(tenantId: string): Promise<RotationState | OnboardingRefusal>;
  /** Verifies every role first, and takes as long as that. */
  finish(asked: AskedOfTenant): Promise<RotationState | OnboardingRefusal>;
  abandon(asked: AskedOfTenant): Promise<RotationState | OnboardingRefusal>;
};

/** A line as it stands in the file, unread. */
export type UnreadLine = { readonly line: number; readonly tenant: unknown };
type ImportOf = { readonly importId: string; readonly lines: readonly UnreadLine[] };

export type TenantImports = {
  /** Checks the lines and writes nothing. A line that cannot be imported has a `problem`. */
  check(asked: ImportOf): Promise<readonly ImportLine[] | OnboardingRefusal>;
  /**
   * Writes nothing when one line cannot be imported. A line whose tenant somebody registered meanwhile has a
   * `problem`.
   */
  apply(asked: ImportOf & { readonly by: string }): Promise<readonly ImportLine[] | OnboardingRefusal>;
  /** Removes the tenants of this import. A tenant that was changed since stays, and its line has a `problem`. */
  undo(asked: ImportOf): Promise<readonly ImportLine[] | OnboardingRefusal>;
};

export type TenantMigration = {
  /** `made`: this call made the external ID, which is to be shown once. */
  start(asked: AskedOfTenant): Promise<{ readonly tenant: Tenant; readonly made: boolean } | OnboardingRefusal>;
  finish(asked: AskedOfTenant): Promise<Tenant | OnboardingRefusal>;
  keyDeleted(asked: AskedOfTenant & { readonly accessKeyId: string }): Promise<Tenant | OnboardingRefusal>;
};

/**
 * Probes every role of the tenant and writes the findings. A role for which there was no time stays as it was. Throws
 * when the verification could not be run at all.
 */
export type VerifyTenant = (asked: AskedOfTenant) => Promise<void>;
