import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import { arnAt } from '../stack-home.ts';
import { type FunctionUrlRequest, functionUrlEvent } from './function-url-event.ts';
import type { LambdaDeps } from './lambda-service.ts';

const urlInput = v.object({
  FunctionName: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  // The HTTP face of this stack makes the request, in this type; no client can send one.
  Request: v.custom<FunctionUrlRequest>((value) => typeof value === 'object' && value !== null),
});

/** Both are required since October 2025: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html. */
const ACTIONS = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];

/**
 * Handles a request to a function URL: the caller's policies must allow it, it becomes an event, and the function is
 * invoked synchronously. Returns the function's `Payload`, or `FunctionError`. A caller without permission does not
 * learn whether the function exists.
 */
export async function invokeFunctionUrl(deps: LambdaDeps, call: ServiceCall): Promise<ServiceAnswer> {
  const { FunctionName: name, Request: request } = parseInput(urlInput, call.input, 'InvalidParameterValueException');
  const { home, pool } = deps;
  if (call.region !== home.region) {
    throw new ServiceError('InvalidSignatureException', 403, `the URL's region is ${home.region}, not ${call.region}`);
  }
  authorizeUrl(deps, call, arnAt(home, 'lambda', `function:${name}`));
  refuseWithoutUrl(deps, name);
  if (pool.findFunction(name)?.reservedConcurrency === 0) {
    throw new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');
  }
  const { accountId } = home;
  const { caller, requestId, sourceIp } = call;
  const event = functionUrlEvent({ request, functionName: name, accountId, caller, requestId, sourceIp });
  const outcome = await pool.invoke(name, JSON.stringify(event), { requestId });
  return {
    Payload: outcome.payload,
    ...(outcome.functionError !== undefined && { FunctionError: outcome.functionError }),
  };
}

function authorizeUrl(deps: LambdaDeps, call: ServiceCall, resource: string): void {
  for (const action of ACTIONS) {
    deps.authorize({
      caller: call.caller,
      action,
      resource,
      resourceAccountId: deps.home.accountId,
      region: call.region,
      sourceIp: call.sourceIp,
      context: { 'lambda:InvokedViaFunctionUrl': 'true', 'lambda:FunctionUrlAuthType': 'AWS_IAM' },
    });
  }
}

function refuseWithoutUrl({ pool }: LambdaDeps, name: string): void {
  const wiring = pool.findFunction(name);
  const notFound = (message: string) => new ServiceError('ResourceNotFoundException', 404, message);
  if (wiring === undefined) throw notFound(`the template has no function ${name}`);
  if (wiring.urlAuthType === undefined) throw notFound(`the function ${name} has no URL in the template`);
  if (wiring.urlAuthType !== 'AWS_IAM') {
    const message = `the embedded stack serves URLs with AWS_IAM only; that of ${name} has ${wiring.urlAuthType}`;
    throw new ServiceError('NotImplemented', 501, message);
  }
}
