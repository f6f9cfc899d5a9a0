import type { Caller } from './caller.ts';
import type { ContextEntries } from './request-context.ts';

export type RequestFacts = {
  readonly caller: Caller;
  readonly resourceAccountId: string;
  readonly region: string;
  readonly sourceIp: string;
  readonly nowMs: number;
};

/**
 * The global condition keys of a request (https://docs.aws.amazon.com/IAM/latest/UserGuide/
 * reference_policies_condition-keys.html). `aws:SecureTransport` is `true`: the embedded stack stands for TLS
 * endpoints although it speaks plain HTTP on the loopback interface.
 */
export function globalContext(facts: RequestFacts): ContextEntries {
  return {
    'aws:CurrentTime': new Date(facts.nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(facts.nowMs / 1000)),
    'aws:RequestedRegion': facts.region,
    'aws:ResourceAccount': facts.resourceAccountId,
    'aws:SecureTransport': 'true',
    ...(facts.caller.kind === 'service' ? serviceKeys(facts.caller) : principalKeys(facts)),
  };
}

/** A service that acts for itself has no account and no address of its own. */
function serviceKeys(caller: Caller): ContextEntries {
  return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': caller.arn };
}

function principalKeys({ caller, sourceIp }: RequestFacts): ContextEntries {
  const isUser = caller.arn.includes(':user/');
  const tags = Object.entries(caller.sessionTags ?? {}).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  return {
    ...Object.fromEntries(tags),
    'aws:PrincipalArn': caller.principalArn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': isUser ? 'User' : 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.userId,
    'aws:username': isUser ? caller.arn.split('/').at(-1) : undefined,
    'aws:SourceIp': sourceIp,
    'aws:SourceIdentity': caller.sourceIdentity,
    'aws:TokenIssueTime': caller.issuedAtMs === undefined ? undefined : new Date(caller.issuedAtMs).toISOString(),
  };
}
