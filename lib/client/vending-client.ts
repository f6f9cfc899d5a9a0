import * as v from 'valibot';
import type { CallerCredentials, CredentialsRequest, VendingRoutes } from '../vending/vending-api.ts';
import { clientError } from './api-error.ts';
import { type FunctionUrlClient, type FunctionUrlTarget, makeFunctionUrlClient } from './function-url-client.ts';
import { makeRouteClient } from './route-client.ts';

/** The function whose URL this client calls. */
export const VENDING_FUNCTION = 'vend-credentials';

export type VendingClient = {
  /**
   * Returns credentials for one account, usable until the fence. Each call makes and records a session of its own; the
   * client never repeats a call by itself. Throws `ApiError`.
   */
  vendCredentials(
    of: Omit<CredentialsRequest, 'version' | 'accountIds'> & {
      readonly accountId: string;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<CallerCredentials>;
};

/** Checked, because the answer is handed on to a program that reads a `credential_process`. */
const credentialsSchema = v.strictObject({
  Version: v.literal(1),
  AccessKeyId: v.pipe(v.string(), v.minLength(1)),
  SecretAccessKey: v.pipe(v.string(), v.minLength(1)),
  SessionToken: v.pipe(v.string(), v.minLength(1)),
  Expiration: v.pipe(v.string(), v.isoTimestamp()),
});

/** The client of the function URL of `vend-credentials`. */
export function makeVendingClient(target: FunctionUrlTarget): VendingClient {
  return vendingClientOver(makeFunctionUrlClient(target));
}

export function vendingClientOver(url: FunctionUrlClient): VendingClient {
  const client = makeRouteClient<VendingRoutes>(url);
  return {
    async vendCredentials({ accountId, signal, ...asked }) {
      const body = { version: 1, ...asked, accountIds: [accountId] } as const;
      const read = v.safeParse(credentialsSchema, await client.call('POST /credentials', { body, signal }));
      if (!read.success) throw clientError('client.answerUnreadable');
      return read.output;
    },
  };
}
