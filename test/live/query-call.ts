import { callQuery as callService } from '../../config/deploy/query-call.ts';
import type { XmlElement } from '../../config/deploy/xml-element.ts';
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

export type QueryParameters = Readonly<Record<string, string>> & { readonly Action: string };

/** One call of an API of AWS's query protocol, as an account's administrator; gives the result of the answer. */
export async function callQuery(
  { service, host, region, version }: QueryApi,
  { administrator }: Pick<Account, 'administrator'>,
  { Action, ...parameters }: QueryParameters,
): Promise<XmlElement> {
  const url = new URL(administrator.endpoint ?? `https://${host}`);
  return callService({ url, service, region, version, credentials: administrator.credentials }, Action, parameters);
}
