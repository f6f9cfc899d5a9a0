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
 * What the function URL of `manage-tenants` takes and answers, as JSON. Each answer that is not one of these is a
 * `ManagementError`. No request has a place for an external ID, and no answer but `onboarding` holds one.
 */
export type ManagementError = {
  readonly error: { readonly code: string; readonly message: string; readonly whatToDo: string };
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
  /**
   * Consents to a role that awaits it (`hardening.roleConsent`), as it was connected: the same ARN, the same jobs. Refused
   * where either is another by now, and to whoever connected it.
   */
  'POST /tenants/:tenantId/consent': {
    body: { roleArn: string; jobs?: readonly string[] };
    query: undefined;
    answer: RoleView;
  };
  'DELETE /tenants/:tenantId/roles/:accountId/:roleName': { body: undefined; query: undefined; answer: RoleView };
  /**
   * Probes the named role, the roles of the named account, or all of them. Takes up to 30 s. `liftsPause`: whoever asks
   * has asked their customer, and those that are paused are put in use again if their probes are fine.
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
