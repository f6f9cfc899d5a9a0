import type { FindingSeverity, TrustFinding } from '../onboarding/trust-finding.ts';
import type { RoleStatus, Tenant, TenantRole, TenantSchedule, TenantStatus } from '../tenants/tenant.ts';
import type { RecordedChange } from '../tenants/tenant-registry.ts';

/**
 * What the function URL of `manage-tenants` takes and answers, as JSON. Each answer that is not one of these is a
 * `ManagementError`. No request has a place for an external ID, and no answer but `onboarding` holds one.
 */
export type ManagementError = {
  readonly error: { readonly code: string; readonly message: string; readonly whatToDo: string };
};

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

export type RoleView = Pick<TenantRole, 'tenantId' | 'accountId' | 'roleArn' | 'jobs' | 'status' | 'verifiedAtMs'> & {
  readonly roleName: string;
  readonly findings: readonly FindingView[];
  readonly capabilities: { readonly sessionTags: boolean; readonly sourceIdentity: boolean };
  /** A role that is refused now is `pending` until then: a new role takes minutes until it can be assumed. */
  readonly pendingUntilMs?: number;
};

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

/**
 * Every route: what it takes and what it answers. `:name` stands for one part of the path. A body is a JSON object with
 * exactly these members, or there is none (`undefined`); `query` members are all optional.
 */
export type ManagementRoutes = {
  'POST /tenants': {
    body: {
      tenantId: string;
      name: string;
      jobs?: readonly string[];
      settings?: Readonly<Record<string, unknown>>;
      format?: OnboardingFormat;
    };
    query: undefined;
    /** 201 */
    answer: { readonly tenant: TenantView; readonly onboarding: Onboarding };
  };
  'GET /tenants': {
    body: undefined;
    query: { status?: TenantStatus | RoleStatus; finding?: TrustFinding; limit?: string; cursor?: string };
    answer: { readonly tenants: readonly TenantRow[]; readonly cursor?: string };
  };
  'GET /tenants/:tenantId': { body: undefined; query: undefined; answer: TenantView };
  'PATCH /tenants/:tenantId': {
    /** `version`: of what was read. Another one is refused with 409 `registry.stale`. */
    body: {
      version: number;
      name?: string;
      jobs?: readonly string[];
      settings?: Readonly<Record<string, unknown>>;
      schedule?: TenantSchedule;
      notes?: string;
    };
    query: undefined;
    answer: TenantView;
  };
  /** Offboards. */
  'DELETE /tenants/:tenantId': { body: { reason: string }; query: undefined; answer: StopReport };
  'GET /tenants/:tenantId/changes': {
    body: undefined;
    query: { limit?: string; cursor?: string };
    answer: { readonly changes: readonly RecordedChange[]; readonly cursor?: string };
  };
  /** Without the external ID: formats that would bear it are refused. */
  'GET /tenants/:tenantId/onboarding': { body: undefined; query: { format?: OnboardingFormat }; answer: Onboarding };
  /** 201 when it is new, else 200. It is `pending`: verify it next. */
  'POST /tenants/:tenantId/roles': {
    body: { roleArn: string; jobs?: readonly string[] };
    query: undefined;
    answer: RoleView;
  };
  'DELETE /tenants/:tenantId/roles/:accountId/:roleName': { body: undefined; query: undefined; answer: RoleView };
  /** Probes the named role, the roles of the named account, or all of them. Takes up to 30 s. */
  'POST /tenants/:tenantId/verification': {
    body: { accountId?: string; roleName?: string };
    query: undefined;
    answer: { readonly roles: readonly RoleView[] };
  };
  'GET /tenants/:tenantId/rotation': { body: undefined; query: undefined; answer: RotationView };
  'POST /tenants/:tenantId/rotation': {
    body: { step: 'start' | 'finish' | 'abandon'; deadlineDays?: number; format?: OnboardingFormat };
    query: undefined;
    answer: RotationView;
  };
  'POST /tenants/:tenantId/suspension': { body: { reason: string }; query: undefined; answer: StopReport };
  'DELETE /tenants/:tenantId/suspension': { body: { reason: string }; query: undefined; answer: TenantView };
  /**
   * `check` and `apply` take at most 100 lines a call; the CLI checks the whole file before it applies any of it, and
   * undoes what it applied when a line is refused then. The lines are as they stand in the file, unread.
   */
  'POST /imports': {
    body: {
      importId: string;
      step: 'check' | 'apply' | 'undo';
      lines: readonly { readonly line: number; readonly tenant: unknown }[];
    };
    query: undefined;
    answer: { readonly lines: readonly ImportLine[] };
  };
  /** `start` makes the external ID; `finish` makes the tenant active once a role of it is trusted. */
  'POST /tenants/:tenantId/migration': {
    body:
      | { step: 'start'; format?: OnboardingFormat }
      | { step: 'finish' }
      | { step: 'keyDeleted'; accessKeyId: string };
    query: undefined;
    answer: { readonly tenant: TenantView; readonly onboarding?: Onboarding };
  };
  'GET /schedules': {
    body: undefined;
    query: undefined;
    answer: { readonly schedules: readonly ScheduleView[] };
  };
  /** Paused already, it stays so since then and for that reason. */
  'PUT /schedules/:schedule/pause': { body: { reason: string }; query: undefined; answer: ScheduleView };
  'DELETE /schedules/:schedule/pause': { body: { reason: string }; query: undefined; answer: ScheduleView };
  /** Asks for every tenant that the job is enabled for and that is not paused, spread as always. */
  'POST /schedules/:schedule/run': {
    body: undefined;
    query: undefined;
    answer: { readonly schedule: string; readonly windowStartMs: number };
  };
  'GET /switches': { body: undefined; query: undefined; answer: SwitchesView };
  /** Off already, it stays so since then and for that reason. */
  'PUT /switches/global': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/global': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'PUT /switches/jobs/:job': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/jobs/:job': { body: { reason: string }; query: undefined; answer: SwitchesView };
  /** Takes events of EventBridge replays until then: at most 24 hours from now. In the place of a window that is open. */
  'PUT /switches/replay': { body: { untilMs: number; reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/replay': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'GET /doctor': { body: undefined; query: undefined; answer: { readonly checks: readonly DoctorCheck[] } };
};
