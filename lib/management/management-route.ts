import * as v from 'valibot';
import type { OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import type { Route, RouteAnswer, RouteCall } from '../platform/url-routes.ts';
import { explainTenantId } from '../requests/explain-field.ts';
import { readFields } from '../requests/read-fields.ts';
import type { Refusal } from '../requests/request.ts';
import { ACCOUNT_ID, TENANT_ID } from '../tenants/tenant.ts';
import type { ManagementRoutes } from './management-api.ts';

export type RouteName = keyof ManagementRoutes;

/** A call whose body, query and path parts match the contract of its route. */
export type ManagementCall<Name extends RouteName> = PathParts & {
  /** The ARN of the IAM principal that signed the call. */
  readonly by: string;
  readonly body: ManagementRoutes[Name]['body'];
  readonly query: ManagementRoutes[Name]['query'];
};

/** A part is empty on a route whose path does not have it. */
export type PathParts = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly roleName: string;
  readonly schedule: string;
  readonly job: string;
};

export type Answered<Name extends RouteName> = {
  readonly status: 200 | 201;
  readonly answer: ManagementRoutes[Name]['answer'];
};

/**
 * The schemas of what a route takes; a schema that is left out means that the route takes nothing there. `maximumKeys`:
 * set if the route's body may have more keys than others.
 */
export type Takes<Name extends RouteName> = {
  readonly body?: v.GenericSchema<unknown, ManagementRoutes[Name]['body']>;
  readonly query?: v.GenericSchema<unknown, ManagementRoutes[Name]['query']>;
  readonly maximumKeys?: number;
};

const nothing = v.undefined('expected none');

/**
 * Makes a route of the management API, which reads exactly what the contract says and refuses everything else before
 * anything is done.
 */
export function managementRoute<Name extends RouteName>(
  { body, query, maximumKeys }: Takes<Name>,
  handle: (call: ManagementCall<Name>) => Promise<Answered<Name> | OnboardingRefusal>,
): Route {
  const bodySchema = body ?? nothing;
  const querySchema = query ?? nothing;
  return {
    ...(maximumKeys === undefined ? {} : { maximumKeys }),
    async handle(call: RouteCall): Promise<RouteAnswer> {
      const parts = readParts(call.params);
      if ('reason' in parts) return asAnswer(parts);
      const names = Object.keys(call.query).length === 0 && query === undefined ? undefined : call.query;
      const reading = readFields(querySchema, { what: 'the query', input: names });
      if (!reading.read) return asAnswer(reading.refusal);
      const fields = readFields(bodySchema, { what: 'the body', input: call.body });
      if (!fields.read) return asAnswer(fields.refusal);
      return handle({ ...parts, by: call.caller, body: fields.fields, query: reading.fields });
    },
  };
}

/** Each part must have its one form; nothing is case-folded or trimmed to fit. */
function readParts(params: RouteCall['params']): PathParts | Refusal {
  const { tenantId = '', accountId = '', roleName = '', schedule = '', job = '' } = params;
  if ('tenantId' in params && !TENANT_ID.test(tenantId)) {
    return { reason: 'tenant.idInvalid', explanation: explainTenantId(tenantId) };
  }
  if ('accountId' in params && !ACCOUNT_ID.test(accountId)) {
    return { reason: 'request.fieldInvalid', explanation: 'the account id in the path is not 12 digits' };
  }
  if ('roleName' in params && !ROLE_NAME.test(roleName)) {
    return { reason: 'request.fieldInvalid', explanation: 'the role name in the path is not one that IAM takes' };
  }
  if ('schedule' in params && !SCHEDULE.test(schedule)) {
    return { reason: 'schedule.unknown', explanation: 'the name in the path is not one that a schedule can have' };
  }
  if ('job' in params && !JOB.test(job)) {
    return { reason: 'job.unknown', explanation: 'the name in the path is not one that a job can have' };
  }
  return { tenantId, accountId, roleName, schedule, job };
}

/** Source: IAM User Guide, "IAM and AWS STS quotas". */
export const ROLE_NAME = /^[A-Za-z0-9_+=,.@-]{1,64}$/;

const SCHEDULE = /^[a-z0-9-]{1,63}$/;
const JOB = /^[a-z0-9-]{1,24}$/;

function asAnswer({ reason, explanation }: Refusal): RouteAnswer {
  return { refused: reason, explanation };
}
