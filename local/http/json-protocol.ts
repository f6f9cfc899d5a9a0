import { ServiceError } from '../service.ts';
import type { Codec, DecodedCall } from './codec.ts';
import { type JsonDialect, jsonDialects } from './json-dialects.ts';
import { fromWireJson, toWireJson } from './json-members.ts';
import type { WireRequest } from './wire.ts';

/** AWS JSON 1.0 and 1.1 (DynamoDB, SQS, EventBridge, KMS, CloudTrail): `X-Amz-Target` names the operation. */
export function createJsonCodec(signingName: string, version: '1.0' | '1.1'): Codec {
  const dialect = jsonDialects.get(signingName);
  if (dialect === undefined) throw new Error(`no JSON dialect is known for the service ${signingName}`);
  const contentType = `application/x-amz-json-${version}`;
  return {
    family: 'json',
    // DynamoDB's largest request is 16 MB, the largest of the JSON services.
    bodyLimitBytes: 17_825_792,
    decode: (request) => decode(request, dialect),
    encode: (answer) => ({
      statusCode: 200,
      headers: { 'content-type': contentType },
      body: JSON.stringify(toWireJson(answer)),
    }),
    encodeError(error) {
      const code = jsonErrorCode(error.code);
      return {
        statusCode: error.statusCode,
        headers: { 'content-type': contentType, 'x-amzn-errortype': code, ...queryErrorHeader(error, dialect) },
        body: JSON.stringify({ __type: `${dialect.errorPrefix}${code}`, message: error.message }),
      };
    },
  };
}

/** Services say `AccessDenied`, as STS and S3 have it on the wire; the JSON protocols append `Exception`. */
export function jsonErrorCode(code: string): string {
  if (code === 'AccessDenied') return 'AccessDeniedException';
  return code === 'RequestEntityTooLarge' ? 'RequestEntityTooLargeException' : code;
}

/** Parses a JSON object; an empty body is an empty input. Throws `SerializationException`. */
function parseJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.byteLength === 0) return {};
  const notAnObject = new ServiceError('SerializationException', 400, 'the request body must be a JSON object');
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (isRecord(parsed)) return parsed;
  } catch {
    throw notAnObject;
  }
  throw notAnObject;
}

function decode(request: WireRequest, dialect: JsonDialect): DecodedCall {
  const target = request.headers.get('x-amz-target') ?? '';
  const dot = target.lastIndexOf('.');
  const [prefix, action] = [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)];
  const isKnown = prefix === dialect.targetPrefix || prefix === dialect.formerTargetPrefix;
  if (request.method !== 'POST' || !isKnown || action === '') {
    throw new ServiceError(
      'UnknownOperationException',
      400,
      `X-Amz-Target must be ${dialect.targetPrefix}.<operation>`,
    );
  }
  const input = fromWireJson(parseJsonObject(request.body), dialect);
  return { action, input: isRecord(input) ? input : {} };
}

function queryErrorHeader(error: ServiceError, dialect: JsonDialect): Record<string, string> {
  if (dialect.queryErrorCodes === undefined) return {};
  const code = dialect.queryErrorCodes.get(error.code) ?? error.code;
  return { 'x-amzn-query-error': `${code};${error.statusCode < 500 ? 'Sender' : 'Receiver'}` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
