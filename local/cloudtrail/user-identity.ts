import type { Caller } from '../iam/caller.ts';
import type { CloudTrailUserIdentity } from './cloudtrail-record.ts';

/** The caller as the trail of the caller's own account records it: in full. */
export function fullUserIdentity(caller: Caller): CloudTrailUserIdentity {
  if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.arn };
  const { userId: principalId, arn, accountId, accessKeyId } = caller;
  if (caller.kind === 'user') {
    return { type: 'IAMUser', principalId, arn, accountId, accessKeyId, userName: lastPart(arn) };
  }
  return {
    type: 'AssumedRole',
    principalId,
    arn,
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: principalId.split(':')[0],
        arn: caller.principalArn,
        accountId,
        userName: lastPart(caller.principalArn),
      },
      attributes: {
        ...(caller.issuedAtMs !== undefined && { creationDate: eventTime(caller.issuedAtMs) }),
        mfaAuthenticated: 'false',
      },
      ...(caller.sourceIdentity !== undefined && { sourceIdentity: caller.sourceIdentity }),
    },
  };
}

/** The caller as the trail of another account records it: no ARN and no access key. */
export function foreignUserIdentity(caller: Caller): CloudTrailUserIdentity {
  if (caller.kind === 'service') return fullUserIdentity(caller);
  return { type: 'AWSAccount', principalId: caller.userId, accountId: caller.accountId };
}

/** ISO 8601 in whole seconds, as CloudTrail writes every time but a session's expiration. */
export function eventTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function lastPart(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}
