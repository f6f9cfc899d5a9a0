/** What an AssumeRole into a tenant's account asks for, and whether it may be asked at all. Pure. */
export type AssumeInput = {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Never empty; left out only where the maker of the call says that it may be. */
  readonly externalId?: string | undefined;
  readonly durationSeconds: number;
  /** The session policy as JSON. There is no way to leave it out. */
  readonly policy: string;
  /** Session tags and source identity: sent as they are, or the call is not made. */
  readonly tags?: SessionTags | undefined;
  readonly sourceIdentity?: string | undefined;
};

export type SessionTags = Readonly<Record<string, string>>;

/** Whether a call has an external ID. */
export type ExternalIdTerms = {
  /**
   * True: no call is made without an external ID, as in a shared deployment. False: each call says whether it has one,
   * as the probes of a trust policy do.
   */
  readonly externalIdRequired: boolean;
  /** True: no call is made with one either, as in a dedicated deployment. Not with `externalIdRequired`. */
  readonly externalIdForbidden?: boolean;
};

/**
 * The parameters of AssumeRole, each member as it was given. Undefined where the terms or the rules of STS do not
 * allow it: a call that cannot be made in full is not made.
 */
export function assumeRoleInput(input: AssumeInput, terms: ExternalIdTerms) {
  if (!mayBeMade(input, terms)) return undefined;
  const { roleArn, sessionName, durationSeconds, policy, externalId, tags = {}, sourceIdentity } = input;
  const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: durationSeconds,
    Policy: policy,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(pairs.length === 0 ? {} : { Tags: pairs }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

function mayBeMade({ policy, externalId, tags = {}, sourceIdentity }: AssumeInput, terms: ExternalIdTerms): boolean {
  if (policy.length === 0 || externalId === '') return false;
  if (externalId === undefined ? terms.externalIdRequired : (terms.externalIdForbidden ?? false)) return false;
  return tagsFit(tags) && (sourceIdentity === undefined || SOURCE_IDENTITY.test(sourceIdentity));
}

/** Source: STS API Reference, AssumeRole, `SourceIdentity`: no colon, so never the reserved `aws:`. */
const SOURCE_IDENTITY = /^[A-Za-z0-9_+=,.@-]{2,64}$/;
/** Source: STS API Reference, AssumeRole, `Tags` and `Tag`; `aws:` is reserved, in any case of its letters. */
const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const MAXIMUM_TAGS = 50;

function tagsFit(tags: SessionTags): boolean {
  const pairs = Object.entries(tags);
  return pairs.length <= MAXIMUM_TAGS && pairs.every(([key, value]) => TAG_KEY.test(key) && TAG_VALUE.test(value));
}
