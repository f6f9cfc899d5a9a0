import { isIP } from 'node:net';
import { assertNever } from '../../errors.ts';
import type { IssuanceView, ObservationView, RequestView, StrangersView } from '../questions/audit-api.ts';
import { known, type OcsfEvent, type OcsfFacts, ocsfEvent } from './ocsf-event.ts';

/** Makes API Activity events of calls to an API, ours or AWS's. */

/** An issuance without an attempt: it was refused before any was made. */
export function eventOfRefusal(issuance: IssuanceView): OcsfEvent {
  const { issuanceId, tenantId, accountId, job, requester, refusal, state, requestId } = issuance;
  const isRefused = state === 'refused';
  return ocsfEvent({
    activity: 'create',
    severity: isRefused ? 'low' : 'informational',
    status: isRefused ? 'failure' : 'unknown',
    statusCode: refusal?.reason ?? issuance.code,
    statusDetail: refusal?.explanation,
    timeMs: issuance.recordedAtMs,
    message: `A session in account ${accountId} for job ${job}: ${state}`,
    uid: issuanceId,
    correlationUid: issuanceId,
    eventCode: `issuance.${state}`,
    log: 'ledger',
    loggedTimeMs: issuance.recordedAtMs,
    tenantId,
    accountId,
    attributes: ownCall('IssueSession', { askedBy: requester, from: requester, uid: requestId }),
    observables: [{ name: 'cloud.account.uid', kind: 'accountUid', value: accountId }],
    unmapped: { job, state, request_id: requestId, issuance_id: issuanceId },
  });
}

export function eventOfRequest(request: RequestView): OcsfEvent {
  const { requestId, tenantId, requester, decision, refusal, job, reason, accountIds, caller } = request;
  const allowed = decision === 'allowed';
  return ocsfEvent({
    activity: 'create',
    severity: allowed ? 'informational' : 'low',
    status: allowed ? 'success' : 'failure',
    statusCode: refusal?.reason ?? decision,
    statusDetail: refusal?.explanation,
    timeMs: request.recordedAtMs,
    message: `Request of ${requester} for ${job ?? 'a job'}: ${decision}`,
    uid: requestId,
    correlationUid: requestId,
    eventCode: `request.${decision}`,
    log: 'ledger',
    loggedTimeMs: request.recordedAtMs,
    tenantId,
    attributes: ownCall('RequestJob', { askedBy: requester, from: originOf(request.origin), uid: requestId, caller }),
    observables: [{ name: 'actor.user.uid', kind: 'userUid', value: caller }],
    unmapped: { job, reason, account_ids: accountIds, origin: request.origin.kind, delivery: request.delivery },
  });
}

/** Many refusals as one event, with their number. */
export function eventOfStrangers(strangers: StrangersView): OcsfEvent {
  const { recordId, kind, account, name, counted, minuteMs } = strangers;
  return ocsfEvent({
    activity: 'create',
    severity: 'low',
    status: 'failure',
    statusCode: 'requester.unknown',
    timeMs: minuteMs,
    message: `${counted} requests of strangers were refused in one minute`,
    uid: recordId,
    correlationUid: recordId,
    eventCode: 'strangers.refused',
    log: 'ledger',
    loggedTimeMs: strangers.recordedAtMs,
    accountId: account,
    attributes: {
      ...ownCall('RequestJob', { askedBy: name ?? 'many', from: name ?? kind }),
      count: counted,
      start_time: minuteMs,
      end_time: minuteMs + 60_000,
    },
    observables: [{ name: 'cloud.account.uid', kind: 'accountUid', value: account }],
    unmapped: { origin: kind },
  });
}

/** One event for each call that CloudTrail showed. */
export function eventsOfObservation(observation: ObservationView): readonly OcsfEvent[] {
  const { observationId, sessionName, of } = observation;
  return observation.calls.map((call) => {
    const { verdict, errorCode, accessKeyId, why } = call;
    return ocsfEvent({
      activity: 'assumeRole',
      severity: verdict === 'stray' ? 'high' : 'informational',
      status: errorCode === undefined ? 'success' : 'failure',
      statusCode: errorCode,
      statusDetail: why === undefined ? verdict : `${verdict}: ${why}`,
      timeMs: call.atMs,
      message: `CloudTrail shows an AssumeRole of ours: ${verdict}`,
      uid: call.eventId,
      correlationUid: of ?? observationId,
      eventCode: `observation.${verdict}`,
      log: 'cloudtrail',
      loggedTimeMs: call.receivedAtMs,
      accountId: call.roleArn?.split(':')[4],
      ...factsOfCall(call),
      unmapped: {
        verdict,
        why,
        session_name: sessionName,
        access_key_id: accessKeyId,
        of,
        observation_id: observationId,
      },
    });
  });
}

function factsOfCall(call: ObservationView['calls'][number]): Pick<OcsfFacts, 'attributes' | 'observables'> {
  const { errorCode, roleArn, accessKeyId, callerRoleArn, sourceIpAddress, stsRequestId, userAgent } = call;
  return {
    attributes: {
      actor: { user: { uid: callerRoleArn ?? 'unknown', type_id: 99, type: 'AWS IAM Role' } },
      api: known({
        operation: 'AssumeRole',
        service: { name: 'sts.amazonaws.com' },
        request: { uid: stsRequestId },
        response: errorCode === undefined ? undefined : { error: errorCode },
      }),
      src_endpoint: endpointOf(sourceIpAddress),
      http_request: userAgent === undefined ? undefined : { user_agent: userAgent },
      resources: roleArn === undefined ? undefined : [{ uid: roleArn, type: 'AWS::IAM::Role' }],
    },
    observables: [
      { name: 'resources[].uid', kind: 'resourceUid', value: roleArn },
      { name: 'unmapped.access_key_id', kind: 'credentialUid', value: accessKeyId },
      { name: 'src_endpoint.ip', kind: 'ipAddress', value: ipOf(sourceIpAddress) },
      { name: 'actor.user.uid', kind: 'userUid', value: callerRoleArn },
    ],
  };
}

type OwnCall = {
  readonly askedBy: string;
  readonly from: string;
  readonly uid?: string;
  readonly caller?: string | undefined;
};

/** A call of the broker's own interface; its origin is given in the words of the ledger, which keeps no address. */
function ownCall(operation: string, { askedBy, from, uid, caller }: OwnCall) {
  const request = uid === undefined ? undefined : { uid };
  return {
    actor: { user: known({ name: askedBy, uid: caller, type_id: 99, type: 'Requester' }) },
    api: known({ operation, service: { name: 'credential-broker' }, request }),
    src_endpoint: { name: from },
  };
}

function originOf(origin: RequestView['origin']): string {
  switch (origin.kind) {
    case 'event':
      return origin.source;
    case 'functionUrl':
      return origin.principalArn;
    case 'invoke':
      return origin.alias;
    case 'message':
      return origin.eventId;
    default:
      return assertNever(origin);
  }
}

function ipOf(source: string | undefined): string | undefined {
  return source !== undefined && isIP(source) !== 0 ? source : undefined;
}

/** CloudTrail names a service where AWS itself called. */
function endpointOf(source: string | undefined) {
  const ip = ipOf(source);
  return ip === undefined ? { name: source ?? 'unknown' } : { ip };
}
