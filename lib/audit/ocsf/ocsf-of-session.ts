import type { Attempt } from '../../ledger/issuance.ts';
import type { IssuanceView, ProbeView } from '../questions/audit-api.ts';
import { accountOf, known, type OcsfEvent, type OcsfFacts, type OcsfStatus, ocsfEvent } from './ocsf-event.ts';

/**
 * Makes Authentication events, activity Logon, of the sessions that were asked of STS; the role is the user of the
 * schema.
 */

/** One event for each attempt of an issuance; none where there was no attempt. */
export function eventsOfAttempts(issuance: IssuanceView): readonly OcsfEvent[] {
  return issuance.attempts.map((attempt) => ocsfEvent(factsOfAttempt(issuance, attempt)));
}

function factsOfAttempt(issuance: IssuanceView, attempt: Attempt): OcsfFacts {
  const { issuanceId, tenantId, accountId, job, requester, requestId, state, delivery } = issuance;
  const status = statusOfAttempt(attempt);
  return {
    activity: 'logon',
    severity: status === 'success' ? 'informational' : status === 'failure' ? 'low' : 'medium',
    status,
    statusCode: attempt.code ?? attempt.outcome,
    timeMs: attempt.issuedAtMs ?? attempt.intendedAtMs,
    message: `Attempt ${attempt.attempt} at a session in account ${accountId} for job ${job}: ${attempt.outcome}`,
    uid: attempt.sessionName,
    correlationUid: issuanceId,
    eventCode: `issuance.${attempt.outcome}`,
    log: 'ledger',
    loggedTimeMs: issuance.recordedAtMs,
    tenantId,
    accountId,
    ...sessionOf({ ...attempt, roleArn: issuance.roleArn, accountId, askedBy: requester }),
    unmapped: { job, state, request_id: requestId, issuance_id: issuanceId, fence_time: attempt.fenceMs, delivery },
  };
}

/** A session was made where its key is known, whatever became of the session. */
function statusOfAttempt({ accessKeyId, outcome }: Attempt): OcsfStatus {
  if (accessKeyId !== undefined) return 'success';
  return outcome === 'open' || outcome === 'unknown' ? 'unknown' : 'failure';
}

const STATUS_OF_PROBE: Readonly<Record<ProbeView['outcome'], OcsfStatus>> = {
  open: 'unknown',
  accepted: 'success',
  denied: 'failure',
  unknown: 'unknown',
  unavailable: 'failure',
};

/** A probe shows what a trust policy lets in; a denied probe is often the hoped-for result. */
export function eventOfProbe(probe: ProbeView): OcsfEvent {
  const { probeId, tenantId, accountId, outcome } = probe;
  return ocsfEvent({
    activity: 'logon',
    severity: outcome === 'unknown' ? 'medium' : 'informational',
    status: STATUS_OF_PROBE[outcome],
    statusCode: probe.code ?? outcome,
    timeMs: probe.answeredAtMs ?? probe.calledAtMs ?? probe.recordedAtMs,
    message: `Probe ${probe.probe} of a role in account ${accountId}: ${outcome}`,
    uid: probeId,
    correlationUid: probeId,
    eventCode: `probe.${outcome}`,
    log: 'ledger',
    loggedTimeMs: probe.recordedAtMs,
    tenantId,
    accountId,
    ...sessionOf({
      sessionName: probeId,
      roleArn: probe.roleArn,
      accountId,
      askedBy: probe.by,
      accessKeyId: probe.lastAccessKeyId,
      stsRequestId: probe.lastStsRequestId,
      expiresAtMs: probe.expiresAtMs,
    }),
    unmapped: { probe: probe.probe },
  });
}

type SessionFacts = {
  readonly sessionName: string;
  readonly roleArn?: string | undefined;
  readonly accountId: string;
  readonly askedBy: string;
  readonly accessKeyId?: string | undefined;
  readonly stsRequestId?: string | undefined;
  readonly assumedRoleId?: string | undefined;
  readonly issuedAtMs?: number | undefined;
  readonly expiresAtMs?: number | undefined;
};

/** `user.type_id` 99 with a name of our own: the schema has no kind of user that is a role. */
function sessionOf(facts: SessionFacts): Pick<OcsfFacts, 'attributes' | 'observables'> {
  const { roleArn, accessKeyId, askedBy } = facts;
  const account = accountOf(facts.accountId);
  const user = known({
    name: roleArn?.split('/').at(-1),
    uid: roleArn,
    uid_alt: facts.assumedRoleId,
    type_id: 99,
    type: 'AWS IAM Role',
    credential_uid: accessKeyId,
    account,
  });
  const session = known({
    uid: facts.sessionName,
    credential_uid: accessKeyId,
    created_time: facts.issuedAtMs,
    expiration_time: facts.expiresAtMs,
    issuer: 'sts.amazonaws.com',
    is_remote: true,
  });
  const request = facts.stsRequestId === undefined ? undefined : { uid: facts.stsRequestId };
  return {
    attributes: {
      user,
      session,
      actor: { user: { name: askedBy, type_id: 99, type: 'Requester' } },
      service: { name: 'sts.amazonaws.com' },
      api: known({ operation: 'AssumeRole', service: { name: 'sts.amazonaws.com' }, request }),
      is_remote: true,
    },
    observables: [
      { name: 'user.uid', kind: 'userUid', value: roleArn },
      { name: 'session.credential_uid', kind: 'credentialUid', value: accessKeyId },
      { name: 'user.account.uid', kind: 'accountUid', value: facts.accountId },
    ],
  };
}
