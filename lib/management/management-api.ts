import type { TrustFinding } from '../onboarding/trust/trust-finding.ts';
import type { RoleStatus, TenantSchedule, TenantStatus } from '../tenants/tenant.ts';
import type { RecordedChange } from '../tenants/tenant-registry.ts';

import type {
  ConsentFilter,
  DoctorCheck,
  ImportLine,
  Onboarding,
  OnboardingFormat,
  RoleView,
  RotationView,
  ScheduleView,
  StopReport,
  SwitchesView,
  TenantRow,
  TenantView,
} from './management-views.ts';

/**
 * What the function URL of `manage-tenants` takes and answers, as JSON. Every answer that is not one of these is a
 * `ManagementError`. No request has a place for an external ID, and no answer but `onboarding` holds one.
 */
export type ManagementError = {
  readonly error: { readonly code: string; readonly message: string; readonly whatToDo: string };
};

/**
 * Every route: what it takes and what it answers. `:name` stands for one part of the path. A body is a JSON object with
 * exactly these members, or is absent (`undefined`); `query` members are all optional.
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
    query: {
      status?: TenantStatus | RoleStatus;
      finding?: TrustFinding;
      consent?: ConsentFilter;
      limit?: string;
      cursor?: string;
    };
    answer: { readonly tenants: readonly TenantRow[]; readonly cursor?: string };
  };
  'GET /tenants/:tenantId': { body: undefined; query: undefined; answer: TenantView };
  'PATCH /tenants/:tenantId': {
    /**
     * `version`: the version that the caller read. If the tenant has another version, the change is refused with 409
     * `registry.stale`.
     */
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
  /** Offboards the tenant. */
  'DELETE /tenants/:tenantId': { body: { reason: string }; query: undefined; answer: StopReport };
  'GET /tenants/:tenantId/changes': {
    body: undefined;
    query: { limit?: string; cursor?: string };
    answer: { readonly changes: readonly RecordedChange[]; readonly cursor?: string };
  };
  /** Returns the onboarding without the external ID: formats that would contain it are refused. */
  'GET /tenants/:tenantId/onboarding': { body: undefined; query: { format?: OnboardingFormat }; answer: Onboarding };
  /** Answers 201 when the role is new, else 200. A new role is `pending`: verify it next. */
  'POST /tenants/:tenantId/roles': {
    body: { roleArn: string; jobs?: readonly string[] };
    query: undefined;
    answer: RoleView;
  };
  /**
   * Consents to a role that awaits consent (`hardening.roleConsent`), as it was connected: with the same ARN and the
   * same jobs. Refused if either has changed since, and to the principal that connected the role.
   */
  'POST /tenants/:tenantId/consent': {
    body: { roleArn: string; jobs?: readonly string[] };
    query: undefined;
    answer: RoleView;
  };
  'DELETE /tenants/:tenantId/roles/:accountId/:roleName': { body: undefined; query: undefined; answer: RoleView };
  /**
   * Probes the named role, the roles of the named account, or all roles. Takes up to 30 s. `liftsPause`: the caller has
   * asked the customer, so roles that are paused come back into use if their probes succeed.
   */
  'POST /tenants/:tenantId/verification': {
    body: { accountId?: string; roleName?: string; liftsPause?: boolean };
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
   * `check` and `apply` take at most 100 lines a call. The CLI checks the whole file before it applies any of it, and
   * undoes what it applied if a line is then refused. The lines are as they stand in the file, unparsed.
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
  /** `start` makes the external ID; `finish` makes the tenant active once one of its roles is trusted. */
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
  /** A schedule that is already paused keeps its earlier time and reason. */
  'PUT /schedules/:schedule/pause': { body: { reason: string }; query: undefined; answer: ScheduleView };
  'DELETE /schedules/:schedule/pause': { body: { reason: string }; query: undefined; answer: ScheduleView };
  /** Requests the job for every tenant that has the job enabled and is not paused, spread over time as usual. */
  'POST /schedules/:schedule/run': {
    body: undefined;
    query: undefined;
    answer: { readonly schedule: string; readonly windowStartMs: number };
  };
  'GET /switches': { body: undefined; query: undefined; answer: SwitchesView };
  /** A switch that is already off keeps its earlier time and reason. */
  'PUT /switches/global': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/global': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'PUT /switches/jobs/:job': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/jobs/:job': { body: { reason: string }; query: undefined; answer: SwitchesView };
  /**
   * Accepts events of EventBridge replays until the given time, at most 24 hours from now. Replaces a window that is
   * open.
   */
  'PUT /switches/replay': { body: { untilMs: number; reason: string }; query: undefined; answer: SwitchesView };
  'DELETE /switches/replay': { body: { reason: string }; query: undefined; answer: SwitchesView };
  'GET /doctor': { body: undefined; query: undefined; answer: { readonly checks: readonly DoctorCheck[] } };
};
