import { type Service, ServiceError, serviceOf } from '../service.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import type { Codec, Protocol } from './codec.ts';
import { ConnectionReset } from './connection-reset.ts';
import { answerFunctionUrl, functionUrlError } from './function-url.ts';
import { isFunctionUrlPath } from './function-url-request.ts';
import { createJsonCodec } from './json-protocol.ts';
import { lambdaCodec } from './lambda-protocol.ts';
import { createQueryCodec } from './query-protocol.ts';
import { s3Codec } from './s3-protocol.ts';
import type { CheckSignature } from './signature.ts';
import { refusalError } from './signature-refusal.ts';
import type { WireHead, WireResponse } from './wire.ts';

/** By signing name: the service in the credential scope of `Authorization`, for example `sts` or `events`. */
export type ServedServices = Readonly<Record<string, { readonly protocol: Protocol; readonly service: Service }>>;

/** Called with every exception that is no `ServiceError`; the client sees `InternalFailure` only. */
export type LogFailure = (message: string, error: unknown) => void;

export type ReadBody = (limitBytes: number) => Promise<Uint8Array>;
export type AnswerRequest = (head: WireHead, readBody: ReadBody, requestId: string) => Promise<WireResponse>;

type Route = { readonly codec: Codec; readonly service: Service };
type Received = { readonly head: WireHead; readonly readBody: ReadBody; readonly requestId: string };

/**
 * Makes the function that answers every request: it finds the function URL or the service by credential scope, checks
 * the signature, decodes, calls, and encodes the answer or the error.
 */
export function createRouter(deps: {
  readonly services: ServedServices;
  readonly checkSignature: CheckSignature;
  readonly nowMs: () => number;
  readonly log: LogFailure;
}): AnswerRequest {
  const routes = new Map(
    Object.entries(deps.services).map(([signingName, { protocol, service }]): [string, Route] => [
      signingName,
      { codec: createCodec(protocol, signingName), service },
    ]),
  );
  const urls = functionUrlAnswers(deps);
  return async (head, readBody, requestId) => {
    if (isFunctionUrlPath(head.path)) return urls(head, readBody, requestId);
    const signingName = parseAuthorizationHeader(head.headers.get('authorization') ?? '')?.service ?? '';
    const route = routes.get(signingName) ?? unservedRoute(likelyCodec(head), signingName);
    try {
      return await answerVia(route, { head, readBody, requestId }, deps.checkSignature);
    } catch (error) {
      return route.codec.encodeError(asServiceError(error, requestId, deps.log), { head, requestId });
    }
  };
}

/** Without a service named `lambda` there is no function; the signature is checked all the same. */
function functionUrlAnswers(deps: Parameters<typeof createRouter>[0]): AnswerRequest {
  const lambda = deps.services['lambda']?.service ?? serviceOf({});
  const complain = (problem: string) => deps.log('function URL', problem);
  return async (head, readBody, requestId) => {
    try {
      return await answerFunctionUrl({ ...deps, lambda, complain }, { head, readBody, requestId });
    } catch (error) {
      return functionUrlError(asServiceError(error, requestId, deps.log));
    }
  };
}

async function answerVia(
  { codec, service }: Route,
  { head, readBody, requestId }: Received,
  checkSignature: CheckSignature,
): Promise<WireResponse> {
  const verification = await checkSignature({ ...head, body: await readBody(codec.bodyLimitBytes) });
  if (!verification.verified) throw refusalError(verification.refusal, codec.family);
  const { action, input } = codec.decode(verification.request);
  const answer = await service(action, {
    caller: verification.caller,
    input,
    requestId,
    region: verification.claim.region,
    sourceIp: head.sourceIp,
    userAgent: head.headers.get('user-agent') ?? '',
  });
  return codec.encode(answer, { action, head, requestId });
}

function createCodec(protocol: Protocol, signingName: string): Codec {
  switch (protocol) {
    case 'query':
      return createQueryCodec(signingName);
    case 'json-1.0':
      return createJsonCodec(signingName, '1.0');
    case 'json-1.1':
      return createJsonCodec(signingName, '1.1');
    case 'lambda':
      return lambdaCodec;
    case 's3':
      return s3Codec;
  }
}

/** Without a readable credential scope, the shape of the request decides in which protocol it is refused. */
function likelyCodec(head: WireHead): Codec {
  if (head.headers.has('x-amz-target')) return createJsonCodec('kms', '1.1');
  if (/^\/\d{4}-\d\d-\d\d\//.test(head.path)) return lambdaCodec;
  if (head.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return createQueryCodec('sts');
  return s3Codec;
}

/** Refuses in the likely protocol, and only after the signature check: only known callers learn what exists here. */
function unservedRoute(codec: Codec, signingName: string): Route {
  const decode = () => {
    throw new ServiceError('NotImplemented', 501, `the embedded stack has no service named ${signingName}`);
  };
  return { codec: { ...codec, decode }, service: serviceOf({}) };
}

/** Rethrows an error after which no answer must be sent. */
function asServiceError(error: unknown, requestId: string, log: LogFailure): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof ConnectionReset) throw error;
  log(`request ${requestId} failed inside the embedded stack`, error);
  return new ServiceError('InternalFailure', 500, 'the embedded stack failed; its log says why');
}
