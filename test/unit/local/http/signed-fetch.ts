import { request as httpRequest } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { NodeSha256 } from '../../../../local/http/node-sha256.ts';
import type { Keys } from './stack-fixture.ts';

export type RawRequest = {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string;
};

export type RawAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type SigningOptions = {
  readonly endpoint: string;
  readonly service: string;
  readonly keys: Keys;
  /** The client's clock. */
  readonly signingDate?: Date;
  /** `false` leaves `x-amz-content-sha256` away, as the AWS CLI does outside S3. */
  readonly sendContentHash?: boolean;
};

/** Signs a hand-made request as a client does. */
export async function signRaw(request: RawRequest, options: SigningOptions): Promise<RawRequest> {
  const signer = new SignatureV4({
    credentials: options.keys,
    region: 'eu-west-1',
    service: options.service,
    sha256: NodeSha256,
    uriEscapePath: options.service !== 's3',
    applyChecksum: options.sendContentHash ?? true,
  });
  const { host } = new URL(options.endpoint);
  const signed = await signer.sign(
    { ...request, headers: { ...request.headers, host }, protocol: 'http:', hostname: host },
    options.signingDate === undefined ? {} : { signingDate: options.signingDate },
  );
  return { ...request, headers: signed.headers };
}

/** Sends exactly what it is given: no header of its own but the length. */
export function sendRaw(endpoint: string, request: RawRequest): Promise<RawAnswer> {
  const query = new URLSearchParams(request.query ?? {}).toString();
  const path = query === '' ? request.path : `${request.path}?${query}`;
  const { hostname, port } = new URL(endpoint);
  const options = { hostname, port, path, method: request.method, headers: request.headers, agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(options, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () =>
        resolve({
          statusCode: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
