import type { Authorize } from '../iam/authorize.ts';
import type { Caller } from '../iam/caller.ts';
import type { IdentityStore, SessionCredentials } from '../iam/identity-store.ts';
import type { StackIds } from '../ids.ts';
import type { Service, ServiceAnswer, ServiceCall } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import type { FunctionWiring, RoleWiring } from '../template/wiring.ts';

/** The functions' identities: the packaged roles, and for each function a session of its role that never expires. */
export type FunctionIdentities = {
  credentialsOf(wiring: FunctionWiring): SessionCredentials;
  callerOf(wiring: FunctionWiring): Caller;
};

/** Puts the template's roles into the broker's account and mints one session for each function, named after it. */
export function createFunctionIdentities(deps: {
  readonly store: IdentityStore;
  readonly home: StackHome;
  readonly roles: readonly RoleWiring[];
  readonly functions: readonly FunctionWiring[];
}): FunctionIdentities {
  const { store, home } = deps;
  for (const { path, name, trustPolicy, policies, maxSessionDurationSeconds } of deps.roles) {
    store.putRole({ accountId: home.accountId, path, name, trustPolicy, policies, maxSessionDurationSeconds });
  }
  const sessions = new Map(deps.functions.map((wiring) => [wiring.name, mint(store, wiring)]));
  function credentialsOf(wiring: FunctionWiring): SessionCredentials {
    const session = sessions.get(wiring.name);
    if (session === undefined) throw new Error(`${wiring.name} has no session`);
    return session;
  }
  return {
    credentialsOf,
    callerOf(wiring) {
      const found = store.findCredential(credentialsOf(wiring).accessKeyId);
      if (found === undefined) throw new Error(`the session of ${wiring.name} is gone`);
      return found.caller;
    },
  };
}

function mint(store: IdentityStore, wiring: FunctionWiring): SessionCredentials {
  const role = store.findRole(wiring.roleArn);
  if (role === undefined) throw new Error(`${wiring.name}: its role ${wiring.roleArn} is not in the template`);
  if (wiring.name.length > 64) throw new Error(`${wiring.name}: too long for the name of a session`);
  return store.mintSession({ role, sessionName: wiring.name, durationSeconds: null });
}

/** The function's role as a caller. Under it Lambda does its own work for a function: polling, and sending failures. */
export function roleCaller(deps: {
  readonly caller: Caller;
  readonly home: StackHome;
  readonly ids: Pick<StackIds, 'uuid'>;
}) {
  const { caller, home, ids } = deps;
  const request = { caller, region: home.region, sourceIp: '127.0.0.1' };
  const callWith = (input: ServiceCall['input']): ServiceCall => ({
    ...request,
    input,
    requestId: ids.uuid(),
    userAgent: 'lambda.amazonaws.com',
  });
  return {
    callWith,
    call: (service: Service, action: string, input: ServiceCall['input']): Promise<ServiceAnswer> =>
      service(action, callWith(input)),
    /** Throws `AccessDenied` for the first action that the role lacks. */
    assertAllowed(authorize: Authorize, actions: readonly string[], resource: string): void {
      for (const action of actions) {
        authorize({ ...request, action, resource, resourceAccountId: home.accountId });
      }
    },
  };
}
