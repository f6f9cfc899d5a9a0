/**
 * A function whose credentials come from `@middy/sts`, to be compared with: the role stands in its code, the session is
 * made before each invocation and handed to the handler, which is the job itself. Nothing is looked up, decided,
 * recorded or sealed, and nobody else is invoked.
 */
import type { STSClient } from '@aws-sdk/client-sts';
import middy from '@middy/core';
import sts from '@middy/sts';
import { SAMPLE } from './naive-broker.ts';

/**
 * A session for each invocation, as the broker makes one: left to its defaults, the middleware makes one when the
 * function starts and hands out that one for good, expired or not.
 */
export function middyPeer(client: STSClient) {
  // Its types say text; its code takes the input of AssumeRole.
  const fetchData: Record<string, string> = {};
  Object.assign(fetchData, {
    tenant: { RoleArn: SAMPLE.roleArn, ExternalId: SAMPLE.externalId, RoleSessionName: 'scan-account' },
  });
  const credentials = sts({
    fetchData,
    cacheExpiry: 0,
    disablePrefetch: true,
    awsClientCapture: () => client,
    setToContext: true,
  });
  const handler = middy<unknown, string>().use(credentials).handler(nameOfSession);
  return async (event: { readonly id: string }): Promise<void> => {
    const context: object = { getRemainingTimeInMillis: () => 30_000 };
    // What it reads of a context, it has.
    const answered = await handler(event, context as Parameters<typeof handler>[1]);
    if (answered === '') throw new Error('a handler without credentials');
  };
}

/** The job: all it does is to look whether it has a session. */
async function nameOfSession(_: unknown, context: object): Promise<string> {
  const session: unknown = 'tenant' in context ? context.tenant : undefined;
  return typeof session === 'object' && session !== null && 'sessionToken' in session ? 'scan-account' : '';
}
