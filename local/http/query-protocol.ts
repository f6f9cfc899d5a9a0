import { ServiceError } from '../service.ts';
import type { Codec, DecodedCall, ErrorContext } from './codec.ts';
import { nestQueryParameters } from './query-input.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { toXmlValue, writeXmlDocument } from './xml.ts';

/** The API versions; they also name the XML namespace of the answers. */
const versions: ReadonlyMap<string, string> = new Map([
  ['sts', '2011-06-15'],
  ['iam', '2010-05-08'],
]);

/** Operations that answer with an empty result element; other operations without an answer have no result element. */
const EMPTY_RESULTS: ReadonlySet<string> = new Set(['UpdateRole']);

/** The AWS query protocol (STS, IAM): form parameters in, XML out. */
export function createQueryCodec(signingName: string): Codec {
  const version = versions.get(signingName);
  if (version === undefined) throw new Error(`no API version is known for the query service ${signingName}`);
  const namespace = `https://${signingName}.amazonaws.com/doc/${version}/`;
  return {
    family: 'query',
    bodyLimitBytes: 1_048_576,
    decode: (request) => decode(request, version),
    encode(answer, { action, requestId }) {
      const body = {
        ...((Object.keys(answer).length > 0 || EMPTY_RESULTS.has(action)) && {
          [`${action}Result`]: toXmlValue(answer),
        }),
        ResponseMetadata: { RequestId: requestId },
      };
      return xmlResponse(200, writeXmlDocument({ name: `${action}Response`, namespace }, body, 'member'));
    },
    encodeError: (error, context) => encodeError({ error, context, namespace }),
  };
}

function decode(request: WireRequest, version: string): DecodedCall {
  const contentType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (request.method !== 'POST' || contentType !== 'application/x-www-form-urlencoded') {
    throw new ServiceError('MalformedHttpRequest', 400, 'send the parameters as the form of a POST');
  }
  const parameters = [...new URLSearchParams(Buffer.from(request.body).toString('utf8'))];
  const action = onlyValue(parameters, 'Action');
  const given = onlyValue(parameters, 'Version');
  if (given !== version) {
    throw new ServiceError('InvalidAction', 400, `could not find operation ${action} for version ${given}`);
  }
  if (!/^[A-Z][A-Za-z0-9]{0,63}$/.test(action)) throw new ServiceError('InvalidAction', 400, 'no such operation');
  return { action, input: nestQueryParameters(parameters) };
}

function onlyValue(parameters: readonly (readonly [string, string])[], name: string): string {
  const [first, ...more] = parameters.filter(([key]) => key === name);
  if (first === undefined) throw new ServiceError('MissingAction', 400, `the request has no parameter ${name}`);
  if (more.length > 0) throw new ServiceError('MalformedQueryString', 400, `the parameter ${name} is given twice`);
  return first[1];
}

function encodeError(input: { error: ServiceError; context: ErrorContext; namespace: string }): WireResponse {
  const { error, context, namespace } = input;
  const body = {
    Error: {
      Type: error.statusCode < 500 ? 'Sender' : 'Receiver',
      Code: error.code === 'UnknownOperationException' ? 'InvalidAction' : error.code,
      Message: error.message,
    },
    RequestId: context.requestId,
  };
  return xmlResponse(error.statusCode, writeXmlDocument({ name: 'ErrorResponse', namespace }, body, 'member'));
}

function xmlResponse(statusCode: number, body: string): WireResponse {
  return { statusCode, headers: { 'content-type': 'text/xml' }, body };
}
