import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lib/platform/sha256.ts';
import type { Account } from './ground.ts';

export type QueryApi = {
  readonly service: string;
  readonly host: string;
  readonly region: string;
  readonly version: string;
};

/** IAM has one endpoint a partition; these are those of `aws`. Source: AWS General Reference, service endpoints. */
export const IAM: QueryApi = { service: 'iam', host: 'iam.amazonaws.com', region: 'us-east-1', version: '2010-05-08' };

export function cloudWatchIn(region: string): QueryApi {
  return { service: 'monitoring', host: `monitoring.${region}.amazonaws.com`, region, version: '2010-08-01' };
}

/** One signed call of an API of AWS's query protocol, for services whose SDK client is not among our dependencies. */
export async function callQuery(
  api: QueryApi,
  { administrator }: Pick<Account, 'administrator'>,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const url = new URL(administrator.endpoint ?? `https://${api.host}`);
  const { service, region } = api;
  const signer = new SignatureV4({ service, region, credentials: administrator.credentials, sha256: Sha256 });
  const body = new URLSearchParams({ ...parameters, Version: api.version }).toString();
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  });
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.ok) return text;
  const error = new Error(`${parameters['Action']} answered ${answer.status}: ${text}`);
  error.name = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'QueryError';
  throw error;
}
