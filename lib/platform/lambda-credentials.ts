import { roleCredentials } from './environment.ts';

/**
 * A deployed function takes its credentials from its environment, where Lambda puts the session of the function's role,
 * and from nowhere else. The bundler substitutes this for the SDK's default chain, which would also look at profile
 * files, the metadata endpoint, SSO and commands, and which brings an STS client into every bundle.
 */
export function defaultProvider(): () => Promise<ReturnType<typeof roleCredentials>> {
  return async () => roleCredentials();
}
