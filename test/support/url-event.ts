export const OPERATOR = 'arn:aws:sts::111111111111:assumed-role/operators/jane';

export type UrlCall = {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** An object becomes JSON; a text is sent as it stands. */
  readonly body?: unknown;
  readonly caller?: string;
};

/** The event of a signed request to a function URL, payload 2.0, with what Lambda puts into it. */
export function urlEvent({ method = 'GET', path = '/', query = '', body, caller = OPERATOR }: UrlCall = {}) {
  const accountId = caller.split(':')[4] ?? '';
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { 'content-type': 'application/json' },
    requestContext: {
      accountId: '111111111111',
      authentication: null,
      authorizer: {
        iam: { accessKey: 'ASIATEST', accountId, callerId: 'AROATEST:jane', userArn: caller, userId: 'AROATEST:jane' },
      },
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'url-request-1',
    },
    ...(text === undefined ? {} : { body: text }),
    isBase64Encoded: false,
  };
}
