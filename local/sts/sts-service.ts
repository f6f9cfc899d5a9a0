import type { StackClock } from '../clock.ts';
import {
  type AssumeRoleEvent,
  deniedAssumeRoleRecord,
  issuedAssumeRoleRecords,
} from '../cloudtrail/assume-role-record.ts';
import type { RecordCloudTrail } from '../cloudtrail/cloudtrail-record.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { IdentityStore } from '../iam/identity-store.ts';
import { invalid } from '../iam/read-input.ts';
import type { Role } from '../iam/role.ts';
import type { StackIds } from '../ids.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { type AssumeRoleInput, readAssumeRoleInput } from './assume-role-input.ts';
import { type AssumeRoleAttempt, authorizeAssumeRole } from './authorize-assume-role.ts';
import { incomingTransitiveTags, sessionTagsOf } from './session-tags.ts';

export type StsServiceDependencies = {
  readonly store: IdentityStore;
  readonly authorize: Authorize;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: StackIds;
  /** Called for every AssumeRole that was allowed or denied, once for each account whose trail would record it. */
  readonly recordCloudTrail: RecordCloudTrail;
  readonly partition: string;
};

const CHAINED_SECONDS = 3600;

/** AssumeRole and GetCallerIdentity. */
export function createStsService(deps: StsServiceDependencies): Service {
  return serviceOf({
    AssumeRole: (call) => assumeRole(call, deps),
    // The call needs no permission, and no policy can deny it.
    GetCallerIdentity: ({ caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn }),
  });
}

function assumeRole(call: ServiceCall, deps: StsServiceDependencies): ServiceAnswer {
  const input = readAssumeRoleInput(call.input);
  const role = deps.store.findRole(input.roleArn);
  const session = {
    ...sessionTagsOf(input, call.caller),
    sourceIdentity: input.sourceIdentity ?? call.caller.sourceIdentity,
  };
  const event = cloudTrailEvent(call, input, deps);
  authorizeOrRecord({ call, input, role, session }, event, deps);
  if (role === undefined) throw new Error(`${input.roleArn} was allowed and does not exist`);
  assertDuration(call, input, role);
  const { sessionName, durationSeconds, sessionPolicy } = input;
  const minted = deps.store.mintSession({
    ...session,
    role,
    sessionName,
    durationSeconds,
    sessionPolicy,
    tags: Object.fromEntries(session.tags),
  });
  for (const record of issuedAssumeRoleRecords(event, { ...minted, sourceIdentity: session.sourceIdentity })) {
    deps.recordCloudTrail(record);
  }
  return {
    Credentials: {
      AccessKeyId: minted.accessKeyId,
      SecretAccessKey: minted.secretAccessKey,
      SessionToken: minted.sessionToken,
      Expiration: new Date(minted.expiresAtMs),
    },
    AssumedRoleUser: { AssumedRoleId: minted.assumedRoleId, Arn: minted.assumedRoleArn },
    ...(input.packedPolicySize !== undefined && { PackedPolicySize: input.packedPolicySize }),
    ...(session.sourceIdentity !== undefined && { SourceIdentity: session.sourceIdentity }),
  };
}

function authorizeOrRecord(attempt: AssumeRoleAttempt, event: AssumeRoleEvent, deps: StsServiceDependencies): void {
  try {
    authorizeAssumeRole(attempt, deps.authorize);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'AccessDenied') {
      deps.recordCloudTrail(deniedAssumeRoleRecord(event, error));
    }
    throw error;
  }
}

/**
 * Checked after authorisation, because only permitted callers may learn the role's own limit. AWS refuses a longer
 * duration and does not clamp it.
 */
function assertDuration({ caller }: ServiceCall, { durationSeconds }: AssumeRoleInput, role: Role): void {
  if (durationSeconds > role.maxSessionDurationSeconds) {
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  if (caller.kind === 'session' && durationSeconds > CHAINED_SECONDS) {
    throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining');
  }
}

function cloudTrailEvent(call: ServiceCall, input: AssumeRoleInput, deps: StsServiceDependencies): AssumeRoleEvent {
  return {
    call,
    roleArn: input.roleArn,
    roleAccountId: input.roleAccountId,
    incomingTransitiveTags: incomingTransitiveTags(call.caller),
    partition: deps.partition,
    nowMs: deps.clock.nowMs(),
    ids: deps.ids,
  };
}
