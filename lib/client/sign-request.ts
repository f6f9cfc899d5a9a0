import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../platform/sha256.ts';
import { clientError } from './api-error.ts';

/** The key pair or the session of the calling principal. */
export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/** Called before each request, so that a renewed session is used. */
export type CredentialProvider = () => Promise<AwsCredentials>;

export type UnsignedRequest = {
  readonly method: string;
  readonly url: URL;
  /** A JSON document; undefined means that the request has no body. */
  readonly body?: string | undefined;
};

export type SignRequest = (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;

/**
 * Makes the signature that a function URL with IAM authorisation requires: AWS Signature Version 4 for the service
 * `lambda`. Returns the headers of the request; the signature covers the host, but `fetch` sends that header itself.
 * Source: Lambda Developer Guide, "Control access to Lambda function URLs".
 */
export function makeSignRequest({
  region,
  credentials,
}: {
  region: string;
  credentials: CredentialProvider;
}): SignRequest {
  return async ({ method, url, body }) => {
    const signer = new SignatureV4({
      service: 'lambda',
      region,
      sha256: Sha256,
      credentials: await usable(credentials),
    });
    const { headers } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    });
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'));
  };
}

async function usable(credentials: CredentialProvider) {
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  } catch (cause) {
    throw clientError('client.credentialsMissing', { detail: cause instanceof Error ? cause.message : '', cause });
  }
}
