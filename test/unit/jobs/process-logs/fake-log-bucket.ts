import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export type FakeObject =
  | Uint8Array
  /** Answered with an error of this name. */
  | { readonly refused: string }
  /** The first bytes of a larger object, after which the connection breaks, or nothing more comes. */
  | { readonly begins: Uint8Array; readonly endsSo: 'breaks' | 'stalls' };

export type FakeLogBucket = {
  /** What was asked for: `list`, or the key of an object; and in which region. */
  readonly calls: { readonly asked: string; readonly region: string }[];
  /** Clients that were made and not yet destroyed. */
  openClients: number;
  /** Objects that were being answered at the same time, at the most. */
  mostAtOnce: number;
  makeS3(config: S3ClientConfig): S3Client;
  close(): Promise<void>;
};

export type FakeLogBucketOptions = {
  readonly region?: string;
  readonly pageSize?: number;
  /** From this page on, listing is denied. */
  readonly listDeniedFrom?: number;
};

/** One bucket of S3 over HTTP, as far as the job sees it; it answers in its own region only. */
export async function startFakeLogBucket(
  objects: Readonly<Record<string, FakeObject>>,
  { region = 'eu-west-1', pageSize = 1_000, listDeniedFrom = Number.POSITIVE_INFINITY }: FakeLogBucketOptions = {},
): Promise<FakeLogBucket> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let atOnce = 0;
  const fake: FakeLogBucket = {
    calls: [],
    openClients: 0,
    mostAtOnce: 0,
    makeS3(config) {
      fake.openClients += 1;
      const endpoint = `http://127.0.0.1:${port}`;
      const client = new S3Client({ region: 'eu-west-1', ...config, endpoint, maxAttempts: 1 });
      const destroy = client.destroy.bind(client);
      client.destroy = () => {
        fake.openClients -= 1;
        destroy();
      };
      return client;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return fake;

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', 'http://s3');
    const [, signedFor = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    fake.calls.push({ asked: key === '' ? 'list' : key, region: signedFor });
    if (signedFor !== region) fail(outgoing, 301, 'PermanentRedirect', { 'x-amz-bucket-region': region });
    else if (key === '') list(outgoing, url.searchParams);
    else send(outgoing, objects[key]);
  }

  function list(outgoing: ServerResponse, query: URLSearchParams): unknown {
    const prefix = query.get('prefix') ?? '';
    const from = Number(query.get('continuation-token') ?? '0');
    if (from / pageSize >= listDeniedFrom) return fail(outgoing, 403, 'AccessDenied');
    const keys = Object.keys(objects).filter((key) => key.startsWith(prefix));
    const to = from + Math.min(pageSize, Number(query.get('max-keys') ?? '1000'));
    const contents = keys
      .slice(from, to)
      .map((key) => `<Contents><Key>${key}</Key><Size>${sizeOf(key)}</Size></Contents>`);
    const next = to < keys.length ? `<NextContinuationToken>${to}</NextContinuationToken>` : '';
    outgoing.writeHead(200, { 'content-type': 'application/xml' });
    return outgoing.end(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`);
  }

  function sizeOf(key: string): number {
    const object = objects[key];
    return object instanceof Uint8Array ? object.length : 1;
  }

  function send(outgoing: ServerResponse, object: FakeObject | undefined): unknown {
    if (object === undefined) return fail(outgoing, 404, 'NoSuchKey');
    if ('refused' in object) return fail(outgoing, 403, object.refused);
    atOnce += 1;
    fake.mostAtOnce = Math.max(fake.mostAtOnce, atOnce);
    outgoing.once('close', () => {
      atOnce -= 1;
    });
    const bytes = 'begins' in object ? object.begins : object;
    outgoing.writeHead(200, { 'content-length': bytes.length + ('begins' in object ? 100 : 0) });
    if (!('begins' in object)) return setTimeout(() => outgoing.end(bytes), 3);
    return outgoing.write(bytes, () => object.endsSo === 'breaks' && setTimeout(() => outgoing.destroy(), 20));
  }
}

function fail(outgoing: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): unknown {
  outgoing.writeHead(status, { 'content-type': 'application/xml', ...headers });
  return outgoing.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
