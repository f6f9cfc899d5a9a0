import type { FunctionUrlRequest } from '../lambda/function-url-event.ts';
import { decodeUri, type WireRequest } from './wire.ts';

/** `/_url/<function>`, then the path for the function. */
const urlPath = /^\/_url\/([^/]+)(\/.*)?$/;

/** Media types whose body reaches the function as text. The list was measured on AWS, which does not document it. */
const textType = /^(text\/.+|application\/(json|xml|javascript))$/;

export function isFunctionUrlPath(path: string): boolean {
  return path.startsWith('/_url/');
}

/** The function that a path addresses; `undefined` when it addresses none. */
export function functionNameIn(path: string): string | undefined {
  const name = urlPath.exec(path)?.[1];
  return name === undefined ? undefined : decodeUri(name);
}

/** The parts of a verified request that AWS forwards to the function. */
export function functionUrlRequest(request: WireRequest, receivedAtMs: number): FunctionUrlRequest {
  const cookie = request.headers.get('cookie');
  return {
    method: request.method,
    rawPath: urlPath.exec(request.path)?.[2] ?? '/',
    rawQueryString: request.rawQuery,
    query: Object.fromEntries([...request.query].map(([name, values]) => [name, values.join(',')])),
    headers: forwardedHeaders(request),
    cookies: cookie === undefined ? [] : cookie.split(';').map((each) => each.trim()),
    receivedAtMs,
    ...forwardedBody(request),
  };
}

/** The signature is not forwarded; the server sets the addresses, whatever the client wrote there. */
function forwardedHeaders({ headers, sourceIp }: WireRequest): Readonly<Record<string, string>> {
  const kept = [...headers].filter(([name]) => name !== 'authorization' && name !== 'cookie');
  return {
    ...Object.fromEntries(kept),
    'x-forwarded-for': sourceIp,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

function forwardedBody({ headers, body }: WireRequest): Pick<FunctionUrlRequest, 'body' | 'isBase64Encoded'> {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isBase64Encoded = !textType.test(mediaType);
  return { body: Buffer.from(body).toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}
