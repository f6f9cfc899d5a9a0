import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import type { Caller } from './caller.ts';
import { secretAccessKey, sessionAccessKeyId, sessionToken, uniqueId } from './iam-ids.ts';
import type { PolicyDocument } from './policy-document.ts';
import { type Role, sessionArn } from './role.ts';
import { createRoleStore, type RoleStore } from './role-store.ts';

type StaticKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type SessionRequest = {
  readonly role: Role;
  readonly sessionName: string;
  /** `null`: the session never expires. For the stack's own function workers, whose credentials AWS would renew. */
  readonly durationSeconds: number | null;
  readonly sessionPolicy?: PolicyDocument | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly transitiveTagKeys?: readonly string[] | undefined;
  readonly sourceIdentity?: string | undefined;
};

export type SessionCredentials = StaticKey & {
  readonly sessionToken: string;
  /** A whole second, as AWS answers; `Infinity` for a session that never expires. */
  readonly expiresAtMs: number;
  readonly assumedRoleArn: string;
  /** `AROA…:<session name>`. */
  readonly assumedRoleId: string;
};

export type StoredCredential = {
  readonly secretAccessKey: string;
  /** A request with this key must also carry this token. */
  readonly sessionToken?: string;
  readonly expiresAtMs?: number;
  readonly caller: Caller;
};

export type NewPrincipal = StaticKey & { readonly arn: string; readonly policy?: PolicyDocument };

/** The identities of the embedded stack: accounts, their roles, and every access key with the caller behind it. */
export type IdentityStore = RoleStore & {
  /** Makes the account with one user, `user/customer`, who may do everything in it. */
  addAccount(account: StaticKey & { readonly accountId: string }): void;
  /**
   * Adds static keys for a user or a role, known by its ARN alone. Without a policy of its own, the principal may do
   * what its attached policies allow.
   */
  addPrincipal(principal: NewPrincipal): void;
  /** Adds one more policy to the principal with this ARN. Throws `RangeError` when there is no such principal. */
  attachPolicy(principalArn: string, policy: PolicyDocument): void;
  hasAccount(accountId: string): boolean;
  mintSession(request: SessionRequest): SessionCredentials;
  /** Finds expired sessions for one more hour, so that their use is refused as expired and not as unknown. */
  findCredential(accessKeyId: string): StoredCredential | undefined;
};

export type IdentityStoreDependencies = {
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: StackIds;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
};

const ADMINISTRATOR: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const EXPIRED_KEPT_MS = 3_600_000;
const PRINCIPAL_ARN = /^arn:([a-z-]+):iam::(\d{12}):(user|role)\/(?:.+\/)?([^/]+)$/;
/** The name that the session of a role's principal of the accounts file always has. */
const LASTING_SESSION = 'local';

export function createIdentityStore(deps: IdentityStoreDependencies): IdentityStore {
  const roles = createRoleStore(deps);
  const accountIds = new Set<string>();
  const policiesOf = new Map<string, PolicyDocument[]>();
  const lasting = new Map<string, StoredCredential>();
  const sessions = new Map<string, StoredCredential>();

  function addPrincipal({ policy, ...principal }: NewPrincipal): void {
    const policies = policy === undefined ? [] : [policy];
    const caller = staticCaller(principal, policies, deps.ids);
    accountIds.add(caller.accountId);
    policiesOf.set(principal.arn, policies);
    lasting.set(principal.accessKeyId, { secretAccessKey: principal.secretAccessKey, caller });
  }

  return {
    ...roles,
    addPrincipal,
    addAccount: ({ accountId, ...key }) =>
      addPrincipal({ ...key, arn: `arn:${deps.partition}:iam::${accountId}:user/customer`, policy: ADMINISTRATOR }),
    attachPolicy(principalArn, policy) {
      const policies = policiesOf.get(principalArn);
      if (policies === undefined) throw new RangeError(`there is no principal ${principalArn}`);
      policies.push(policy);
    },
    hasAccount: (accountId) => accountIds.has(accountId),
    mintSession(request) {
      const nowMs = deps.clock.nowMs();
      forgetExpired(sessions, nowMs - EXPIRED_KEPT_MS);
      const session = newSession(request, nowMs, deps);
      const caller = sessionCaller({ request, session, nowMs, roles });
      const { secretAccessKey: secret, sessionToken: token, expiresAtMs } = session;
      const stored = { secretAccessKey: secret, sessionToken: token, caller };
      if (request.durationSeconds === null) lasting.set(session.accessKeyId, stored);
      else sessions.set(session.accessKeyId, { ...stored, expiresAtMs });
      return session;
    },
    findCredential: (accessKeyId) => lasting.get(accessKeyId) ?? sessions.get(accessKeyId),
  };
}

