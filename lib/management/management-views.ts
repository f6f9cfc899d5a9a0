import type { FindingSeverity, TrustFinding } from '../onboarding/trust/trust-finding.ts';
import { CONSENT_STATES } from '../tenants/consent.ts';
import type { RoleStatus, Tenant, TenantRole } from '../tenants/tenant.ts';

/** What the management API shows of tenants, roles and sessions. No view but an `Onboarding` holds an external ID. */
/** `json` and `cli` hold the external ID; the other formats take it as a parameter, or carry it in the link. */
export const ONBOARDING_FORMATS = ['quick-create', 'cloudformation', 'stackset', 'terraform', 'cli', 'json'] as const;
export type OnboardingFormat = (typeof ONBOARDING_FORMATS)[number];

/**
 * What the customer needs. The external ID is included only when it was just made: at registration, or at a rotation.
 */
export type Onboarding = {
  readonly format: OnboardingFormat;
  /** The text for the customer, in that format. */
  readonly text: string;
  /** Shown once. Absent in a dedicated deployment, and when the external ID was made earlier. */
  readonly externalId?: string;
  /** For quick-create: the file that the link opens, which must be published first (`npm run publish-template`). */
  readonly templateUrl?: string;
};

export type FindingView = {
  readonly code: TrustFinding;
  readonly severity: FindingSeverity;
  readonly detail: string;
  readonly fix: string;
};

/** `consent`: absent for a role that was connected without `hardening.roleConsent`. */
export type RoleView = Pick<
  TenantRole,
  'tenantId' | 'accountId' | 'roleArn' | 'jobs' | 'status' | 'verifiedAtMs' | 'consent'
> & {
  readonly roleName: string;
  readonly findings: readonly FindingView[];
  readonly capabilities: { readonly sessionTags: boolean; readonly sourceIdentity: boolean };
  /**
   * A role that is refused now stays `pending` until then, because a new role takes minutes before it can be assumed.
   */
  readonly pendingUntilMs?: number;
};

/** The state of a role's consent; `none`: the role was connected without `hardening.roleConsent`. */
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

/** A row of the list, in which the roles are counted by status. */
export type TenantRow = Pick<Tenant, 'tenantId' | 'name' | 'status' | 'rotation'> & {
  readonly suspended: boolean;
  readonly roles: Readonly<Record<RoleStatus, number>>;
  /** How many roles await a second person's consent; absent if there are none. */
  readonly awaitConsent?: number;
  /** The codes of what the last verifications of the tenant's roles found. */
  readonly findings: readonly TrustFinding[];
};

/** A session that may still be alive after a suspension, and that only the customer can end sooner. */
export type LiveSession = {
  readonly accountId: string;
  readonly job: string;
  readonly issuanceId: string;
  readonly roleArn: string;
  readonly state: string;
  /** After this instant the session may do nothing. */
  readonly endsByMs: number;
};

export type StopReport = {
  readonly tenantId: string;
  readonly sinceMs: number;
  /** The number of issuances that were ended before anybody could use them. */
  readonly revokedIssuances: number;
  readonly alive: readonly LiveSession[];
  /** The end of every session that could exist, known or in flight: suspension + lease + the longest session. */
  readonly lastSessionEndsByMs: number;
  /** For each account, a command with which the customer ends every session at once. */
  readonly cutSooner: readonly { readonly accountId: string; readonly command: string }[];
};

export type RotationView = {
  readonly tenantId: string;
  readonly rotation?: Tenant['rotation'];
  readonly roles: readonly (Pick<RoleView, 'accountId' | 'roleName' | 'roleArn'> & {
    readonly takes: 'current' | 'next' | 'both' | 'neither' | 'unproven';
  })[];
  /** For the next external ID; present only at the start. */
  readonly onboarding?: Onboarding;
};

export type ImportLine = { readonly line: number; readonly tenantId?: string; readonly problem?: string };

export type DoctorCheck = {
  readonly check: string;
  readonly healthy: boolean;
  readonly detail: string;
  /** What to do if the check is not healthy. */
  readonly fix?: string;
};

export type ScheduleView = {
  readonly name: string;
  readonly job: string;
  /** `rate(…)` or `cron(…)`, in UTC. */
  readonly expression: string;
  readonly spreadMinutes: number;
  /** The next times, at most five. The times of a rate are unknown until the schedule has run once. */
  readonly nextMs: readonly number[];
  readonly latestMs?: number;
  readonly pause?: SuspensionView;
  /** The windows that are open, the oldest first. */
  readonly windows: readonly {
    readonly startMs: number;
    /** Requests that are not made by then are given up. */
    readonly closesAtMs: number;
    /** Who started the run by hand; absent if the schedule did. */
    readonly by?: string;
    /** The fraction of the tenants that have had their turn: 0 to 1. */
    readonly part: number;
    /** The number of requests so far. */
    readonly sent: number;
  }[];
};

/** Every switch except the tenants' suspensions; `off` is present where the switch is off. */
export type SwitchesView = {
  readonly switches: readonly {
    readonly kind: 'global' | 'job';
    /** The name of the job. */
    readonly name?: string;
    readonly off?: SuspensionView;
  }[];
  /** Present while events of replays are accepted. */
  readonly replay?: SuspensionView & { readonly untilMs: number };
};
