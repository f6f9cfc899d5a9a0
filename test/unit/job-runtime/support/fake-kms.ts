import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import { closeServer, listen, portOf, textOf } from './dynamo-server.ts';

export const ENVELOPE_KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-000000000001';

const decryptSchema = v.object({
  CiphertextBlob: v.string(),
  EncryptionContext: v.record(v.string(), v.string()),
  KeyId: v.optional(v.string()),
});

/** KMS as far as a job sees it: `Decrypt`, over HTTP, of keys that the test has wrapped. */
export type FakeKms = {
  readonly endpoint: string;
  readonly client: KMSClient;
  /** Every answer's plaintext as the client got it, to look at afterwards. */
  readonly plaintexts: Uint8Array[];
  calls: number;
  wrap(dataKey: Uint8Array, context: Readonly<Record<string, string>>): Uint8Array;
  /** The names of errors for the next calls. */
  failNext(names: readonly string[]): void;
  close(): Promise<void>;
};

export async function startFakeKms(): Promise<FakeKms> {
  const wrapped = new Map<string, { dataKey: Uint8Array; context: Readonly<Record<string, string>> }>();
  let failures: string[] = [];
  const server = await listen(
    createServer((incoming, outgoing) => {
      void textOf(incoming).then((body) => answer(v.parse(decryptSchema, JSON.parse(body)), outgoing));
    }),
  );
  const endpoint = `http://127.0.0.1:${portOf(server)}`;
  const client = new KMSClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const fake: FakeKms = {
    endpoint,
    client,
    plaintexts: [],
    calls: 0,
    wrap(dataKey, context) {
      const blob = randomBytes(64);
      wrapped.set(blob.toString('base64'), { dataKey: Uint8Array.from(dataKey), context });
      return blob;
    },
    failNext: (names) => {
      failures = [...names];
    },
    close: () => closeServer(server),
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const read = v.safeParse(v.object({ Plaintext: v.instance(Uint8Array) }), result.output);
      if (read.success) fake.plaintexts.push(read.output.Plaintext);
      return result;
    },
    { step: 'initialize' },
  );

  function answer(input: v.InferOutput<typeof decryptSchema>, outgoing: ServerResponse): void {
    fake.calls += 1;
    const known = wrapped.get(input.CiphertextBlob);
    const refusal = failures.shift() ?? refusalOf(input, known?.context);
    if (refusal !== undefined || known === undefined) respond(outgoing, 400, { __type: refusal, message: 'no' });
    else respond(outgoing, 200, { KeyId: input.KeyId, Plaintext: Buffer.from(known.dataKey).toString('base64') });
  }
  return fake;
}

function refusalOf(
  input: v.InferOutput<typeof decryptSchema>,
  context: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (!isDeepStrictEqual(context, input.EncryptionContext)) return 'InvalidCiphertextException';
  return input.KeyId === ENVELOPE_KEY_ARN ? undefined : 'IncorrectKeyException';
}

function respond(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  outgoing.end(JSON.stringify(body));
}
