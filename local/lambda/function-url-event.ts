import type { Caller } from '../iam/caller.ts';

/** A request to a function URL as it came over the wire, after its signature was checked. */
export type FunctionUrlRequest = {
  readonly method: string;
  /** Percent-encoded, without `/_url/<function>`. */
  readonly rawPath: string;
  /** Without the question mark; empty when there is no query. */
  readonly rawQueryString: string;
  /** Decoded; the values of a repeated parameter are joined with commas. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly receivedAtMs: number;
};

type EventFacts = {
  readonly request: FunctionUrlRequest;
  readonly functionName: string;
  /** The account of the function's owner, which need not be the caller's. */
  readonly accountId: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly sourceIp: string;
};

/**
 * The event that a function behind a URL with `AWS_IAM` gets: payload format 2.0, as documented in
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html. The function's name stands for the URL's id.
 */
export function functionUrlEvent(facts: EventFacts): object {
  const { request } = facts;
  const { rawPath, rawQueryString, headers, query, cookies, body, isBase64Encoded } = request;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: query }),
    requestContext: requestContext(facts),
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

function requestContext({ request, functionName, accountId, caller, requestId, sourceIp }: EventFacts): object {
  const { method, rawPath, headers, receivedAtMs } = request;
  const { accessKeyId: accessKey, accountId: callerAccountId, userId, arn: userArn } = caller;
  return {
    accountId,
    apiId: functionName,
    authentication: null,
    authorizer: {
      iam: {
        accessKey,
        accountId: callerAccountId,
        callerId: userId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn,
        userId,
      },
    },
    domainName: headers['host'] ?? '',
    domainPrefix: functionName,
    http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: logTime(receivedAtMs),
    timeEpoch: receivedAtMs,
  };
}

/** `21/Nov/2026:03:07:03 +0000`. */
function logTime(epochMs: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(epochMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
