import { type Service, ServiceError } from '../service.ts';
import { functionUrlResponse } from './function-url-answer.ts';
import { functionNameIn, functionUrlRequest } from './function-url-request.ts';
import type { CheckSignature } from './signature.ts';
import { refusalError } from './signature-refusal.ts';
import type { WireHead, WireRequest, WireResponse } from './wire.ts';

/** The largest payload that Lambda accepts for a synchronous invocation. */
const bodyLimitBytes = 6_291_456;

type Face = {
  /** The Lambda service, which knows `InvokeFunctionUrl` beside the operations of its API. */
  readonly lambda: Service;
  readonly checkSignature: CheckSignature;
  readonly nowMs: () => number;
  /** Called with the reason when a function's answer becomes a 502. */
  readonly complain: (problem: string) => void;
};

type Received = {
  readonly head: WireHead;
  readonly readBody: (limitBytes: number) => Promise<Uint8Array>;
  readonly requestId: string;
};

/**
 * Answers a request to `/_url/<function>`. A request that is not signed with the service name `lambda` is refused
 * before the answer says anything about the function. Throws `ServiceError`.
 */
export async function answerFunctionUrl(face: Face, { head, readBody, requestId }: Received): Promise<WireResponse> {
  const request: WireRequest = { ...head, body: await readBody(bodyLimitBytes) };
  const verification = await face.checkSignature(request);
  if (!verification.verified) throw refusalError(verification.refusal, 'json');
  const { claim, caller } = verification;
  if (claim.service !== 'lambda') {
    throw new ServiceError('InvalidSignatureException', 403, `sign for the service lambda, not ${claim.service}`);
  }
  const name = functionNameIn(head.path);
  if (name === undefined)
    throw new ServiceError('ResourceNotFoundException', 404, 'function URLs are /_url/<function>');
  const answer = await face.lambda('InvokeFunctionUrl', {
    caller,
    input: { FunctionName: name, Request: functionUrlRequest(verification.request, face.nowMs()) },
    requestId,
    region: claim.region,
    sourceIp: head.sourceIp,
    userAgent: head.headers.get('user-agent') ?? '',
  });
  return functionUrlResponse(answer, (problem) => face.complain(`the function ${name} answered: ${problem}`));
}

/** An error in the shape in which Lambda refuses requests in front of a function URL. */
export function functionUrlError(error: ServiceError): WireResponse {
  const code = error.code === 'AccessDenied' ? 'AccessDeniedException' : error.code;
  return {
    statusCode: error.statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ Message: error.message }),
  };
}
