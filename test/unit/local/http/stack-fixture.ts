import type { StackClock } from '../../../../local/clock.ts';
import { createStackClock } from '../../../../local/clock.ts';
import type { ServedServices } from '../../../../local/http/route.ts';
import { type HttpServer, startHttpServer } from '../../../../local/http/server.ts';
import type { Credential } from '../../../../local/http/signature.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import { systemIds } from '../../../../local/ids.ts';
import type { ServiceAnswer, ServiceCall } from '../../../../local/service.ts';

/** What a test needs of a running server: the calls that reached a service, and a clock to move. */
export type Fixture = {
  readonly server: HttpServer;
  readonly clock: StackClock;
  readonly calls: { readonly action: string; readonly call: ServiceCall }[];
  readonly failures: unknown[];
  /** What the fake services answer next; it may throw. */
  answer: (action: string, call: ServiceCall) => ServiceAnswer;
  /** SDK client settings: endpoint, region, keys, one attempt. */
  clientSettings(keys?: Keys): ClientSettings;
};

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
export type ClientSettings = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys;
  readonly maxAttempts: number;
};

export const userKeys: Keys = {
  accessKeyId: 'AKIAUSERUSERUSERUSER',
  secretAccessKey: 'user-secret-user-secret-user-secret-user',
};
export const sessionKeys: Keys = {
  accessKeyId: 'ASIASESSIONSESSION00',
  secretAccessKey: 'session-secret-session-secret-session-se',
  sessionToken: 'token/with+special=characters',
};

export const sessionSeconds = 900;

export function caller(accessKeyId: string): Caller {
  const arn = 'arn:aws:iam::111111111111:user/tester';
  return {
    kind: 'user',
    accountId: '111111111111',
    arn,
    principalArn: arn,
    userId: 'AIDATESTER',
    accessKeyId,
    identityPolicies: () => [],
  };
}

export async function startFixture(realNowMs: () => number = Date.now): Promise<Fixture> {
  const clock = createStackClock(realNowMs);
  const expiresAtMs = clock.nowMs() + sessionSeconds * 1000;
  const credentials = new Map<string, Credential>([
    [userKeys.accessKeyId, { ...userKeys, caller: caller(userKeys.accessKeyId) }],
    [sessionKeys.accessKeyId, { ...sessionKeys, expiresAtMs, caller: caller(sessionKeys.accessKeyId) }],
  ]);
  const failures: unknown[] = [];
  const calls: Fixture['calls'] = [];
  const service = async (action: string, call: ServiceCall) => {
    calls.push({ action, call });
    return fixture.answer(action, call);
  };
  const services: ServedServices = {
    sts: { protocol: 'query', service },
    iam: { protocol: 'query', service },
    dynamodb: { protocol: 'json-1.0', service },
    sqs: { protocol: 'json-1.0', service },
    events: { protocol: 'json-1.1', service },
    kms: { protocol: 'json-1.1', service },
    cloudtrail: { protocol: 'json-1.1', service },
    lambda: { protocol: 'lambda', service },
    s3: { protocol: 's3', service },
  };
  const server = await startHttpServer({
    port: 0,
    services,
    findCredential: (accessKeyId) => credentials.get(accessKeyId),
    clock,
    ids: systemIds,
    realNowMs,
    log: (_message, error) => failures.push(error),
  });
  const fixture: Fixture = {
    server,
    clock,
    calls,
    failures,
    answer: () => ({}),
    clientSettings: (keys = userKeys) => ({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: keys,
      maxAttempts: 1,
    }),
  };
  return fixture;
}
