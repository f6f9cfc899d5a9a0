import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Codec } from '../../../local/http/codec.ts';
import { createJsonCodec } from '../../../local/http/json-protocol.ts';
import { lambdaCodec } from '../../../local/http/lambda-protocol.ts';
import { createQueryCodec } from '../../../local/http/query-protocol.ts';
import type { WireRequest, WireResponse } from '../../../local/http/wire.ts';
import { ServiceError } from '../../../local/service.ts';
import { type Item, isItem } from '../../support/faulty-world/expressions.ts';
import { CutShort, namedError } from '../../support/faulty-world/faults.ts';
import type { Services } from '../../support/faulty-world/pipeline.ts';
import { commandOf, wireAnswer } from './sent-commands.ts';

/** What an SDK client hands to its request handler, as far as it is looked at. */
export type SentRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
};
type Answered = { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: unknown };
export type WireHandler = { handle(request: SentRequest): Promise<{ readonly response: Answered }> };

const codecs: ReadonlyMap<string, Codec> = new Map([
  ['dynamodb', createJsonCodec('dynamodb', '1.0')],
  ['sqs', createJsonCodec('sqs', '1.0')],
  ['kms', createJsonCodec('kms', '1.1')],
  ['sts', createQueryCodec('sts')],
  ['lambda', lambdaCodec],
]);

/**
 * The services of the world behind AWS's wire protocols, without a socket: requests of real SDK clients in, responses
 * out. What breaks a call in the world breaks it here as HTTP does: a connection that is reset before or after the
 * effect, a status and a code, a body that breaks off.
 *
 * @param told of each request with the signing name of its service.
 */
export function servicesOnTheWire(services: Services, told: (service: string) => void): WireHandler {
  let count = 0;
  async function handle(request: SentRequest) {
    const service = signingName(request);
    const codec = codecs.get(service);
    if (codec === undefined) throw new Error(`nobody here should call ${service}`);
    told(service);
    count += 1;
    const wire = wireRequest(request);
    const { action, input } = codec.decode(wire);
    const command = commandOf({ service, action, input });
    const [outcome] = await Promise.allSettled([sendTo(services, service, command)]);
    const context = { head: wire, action, requestId: `wire-${count}`, codec, input, count };
    return { response: answerTo(outcome, context) };
  }
  return { handle };
}

type Context = Parameters<Codec['encode']>[1] & { readonly codec: Codec; readonly input: Item; readonly count: number };

function answerTo(outcome: PromiseSettledResult<unknown>, context: Context): Answered {
  if (outcome.status === 'fulfilled') return whole(encoded(outcome.value, context));
  const { reason } = outcome;
  if (reason instanceof CutShort) {
    const { whole: all } = reason;
    return cut(all.status === 'fulfilled' ? encoded(all.value, context) : refused(all.reason, context), context);
  }
  return whole(refused(reason, context));
}

function encoded(answer: unknown, { codec, input, ...context }: Context): WireResponse {
  const { $metadata: metadata, ...members } = isItem(answer) ? answer : {};
  const body = input['MessageBody'];
  const sent = typeof body === 'string' ? { MessageId: 'sent', MD5OfMessageBody: md5(body) } : {};
  const requestId = requestIdIn(metadata) ?? context.requestId;
  const response = codec.encode({ ...wireAnswer(members), ...sent }, { ...context, requestId });
  return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } };
}

/** The error of the world as the answer of a service, or thrown, as a connection breaks. */
function refused(error: unknown, context: Context): WireResponse {
  const name = error instanceof Error ? error.name : 'Error';
  if (name === 'TimeoutError') throw brokenConnection(context.count);
  const metadata = isItem(error) ? error['$metadata'] : undefined;
  const status = statusIn(metadata) ?? STATUS.get(name);
  if (status === undefined) throw error;
  const requestId = requestIdIn(metadata) ?? context.requestId;
  const response = context.codec.encodeError(new ServiceError(name, status, 'of the world'), { ...context, requestId });
  return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } };
}

const STATUS: ReadonlyMap<string, number> = new Map([
  ['ThrottlingException', 400],
  ['TooManyRequestsException', 429],
  ['ConditionalCheckFailedException', 400],
  ['InvalidCiphertextException', 400],
  ['ResourceNotFoundException', 404],
  ['InternalServerError', 500],
]);

/** The ways in which Node tells that nothing came back. */
function brokenConnection(count: number): Error {
  if (count % 3 === 0) return namedError('TimeoutError');
  return namedError('Error', { code: count % 3 === 1 ? 'ECONNRESET' : 'EPIPE' });
}

function whole({ statusCode, headers, body }: WireResponse): Answered {
  return { statusCode, headers: { ...headers }, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** Half of the body, and then nothing more or the end of the connection. */
function cut({ statusCode, headers, body }: WireResponse, { count }: Context): Answered {
  const bytes = Buffer.from(body);
  const half = bytes.subarray(0, Math.floor(bytes.length * ((count % 9) / 10 + 0.1)));
  async function* parts() {
    yield half;
    if (count % 2 === 0) throw namedError('Error', { code: 'ECONNRESET' });
  }
  return { statusCode, headers: { ...headers }, body: Readable.from(parts()) };
}

function sendTo(services: Services, service: string, command: unknown): Promise<unknown> {
  const { dynamo, ...others } = services;
  const client = new Map<string, object>(Object.entries({ dynamodb: dynamo, ...others })).get(service);
  const send = client !== undefined && 'send' in client ? client.send : undefined;
  if (typeof send !== 'function') throw new Error(`there is no ${service} in this world`);
  return Reflect.apply(send, client, [command]);
}

function wireRequest({ method, path, headers, body }: SentRequest): WireRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : '');
  return { method, path, query: new Map(), rawQuery: '', headers: new Map(lower), sourceIp: '192.0.2.1', body: bytes };
}

/** Of the credential scope of the signature. */
function signingName({ headers }: SentRequest): string {
  const signature = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  return /Credential=[^/]+\/\d{8}\/[^/]+\/([a-z]+)\/aws4_request/.exec(signature)?.[1] ?? 'an unsigned service';
}

function requestIdIn(metadata: unknown): string | undefined {
  const id = isItem(metadata) ? metadata['requestId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function statusIn(metadata: unknown): number | undefined {
  const status = isItem(metadata) ? metadata['httpStatusCode'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
