import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../lib/platform/sha256.ts';

export type AwsPlace = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** One operation of the query protocol, with its parameters. */
export type QueryCall = {
  readonly service: 'cloudformation' | 'iam';
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
};

/** Source: CloudFormation API Reference and IAM API Reference, the version in every example. */
const VERSION = { cloudformation: '2010-05-15', iam: '2010-05-08' } as const;

/**
 * Calls a service that the project depends on no client of, over the query protocol, and gives the XML of the answer.
 * Throws what the service says where it refuses.
 */
export async function callQuery(
  { endpoint, region, credentials }: AwsPlace,
  { service, action, parameters }: QueryCall,
): Promise<string> {
  const { host, hostname } = new URL(endpoint);
  const body = new URLSearchParams({ Action: action, Version: VERSION[service], ...parameters }).toString();
  const signer = new SignatureV4({ service, sha256: Sha256, region, credentials });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    path: '/',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const answer = await fetch(`${endpoint}/`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${elements(text, 'Message')[0] ?? text.slice(0, 300)}`);
  return text;
}

/** The contents of every element of this name, none of which holds another of its own name. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map(([, content = '']) => unescaped(content));
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
