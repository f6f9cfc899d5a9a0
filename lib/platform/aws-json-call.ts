import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from './clock.ts';
import { Sha256 } from './sha256.ts';

/**
 * Makes one signed call to an AWS service that speaks JSON 1.1. It serves services of which the broker needs so few
 * actions that a client of the SDK would be one dependency too many. The call is made once: the caller knows what may
 * be repeated.
 */
export type AwsJsonService = {
  /** The name of the service in the signature, such as `cloudtrail`. */
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  /** The prefix of the action in `x-amz-target`, from the service's model. */
  readonly target: string;
};

export type AwsJsonDependencies = {
  readonly credentials: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  }>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
};

export type AwsJsonCall = {
  readonly action: string;
  /** A JSON document. */
  readonly body: string;
  readonly signal: AbortSignal;
};

/** The answer as it was received, whatever its status. */
export type AwsJsonAnswer = { readonly ok: boolean; readonly status: number; readonly text: string };

/** Rejects with the error of the credentials or of the network. */
export async function callAwsJson(
  { action, body, signal }: AwsJsonCall,
  service: AwsJsonService,
  dependencies: AwsJsonDependencies,
): Promise<AwsJsonAnswer> {
  const { url, target } = service;
  const headers = {
    host: url.host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${target}.${action}`,
  };
  const signed = await signedHeaders({ headers, body }, service, dependencies);
  const response = await dependencies.fetch(url, { method: 'POST', headers: signed, body, signal });
  return { ok: response.ok, status: response.status, text: await response.text() };
}

async function signedHeaders(
  { headers, body }: { readonly headers: Record<string, string>; readonly body: string },
  { service, region, url }: AwsJsonService,
  { credentials, clock }: AwsJsonDependencies,
): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  const signer = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  });
  const request = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, headers, body };
  const signed = await signer.sign(request, { signingDate: new Date(clock.nowMs()) });
  return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
}
