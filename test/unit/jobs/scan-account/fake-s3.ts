import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export type FakeBucket = {
  readonly name: string;
  readonly region?: string;
  /** The four settings, in the order of the XML; left out: no configuration. */
  readonly publicAccessBlock?: readonly [boolean, boolean, boolean, boolean];
  /** Left out: no configuration. */
  readonly algorithm?: string;
  readonly denied?: boolean;
};

export type FakeS3 = {
  readonly calls: { region: string; accessKeyId: string; path: string }[];
  /** Clients that were made and not yet destroyed. */
  openClients: number;
  makeS3(config: S3ClientConfig): S3Client;
  close(): Promise<void>;
};

/** S3 over HTTP, as far as the scan sees it: it answers for a bucket only in the bucket's own region. */
export async function startFakeS3(
  buckets: readonly FakeBucket[],
  { pageSize = 1_000, listDenied = false as boolean | 'afterwards', listBreaks = false } = {},
): Promise<FakeS3> {
  const server = createServer((incoming, outgoing) => answer(incoming, outgoing));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const fake: FakeS3 = {
    calls: [],
    openClients: 0,
    makeS3(config) {
      fake.openClients += 1;
      const client = new S3Client({ region: 'eu-west-1', ...config, endpoint: endpointOf(server), maxAttempts: 1 });
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

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', 'http://s3');
    const [, accessKeyId = '', region = ''] =
      /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    fake.calls.push({ region, accessKeyId, path: `${url.pathname}${url.search}` });
    const [status, body] = url.pathname === '/' ? list(url) : read(url, region);
    outgoing.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQUEST1' });
    outgoing.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
  }

  function list(url: URL): Answer {
    const lists = fake.calls.filter(({ path }) => path.startsWith('/?')).length;
    if (listBreaks && lists > 1) return failure(500, 'InternalError');
    if (listDenied === true || (listDenied === 'afterwards' && lists > 1)) return failure(403, 'AccessDenied');
    const from = Number(url.searchParams.get('continuation-token') ?? '0');
    const size = Math.min(pageSize, Number(url.searchParams.get('max-buckets') ?? '0'));
    const page = buckets.slice(from, from + size).map(({ name, region = 'eu-west-1' }) => {
      return `<Bucket><Name>${name}</Name><BucketRegion>${region}</BucketRegion></Bucket>`;
    });
    const next = from + size < buckets.length ? `<ContinuationToken>${from + size}</ContinuationToken>` : '';
    return [200, `<ListAllMyBucketsResult><Buckets>${page.join('')}</Buckets>${next}</ListAllMyBucketsResult>`];
  }

  function read(url: URL, region: string): Answer {
    const bucket = buckets.find(({ name }) => `/${name}` === url.pathname.replace(/\/$/, ''));
    if (bucket === undefined) return failure(404, 'NoSuchBucket');
    if ((bucket.region ?? 'eu-west-1') !== region) return failure(400, 'AuthorizationHeaderMalformed');
    if (bucket.denied === true) return failure(403, 'AccessDenied');
    return url.searchParams.has('publicAccessBlock') ? publicAccess(bucket) : encryption(bucket);
  }
  return fake;
}

type Answer = readonly [status: number, body: string];

function publicAccess({ publicAccessBlock }: FakeBucket): Answer {
  if (publicAccessBlock === undefined) return failure(404, 'NoSuchPublicAccessBlockConfiguration');
  const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
  const settings = names.map((name, index) => `<${name}>${publicAccessBlock[index]}</${name}>`);
  return [200, `<PublicAccessBlockConfiguration>${settings.join('')}</PublicAccessBlockConfiguration>`];
}

function encryption({ algorithm }: FakeBucket): Answer {
  if (algorithm === undefined) return failure(404, 'ServerSideEncryptionConfigurationNotFoundError');
  const rule = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault>`;
  return [200, `<ServerSideEncryptionConfiguration><Rule>${rule}</Rule></ServerSideEncryptionConfiguration>`];
}

function failure(status: number, code: string): Answer {
  return [status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`];
}

function endpointOf(server: Server): string {
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}
