import { roleCredentials } from './environment.ts';

/**
 * Where a deployed function's own credentials come from: its environment, into which Lambda puts its role's session,
 * and nowhere else. The bundler puts this in the place of the SDK's default chain, which would also look at profile
 * files, the metadata endpoint, SSO and commands, and which brings an STS client into every bundle.
 */
export function defaultProvider(): () => Promise<ReturnType<typeof roleCredentials>> {
  return async () => roleCredentials();
}
