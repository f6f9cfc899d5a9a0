import type { ErrorCode } from '../../lib/errors.ts';
import type { ManagementRoutes } from '../../lib/management/management-api.ts';
import {
  changeBody,
  changesQuery,
  connectionBody,
  importBody,
  listQuery,
  migrationBody,
  onboardingQuery,
  reasonBody,
  registrationBody,
  replayBody,
  rotationBody,
  verificationBody,
} from '../../lib/management/request-schemas.ts';
import type { Operation } from './operation.ts';
import { frameCodes } from './request-operations.ts';

/** The routes of manage-tenants: the input of each, and its answer under its name in `management-api.ts`. */
export const managementOperations = {
  'POST /tenants': { summary: 'Register a tenant.', body: registrationBody, ...made('tenant, onboarding') },
  'GET /tenants': { summary: 'List tenants, page by page.', query: listQuery, ...gives('tenants, cursor') },
  'GET /tenants/:tenantId': { summary: 'Show a tenant and its roles.', ...gives('TenantView', 'tenant.unknown') },
  'PATCH /tenants/:tenantId': {
    summary: 'Change a tenant as it was read.',
    body: changeBody,
    ...gives('TenantView', 'tenant.unknown', 'tenant.offboarded', 'registry.stale', 'job.unknown'),
  },
  'DELETE /tenants/:tenantId': {
    summary: 'Let a tenant go, for good.',
    body: reasonBody,
    ...gives('StopReport', 'tenant.unknown', 'registry.stale'),
  },
  'GET /tenants/:tenantId/changes': {
    summary: 'List what was changed of a tenant, page by page.',
    query: changesQuery,
    ...gives('changes, cursor', 'tenant.unknown'),
  },
  'GET /tenants/:tenantId/onboarding': {
    summary: 'What to give to the customer, without the external ID.',
    query: onboardingQuery,
    ...gives('Onboarding', 'tenant.unknown', 'request.formatUnavailable'),
  },
  'POST /tenants/:tenantId/roles': {
    summary: 'Connect a role of an account; 201 when it is new.',
    body: connectionBody,
    ...gives(
      'RoleView',
      'tenant.unknown',
      'account.roleArnInvalid',
      'account.roleAmbiguous',
      'account.alreadyConnected',
      'consent.notAllowed',
    ),
  },
  'POST /tenants/:tenantId/consent': {
    summary: 'Consent to a role that somebody else connected.',
    body: connectionBody,
    ...gives(
      'RoleView',
      'account.unknown',
      'account.roleArnInvalid',
      'consent.notAllowed',
      'consent.ownConnection',
      'consent.notAwaited',
      'registry.stale',
    ),
  },
  'DELETE /tenants/:tenantId/roles/:accountId/:roleName': {
    summary: 'Disconnect a role.',
    ...gives('RoleView', 'tenant.unknown', 'account.unknown', 'registry.stale'),
  },
  'POST /tenants/:tenantId/verification': {
    summary: 'Probe roles; takes up to 30 s.',
    body: verificationBody,
    ...gives('roles', 'tenant.unknown', 'tenant.offboarded', 'account.none', 'account.unknown'),
  },
  'GET /tenants/:tenantId/rotation': {
    summary: 'Which external ID each role takes.',
    ...gives('RotationView', 'tenant.unknown'),
  },
  'POST /tenants/:tenantId/rotation': {
    summary: 'Start, finish or abandon a rotation of the external ID.',
    body: rotationBody,
    ...gives('RotationView', 'tenant.unknown', 'tenant.rotating', 'tenant.notRotating', 'rotation.notProven'),
  },
  'POST /tenants/:tenantId/suspension': {
    summary: 'Stop everything for a tenant.',
    body: reasonBody,
    ...gives('StopReport', 'tenant.unknown'),
  },
  'DELETE /tenants/:tenantId/suspension': {
    summary: 'Resume a tenant.',
    body: reasonBody,
    ...gives('TenantView', 'tenant.unknown'),
  },
  'POST /imports': {
    summary: 'Check, apply or undo lines of an import, 100 a call.',
    body: importBody,
    ...gives('lines', 'import.invalid', 'import.secretRefused'),
  },
  'POST /tenants/:tenantId/migration': {
    summary: 'Move a tenant that came with access keys to a role.',
    body: migrationBody,
    ...gives('tenant, onboarding', 'tenant.unknown', 'tenant.notMigrating'),
  },
  'GET /schedules': { summary: 'List the schedules, and how far each is.', ...gives('schedules') },
  'PUT /schedules/:schedule/pause': {
    summary: 'Pause a schedule.',
    body: reasonBody,
    ...gives('ScheduleView', 'schedule.unknown'),
  },
  'DELETE /schedules/:schedule/pause': {
    summary: 'Let a schedule go on.',
    body: reasonBody,
    ...gives('ScheduleView', 'schedule.unknown'),
  },
  'POST /schedules/:schedule/run': {
    summary: 'Ask now for every tenant of a schedule, spread as always.',
    ...gives('schedule, windowStartMs', 'schedule.unknown'),
  },
  'GET /switches': { summary: 'What is switched off, and whether replays are allowed.', ...gives('SwitchesView') },
  'PUT /switches/global': { summary: 'Switch everything off.', body: reasonBody, ...gives('SwitchesView') },
  'DELETE /switches/global': { summary: 'Switch everything on again.', body: reasonBody, ...gives('SwitchesView') },
  'PUT /switches/jobs/:job': {
    summary: 'Switch a job off.',
    body: reasonBody,
    ...gives('SwitchesView', 'job.unknown'),
  },
  'DELETE /switches/jobs/:job': {
    summary: 'Switch a job on again.',
    body: reasonBody,
    ...gives('SwitchesView', 'job.unknown'),
  },
  'PUT /switches/replay': {
    summary: 'Take events of EventBridge replays for at most 24 hours.',
    body: replayBody,
    ...gives('SwitchesView'),
  },
  'DELETE /switches/replay': { summary: 'Take no events of replays.', body: reasonBody, ...gives('SwitchesView') },
  'GET /doctor': { summary: 'Examine the deployment.', ...gives('checks') },
} as const satisfies Readonly<Record<keyof ManagementRoutes | `${string} /${string}`, Operation>>;

function gives(answer: string, ...codes: readonly ErrorCode[]): Pick<Operation, 'answers' | 'codes'> {
  const schema = { type: 'object', description: `${answer}: see lib/management/management-api.ts` };
  return { answers: { 200: { description: 'Done.', schema } }, codes: [...frameCodes, ...codes] };
}

function made(answer: string): Pick<Operation, 'answers' | 'codes'> {
  const { answers, codes } = gives(answer, 'tenant.idInvalid', 'tenant.alreadyRegistered', 'tenant.customerLimit');
  const schema = answers[200]?.schema ?? {};
  return { answers: { 201: { description: 'It is registered.', schema } }, codes: [...codes, 'job.unknown'] };
}
