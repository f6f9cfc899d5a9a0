import type { PolicyDocument } from './policy-document.ts';

/** The signer of a request, with the facts that IAM decisions and CloudTrail need. */
export type Caller = {
  /** `service`: an AWS service that acts for itself; resource policies alone decide on it. */
  readonly kind: 'user' | 'session' | 'service';
  readonly accountId: string;
  /**
   * User ARN, or `arn:…:sts::…:assumed-role/<role name>/<session name>` (the path is dropped, as AWS does); for a
   * service its principal's name, such as `events.amazonaws.com`.
   */
  readonly arn: string;
  /** `aws:PrincipalArn`: the user's ARN; for a session the ARN of its role, path included. */
  readonly principalArn: string;
  /** `aws:userid`: `AIDA…`, or `AROA…:<session name>`. */
  readonly userId: string;
  readonly accessKeyId: string;
  /** Identity policies: a user's own, or the role's, which are read anew at every call. */
  readonly identityPolicies: () => readonly PolicyDocument[];
  /** The policy given to AssumeRole; a session may do only what this policy allows as well. */
  readonly sessionPolicy?: PolicyDocument;
  /** `aws:TokenIssueTime` of a session, in epoch milliseconds. */
  readonly issuedAtMs?: number;
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** The keys of the session tags that pass on to the next role of a chain. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
};
