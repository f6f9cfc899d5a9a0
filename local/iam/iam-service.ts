import { type Service, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import type { Authorize } from './authorize.ts';
import type { IdentityStore } from './identity-store.ts';
import { type PolicyDocument, parsePolicyDocument } from './policy-document.ts';
import { invalid, optionalInteger, optionalText, requiredText } from './read-input.ts';
import { type Role, type RoleName, roleArn } from './role.ts';

export type IamServiceDependencies = {
  readonly store: IdentityStore;
  readonly authorize: Authorize;
};

const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const POLICY_NAME = /^[\w+=,.@-]{1,128}$/;
const PATH = /^\/(?:[!-~]{1,510}\/)?$/;
const DOCUMENT = /^[\t\n\r -ÿ]{1,131072}$/;
const SESSION_DURATION = { min: 3600, max: 43_200 };
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; white space does not count. */
const TRUST_POLICY_CHARACTERS = 2048;
const UNSUPPORTED = ['PermissionsBoundary', 'Tags'];

/**
 * The part of IAM that customers' roles need: roles, their trust and their inline policies, always in the caller's own
 * account. An edit takes effect at once; on AWS it takes seconds.
 */
export function createIamService(deps: IamServiceDependencies): Service {
  const { store } = deps;

  function allow(call: ServiceCall, action: string, name: RoleName): void {
    const resource = roleArn(call.caller.arn.split(':')[1] ?? '', name);
    deps.authorize({ ...call, action: `iam:${action}`, resource, resourceAccountId: name.accountId });
  }

  /** The call is authorised before the look-up, so that only permitted callers learn whether the role exists. */
  function roleFor(call: ServiceCall, action: string): Role {
    const name = requiredText(call.input, 'RoleName', ROLE_NAME);
    const role = store.findRoleByName(call.caller.accountId, name);
    allow(call, action, role ?? { accountId: call.caller.accountId, path: '/', name });
    if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  }

  return serviceOf({
    CreateRole: (call) => {
      const specification = readNewRole(call);
      allow(call, 'CreateRole', specification);
      if (store.findRoleByName(specification.accountId, specification.name) !== undefined) {
        const message = `Role with name ${specification.name} already exists.`;
        throw new ServiceError('EntityAlreadyExists', 409, message);
      }
      return { Role: describeRole(store.putRole(specification)) };
    },
    GetRole: (call) => ({ Role: describeRole(roleFor(call, 'GetRole')) }),
    UpdateAssumeRolePolicy: (call) => {
      const role = roleFor(call, 'UpdateAssumeRolePolicy');
      store.putRole({ ...role, trustPolicy: readTrustPolicy(call, 'PolicyDocument') });
      return {};
    },
    DeleteRole: (call) => {
      const role = roleFor(call, 'DeleteRole');
      if (Object.keys(role.policies).length > 0) {
        throw new ServiceError('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.');
      }
      store.deleteRole(role.arn);
      return {};
    },
    UpdateRole: (call) => {
      const role = roleFor(call, 'UpdateRole');
      const maxSessionDurationSeconds =
        optionalInteger(call.input, 'MaxSessionDuration', SESSION_DURATION) ?? role.maxSessionDurationSeconds;
      store.putRole({ ...role, maxSessionDurationSeconds });
      return {};
    },
    PutRolePolicy: (call) => {
      const role = roleFor(call, 'PutRolePolicy');
      const name = requiredText(call.input, 'PolicyName', POLICY_NAME);
      const policy = parsePolicyDocument(requiredText(call.input, 'PolicyDocument', DOCUMENT), 'identity');
      store.putRole({ ...role, policies: { ...role.policies, [name]: policy } });
      return {};
    },
    GetRolePolicy: (call) => {
      const role = roleFor(call, 'GetRolePolicy');
      const { name, policy } = namedPolicy(call, role);
      return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeDocument(policy) };
    },
    DeleteRolePolicy: (call) => {
      const role = roleFor(call, 'DeleteRolePolicy');
      const { name } = namedPolicy(call, role);
      const { [name]: _deleted, ...policies } = role.policies;
      store.putRole({ ...role, policies });
      return {};
    },
    ListRolePolicies: (call) => ({
      PolicyNames: Object.keys(roleFor(call, 'ListRolePolicies').policies),
      IsTruncated: false,
    }),
  });
}

function readNewRole({ input, caller }: ServiceCall) {
  for (const member of UNSUPPORTED) {
    if (input[member] !== undefined) throw invalid(`the embedded stack does not implement ${member}`);
  }
  return {
    accountId: caller.accountId,
    path: optionalText(input, 'Path', PATH) ?? '/',
    name: requiredText(input, 'RoleName', ROLE_NAME),
    trustPolicy: readTrustPolicy({ input }, 'AssumeRolePolicyDocument'),
    policies: {},
    maxSessionDurationSeconds: optionalInteger(input, 'MaxSessionDuration', SESSION_DURATION) ?? SESSION_DURATION.min,
  };
}

function readTrustPolicy({ input }: Pick<ServiceCall, 'input'>, member: string): PolicyDocument {
  const text = requiredText(input, member, DOCUMENT);
  if (text.replace(/\s/g, '').length > TRUST_POLICY_CHARACTERS) {
    throw new ServiceError('LimitExceeded', 409, `Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARACTERS}`);
  }
  return parsePolicyDocument(text, 'trust');
}

function namedPolicy({ input }: ServiceCall, role: Role): { name: string; policy: PolicyDocument } {
  const name = requiredText(input, 'PolicyName', POLICY_NAME);
  const policy = Object.hasOwn(role.policies, name) ? role.policies[name] : undefined;
  if (policy === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
  return { name, policy };
}

function describeRole(role: Role) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionDurationSeconds,
  };
}

/** IAM returns policies as JSON encoded by RFC 3986. */
function encodeDocument(policy: PolicyDocument): string {
  const encoded = encodeURIComponent(JSON.stringify(policy));
  return encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', 404, message);
}
