import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from './clock.ts';
import { Sha256 } from './sha256.ts';

/**
 * One signed call of an AWS service that speaks JSON 1.1, for services of which so few actions are needed that a client of
 * the SDK would be a dependency too many. It is made once: whoever calls knows what may be repeated.
 */
export type AwsJsonService = {
  /** Of the signature: `cloudtrail`. */
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  /** What stands before the action in `x-amz-target`, as the service's model has it. */
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
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
};

/** As it came, whatever the status. */
export type AwsJsonAnswer = { readonly ok: boolean; readonly status: number; readonly text: string };

/** Rejects with what the credentials or the network rejected with. */
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
