import { SignatureV4 } from '@smithy/signature-v4';
import { NodeSha256 } from '../http/node-sha256.ts';

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };

/**
 * Makes one call of the IAM API, signed as a customer's tool would sign it. Returns IAM's answer, and throws an error
 * with it when IAM refuses.
 */
export async function callIam(
  action: string,
  parameters: Readonly<Record<string, string>>,
  { endpoint, keys }: { readonly endpoint: string; readonly keys: Keys },
): Promise<string> {
  const { host, hostname, port, protocol } = new URL(endpoint);
  const signer = new SignatureV4({ service: 'iam', region: 'us-east-1', credentials: keys, sha256: NodeSha256 });
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }).toString();
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  });
  const answer = await fetch(endpoint, { method: 'POST', headers: signed.headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`IAM ${action} answered ${answer.status}: ${text}`);
  return text;
}
