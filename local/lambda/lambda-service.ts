import * as v from 'valibot';
import type { Authorize } from '../iam/authorize.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import type { FunctionWiring } from '../template/wiring.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import type { FunctionPool } from './function-pool.ts';
import { invokeFunctionUrl } from './invoke-function-url.ts';

export type LambdaDeps = {
  readonly pool: Pick<FunctionPool, 'invoke' | 'findFunction'>;
  readonly asyncInvocations: Pick<AsyncInvocations, 'accept'>;
  readonly authorize: Authorize;
  readonly home: StackHome;
};

const LARGEST_SYNC_BYTES = 6_291_456;
const LARGEST_ASYNC_BYTES = 1_048_576;

const invokeInput = v.object({
  FunctionName: v.string(),
  InvocationType: v.optional(v.picklist(['RequestResponse', 'Event', 'DryRun']), 'RequestResponse'),
  Payload: v.optional(v.instance(Uint8Array), new Uint8Array()),
  Qualifier: v.optional(v.pipe(v.string(), v.regex(/^(?:\$LATEST|[\w-]{1,128})$/))),
  // Source: Lambda API Reference, Invoke.
  TenantId: v.optional(v.pipe(v.string(), v.regex(/^[a-zA-Z0-9._:/=+\-@ ]{1,256}$/))),
});

/** `name`, `<account>:function:name` or an ARN of ours, each with or without a qualifier after it. */
const FUNCTION_NAME =
  /^(?:arn:(?<place>[a-z-]+:lambda:[a-z0-9-]+):)?(?:(?<account>\d{12}):function:)?(?<name>[\w-]{1,64})(?::(?<qualifier>\$LATEST|[\w-]{1,128}))?$/;

/**
 * Lambda as far as callers need it: `Invoke`, synchronous, asynchronous and dry, on functions of the template, and
 * requests to their URLs, which the HTTP face passes on as `InvokeFunctionUrl`.
 */
export function createLambdaService(deps: LambdaDeps): Service {
  return serviceOf({
    Invoke: (call) => invoke(deps, call),
    InvokeFunctionUrl: (call) => invokeFunctionUrl(deps, call),
  });
}

async function invoke(deps: LambdaDeps, call: ServiceCall): Promise<ServiceAnswer> {
  const asked = parseInput(invokeInput, call.input, 'InvalidParameterValueException');
  const { name, qualifier } = invokedIn(asked, deps.home);
  const arn = arnAt(deps.home, 'lambda', `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
  authorizeInvoke(deps, call, arn);
  const wiring = deps.pool.findFunction(name);
  if (wiring === undefined || !hasQualifier(wiring, qualifier)) {
    throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${arn}`);
  }
  refuseWrongTenancy(wiring, asked.TenantId);
  if (asked.InvocationType === 'DryRun') return { StatusCode: 204 };
  const invoked = { requestId: call.requestId, qualifier, tenantId: asked.TenantId };
  const isEvent = asked.InvocationType === 'Event';
  const payload = payloadText(asked.Payload, isEvent ? LARGEST_ASYNC_BYTES : LARGEST_SYNC_BYTES);
  if (isEvent) {
    deps.asyncInvocations.accept({ functionName: name, payload, ...invoked });
    return { StatusCode: 202 };
  }
  if (wiring.reservedConcurrency === 0) throw new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');
  const outcome = await deps.pool.invoke(name, payload, invoked);
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: Buffer.from(outcome.payload, 'utf8'),
    ...(outcome.functionError !== undefined && { FunctionError: outcome.functionError }),
  };
}

/**
 * A function in tenant isolation mode must be invoked with a tenant's id, and any other function without one. Source:
 * Lambda Developer Guide, "Invoking Lambda functions with tenant isolation".
 */
function refuseWrongTenancy({ name, isolatesTenants }: FunctionWiring, tenantId: string | undefined): void {
  const isIsolated = isolatesTenants === true;
  if (isIsolated === (tenantId !== undefined)) return;
  const message = isIsolated
    ? `The function ${name} is in tenant isolation mode: add a valid tenant ID to the request.`
    : `The function ${name} is not in tenant isolation mode: remove the tenant ID from the request.`;
  throw new ServiceError('InvalidParameterValueException', 400, message);
}

/**
 * A caller who may not invoke gets `AccessDeniedException` whether or not the function exists. A qualified function is
 * a resource of its own: a caller who may invoke an alias may invoke no other, and not the function itself. Source:
 * Lambda Developer Guide, "Resources and conditions for Lambda actions".
 */
function authorizeInvoke(deps: LambdaDeps, call: ServiceCall, resource: string): void {
  try {
    deps.authorize({
      caller: call.caller,
      action: 'lambda:InvokeFunction',
      resource,
      resourceAccountId: deps.home.accountId,
      region: call.region,
      sourceIp: call.sourceIp,
    });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'AccessDenied') throw error;
    throw new ServiceError('AccessDeniedException', 403, error.message);
  }
}

type Invoked = { readonly name: string; readonly qualifier: string | undefined };

function invokedIn(
  { FunctionName: text, Qualifier }: { readonly FunctionName: string; readonly Qualifier?: string | undefined },
  home: StackHome,
): Invoked {
  const { place, account, name, qualifier } = FUNCTION_NAME.exec(text)?.groups ?? {};
  const isOurs =
    (place === undefined || (place === `${home.partition}:lambda:${home.region}` && account !== undefined)) &&
    (account === undefined || account === home.accountId);
  if (name === undefined || !isOurs) {
    throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${text}`);
  }
  if (qualifier !== undefined && Qualifier !== undefined && qualifier !== Qualifier) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new ServiceError('InvalidParameterValueException', 400, message);
  }
  return { name, qualifier: Qualifier ?? qualifier };
}

/** The embedded stack publishes no versions: beside the aliases of the template there is `$LATEST` alone. */
function hasQualifier({ aliases }: FunctionWiring, qualifier: string | undefined): boolean {
  return qualifier === undefined || qualifier === '$LATEST' || aliases.includes(qualifier);
}

function payloadText(payload: Uint8Array, largestBytes: number): string {
  if (payload.byteLength > largestBytes) {
    const message = `${payload.byteLength} byte payload is too large (limit ${largestBytes} bytes)`;
    throw new ServiceError('RequestTooLargeException', 413, message);
  }
  if (payload.byteLength === 0) return '{}';
  const text = Buffer.from(payload).toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceError('InvalidRequestContentException', 400, 'Could not parse request body into json');
  }
  return text;
}