/** A role has no keys of its own: the holder of such keys acts in a session of the role, whose ARN has no path. */
function staticCaller(
  { arn, accessKeyId }: { readonly arn: string; readonly accessKeyId: string },
  policies: readonly PolicyDocument[],
  ids: StackIds,
): Caller {
  const [, partition, accountId, type, name] = PRINCIPAL_ARN.exec(arn) ?? [];
  if (accountId === undefined) throw new Error(`${arn} is neither a user nor a role`);
  const isUser = type === 'user';
  return {
    kind: isUser ? 'user' : 'session',
    accountId,
    arn: isUser ? arn : `arn:${partition}:sts::${accountId}:assumed-role/${name}/${LASTING_SESSION}`,
    principalArn: arn,
    userId: isUser ? uniqueId('AIDA', ids) : `${uniqueId('AROA', ids)}:${LASTING_SESSION}`,
    accessKeyId,
    identityPolicies: () => policies,
  };
}

function newSession(request: SessionRequest, nowMs: number, deps: IdentityStoreDependencies): SessionCredentials {
  const { role, sessionName, durationSeconds } = request;
  return {
    accessKeyId: sessionAccessKeyId(deps.ids),
    secretAccessKey: secretAccessKey(deps.ids),
    sessionToken: sessionToken(deps.ids),
    expiresAtMs: durationSeconds === null ? Number.POSITIVE_INFINITY : wholeSecondMs(nowMs + durationSeconds * 1000),
    assumedRoleArn: sessionArn(deps.partition, role, sessionName),
    assumedRoleId: `${role.roleId}:${sessionName}`,
  };
}

function sessionCaller(minted: {
  readonly request: SessionRequest;
  readonly session: SessionCredentials;
  readonly nowMs: number;
  readonly roles: RoleStore;
}): Caller {
  const { request, session, nowMs, roles } = minted;
  const { role, sessionPolicy, tags, transitiveTagKeys, sourceIdentity } = request;
  return {
    kind: 'session',
    accountId: role.accountId,
    arn: session.assumedRoleArn,
    principalArn: role.arn,
    userId: session.assumedRoleId,
    accessKeyId: session.accessKeyId,
    // The policies are read at every call, so that an edit affects live sessions at once; a role made anew is not the
    // same role.
    identityPolicies: () => {
      const current = roles.findRole(role.arn);
      return current?.roleId === role.roleId ? Object.values(current.policies) : [];
    },
    issuedAtMs: nowMs,
    ...(sessionPolicy !== undefined && { sessionPolicy }),
    ...(tags !== undefined && { sessionTags: tags }),
    ...(transitiveTagKeys !== undefined && { transitiveTagKeys }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}

/** Sessions are in the order in which they were minted, so that it is enough to look at the oldest ones. */
function forgetExpired(sessions: Map<string, StoredCredential>, beforeMs: number): void {
  for (const [accessKeyId, { expiresAtMs }] of sessions) {
    if (expiresAtMs === undefined || expiresAtMs >= beforeMs) return;
    sessions.delete(accessKeyId);
  }
}

function wholeSecondMs(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}
