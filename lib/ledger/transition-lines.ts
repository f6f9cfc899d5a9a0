import type { Transition } from '../platform/transition-log.ts';
import type { Issuance } from './issuance.ts';
import type { RequestRecord } from './request-record.ts';
import type { StrangersRecord } from './strangers-record.ts';

/** What a request's record says in the log. */
export function requestTransition(record: RequestRecord): Transition {
  return {
    transition: `request.${record.decision}`,
    requestId: record.recordId,
    requester: record.requester,
    ...(record.tenantId === undefined ? {} : { tenantId: record.tenantId }),
    ...(record.job === undefined ? {} : { job: record.job }),
    ...(record.refusal === undefined ? {} : { code: record.refusal.reason, explanation: record.refusal.explanation }),
  };
}

/** That strangers came in numbers. */
export function strangersTransition({ kind, account, counted }: StrangersRecord): Transition {
  const from = account === undefined ? kind : `${kind} of ${account}`;
  return {
    transition: 'strangers.counted',
    code: 'requester.notAllowed',
    explanation: `${counted} refusals of one minute, from ${from}, were counted and not recorded one by one`,
  };
}

/** What the last entry of an issuance's trail says in the log. */
export function issuanceTransition(issuance: Issuance): Transition {
  const entry = issuance.trail.at(-1);
  const { attempt, call, code, explanation, sessionName, accessKeyId, stsRequestId } = entry ?? {};
  return {
    transition: `issuance.${entry?.type ?? 'none'}`,
    issuanceId: issuance.recordId,
    requestId: issuance.requestId,
    requester: issuance.requester,
    tenantId: issuance.tenantId,
    accountId: issuance.accountId,
    job: issuance.job,
    state: issuance.state,
    ...(attempt === undefined ? {} : { attempt }),
    ...(call === undefined ? {} : { call }),
    ...(code === undefined ? {} : { code }),
    ...(explanation === undefined ? {} : { explanation }),
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(stsRequestId === undefined ? {} : { stsRequestId }),
  };
}
