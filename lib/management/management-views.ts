import type { FindingSeverity, TrustFinding } from '../onboarding/trust/trust-finding.ts';
import { CONSENT_STATES } from '../tenants/consent.ts';
import type { RoleStatus, Tenant, TenantRole } from '../tenants/tenant.ts';

/** What the management API shows of tenants, roles and sessions. None of it but an `Onboarding` holds an external ID. */
/** `json` and `cli` hold the external ID; the others take it as a parameter, or bear it in the link. */
export const ONBOARDING_FORMATS = ['quick-create', 'cloudformation', 'stackset', 'terraform', 'cli', 'json'] as const;
export type OnboardingFormat = (typeof ONBOARDING_FORMATS)[number];

/** What the customer needs. The external ID is in it only when it was just made: at registration, or at a rotation. */
export type Onboarding = {
  readonly format: OnboardingFormat;
  /** What to give to the customer, in that format. */
  readonly text: string;
  /** Shown once. Absent in a dedicated deployment, and when it was made before. */
  readonly externalId?: string;
  /** Of quick-create: the file that the link opens, which must be there first (`npm run publish-template`). */
  readonly templateUrl?: string;
};

export type FindingView = {
  readonly code: TrustFinding;
  readonly severity: FindingSeverity;
  readonly detail: string;
  readonly fix: string;
};

/** `consent`: absent of a role that was connected without `hardening.roleConsent`. */
export type RoleView = Pick<
  TenantRole,
  'tenantId' | 'accountId' | 'roleArn' | 'jobs' | 'status' | 'verifiedAtMs' | 'consent'
> & {
  readonly roleName: string;
  readonly findings: readonly FindingView[];
  readonly capabilities: { readonly sessionTags: boolean; readonly sourceIdentity: boolean };
  /** A role that is refused now is `pending` until then: a new role takes minutes until it can be assumed. */
  readonly pendingUntilMs?: number;
};

/** Of a role; `none`: it was connected without `hardening.roleConsent`. */
export const CONSENT_FILTERS = [...CONSENT_STATES, 'none'] as const;
export type ConsentFilter = (typeof CONSENT_FILTERS)[number];

export type SuspensionView = { readonly sinceMs: number; readonly by: string; readonly reason: string };

export type TenantView = Pick<
  Tenant,
  'tenantId' | 'name' | 'status' | 'settings' | 'schedule' | 'notes' | 'rotation' | 'version' | 'createdAtMs'
> & {
  readonly jobs: readonly string[];
  readonly suspension?: SuspensionView;
  readonly legacyAccessKeyIds?: readonly string[];
  readonly roles: readonly RoleView[];
};

/** A row of the list: roles are counted by status. */
export type TenantRow = Pick<Tenant, 'tenantId' | 'name' | 'status' | 'rotation'> & {
  readonly suspended: boolean;
  readonly roles: Readonly<Record<RoleStatus, number>>;
  /** How many roles await a second person's consent; absent: none does. */
  readonly awaitConsent?: number;
  /** Codes of what the last verifications of its roles found. */
  readonly findings: readonly TrustFinding[];
};

/** A session that may still be alive after a suspension: what nobody but the customer can end sooner. */
export type LiveSession = {
  readonly accountId: string;
  readonly job: string;
  readonly issuanceId: string;
  readonly roleArn: string;
  readonly state: string;
  /** The session may do nothing after this. */
  readonly endsByMs: number;
};

export type StopReport = {
  readonly tenantId: string;
  readonly sinceMs: number;
  /** Issuances that were ended before anybody could use them. */
  readonly revokedIssuances: number;
  readonly alive: readonly LiveSession[];
  /** Of every session that could exist, known or in flight: suspension + lease + the longest session. */
  readonly lastSessionEndsByMs: number;
  /** A command for the customer that cuts every session at once, for each account. */
  readonly cutSooner: readonly { readonly accountId: string; readonly command: string }[];
};

export type RotationView = {
  readonly tenantId: string;
  readonly rotation?: Tenant['rotation'];
  readonly roles: readonly (Pick<RoleView, 'accountId' | 'roleName' | 'roleArn'> & {
    readonly takes: 'current' | 'next' | 'both' | 'neither' | 'unproven';
  })[];
  /** Of the next external ID, at the start alone. */
  readonly onboarding?: Onboarding;
};

export type ImportLine = { readonly line: number; readonly tenantId?: string; readonly problem?: string };

export type DoctorCheck = {
  readonly check: string;
  readonly healthy: boolean;
  readonly detail: string;
  /** What to do, where it is not healthy. */
  readonly fix?: string;
};

export type ScheduleView = {
  readonly name: string;
  readonly job: string;
  /** `rate(…)` or `cron(…)`, in UTC. */
  readonly expression: string;
  readonly spreadMinutes: number;
  /** The next times, at most five. Of a rate none is known before it has come round once. */
  readonly nextMs: readonly number[];
  readonly latestMs?: number;
  readonly pause?: SuspensionView;
  /** Those that are open, the oldest first. */
  readonly windows: readonly {
    readonly startMs: number;
    /** What is not asked for by then is given up. */
    readonly closesAtMs: number;
    /** Who ran it by hand; absent: the schedule did. */
    readonly by?: string;
    /** Of the tenants, how many had their turn: 0 to 1. */
    readonly part: number;
    /** Requests so far. */
    readonly sent: number;
  }[];
};

/** Every switch that there is but the tenants'; `off` where it is. */
export type SwitchesView = {
  readonly switches: readonly {
    readonly kind: 'global' | 'job';
    /** Of the job. */
    readonly name?: string;
    readonly off?: SuspensionView;
  }[];
  /** While events of replays are taken. */
  readonly replay?: SuspensionView & { readonly untilMs: number };
};
