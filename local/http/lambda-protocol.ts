import { ServiceError } from '../service.ts';
import type { Codec, DecodedCall } from './codec.ts';
import { jsonErrorCode } from './json-protocol.ts';
import { decodeUri, queryValue, type WireRequest, type WireResponse } from './wire.ts';

const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/** Lambda's REST-JSON protocol, as far as `Invoke` needs it: the payload is the body, everything else is in headers. */
export const lambdaCodec: Codec = {
  family: 'json',
  // Lambda accepts 6 MB of payload for a synchronous invocation; the service itself refuses a larger one.
  bodyLimitBytes: 7_340_032,
  decode,
  encode(answer): WireResponse {
    const { StatusCode, FunctionError, ExecutedVersion, LogResult, Payload } = answer;
    return {
      statusCode: typeof StatusCode === 'number' ? StatusCode : 200,
      headers: {
        'content-type': 'application/json',
        ...(typeof FunctionError === 'string' && { 'x-amz-function-error': FunctionError }),
        ...(typeof ExecutedVersion === 'string' && { 'x-amz-executed-version': ExecutedVersion }),
        ...(typeof LogResult === 'string' && { 'x-amz-log-result': LogResult }),
      },
      body: Payload instanceof Uint8Array ? Payload : '',
    };
  },
  encodeError(error): WireResponse {
    const type = error.statusCode < 500 ? 'User' : 'Service';
    return {
      statusCode: error.statusCode,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': jsonErrorCode(error.code) },
      // Most of Lambda's error shapes have `Message`; the rest have `message`, which all SDKs read.
      body: JSON.stringify({ Type: type, Message: error.message, message: error.message }),
    };
  },
};

function decode(request: WireRequest): DecodedCall {
  const name = invocationPath.exec(request.path)?.[1];
  if (request.method !== 'POST' || name === undefined) {
    throw new ServiceError('UnknownOperationException', 404, 'of Lambda, the embedded stack has only Invoke');
  }
  const header = (headerName: string) => request.headers.get(headerName);
  const optional = {
    LogType: header('x-amz-log-type'),
    ClientContext: header('x-amz-client-context'),
    Qualifier: queryValue(request, 'Qualifier'),
    TenantId: header('x-amz-tenant-id'),
  };
  return {
    action: 'Invoke',
    input: {
      FunctionName: decodeUri(name),
      InvocationType: header('x-amz-invocation-type') ?? 'RequestResponse',
      Payload: request.body,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
  };
}
