import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { errorName } from '../platform/store-error.ts';
import type { EnvelopeContext, SealedEnvelope } from '../sealing/envelope.ts';

/** What a job's function is given: ciphertext, what it is bound to, and the input. */
export type JobInvocation = {
  readonly context: EnvelopeContext;
  readonly sealed: SealedEnvelope;
  /** The request's input as JSON; absent when there is none. */
  readonly input: string | undefined;
};

export type Delivery =
  /** Handed over, or perhaps: a second copy is harmless, because one claim wins. */
  { readonly outcome: 'handedOver' } | { readonly outcome: 'refused'; readonly code: 'job.busy' | 'job.notDeployed' };

export type InvokeJob = (invocation: JobInvocation) => Promise<Delivery>;

type InvokeDependencies = {
  readonly lambda: LambdaClient;
  readonly config: {
    readonly jobFunctionNamePrefix: string;
    /** Are the functions of jobs in Lambda's tenant isolation mode? Left out: they are not. */
    readonly tenantIsolation?: boolean | undefined;
  };
};

const BUSY: ReadonlySet<string> = new Set(['TooManyRequestsException', 'ServiceException', 'EC2ThrottledException']);
const NOT_DEPLOYED: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'InvalidRequestContentException',
  'RequestTooLargeException',
  // A function that takes a tenant's id and was given none, or takes none and was given one.
  'InvalidParameterValueException',
]);

/**
 * Invokes the job asynchronously, under the tenant's id where functions are isolated: then Lambda gives the run an
 * execution environment that no other tenant's run ever had, and refuses an id for any other function.
 * Never throws; a lost answer counts as handed over, and the sweeper sees to the rest.
 * Source: Lambda Developer Guide, "Tenant isolation".
 */
export function makeInvokeJob({ lambda, config }: InvokeDependencies): InvokeJob {
  const isolated = config.tenantIsolation === true;
  return async ({ context, sealed, input }) => {
    const payload = {
      version: 1,
      issuanceId: context.issuanceId,
      attempt: context.attempt,
      tenantId: context.tenantId,
      accountId: context.accountId,
      job: context.job,
      sealed,
      usableUntilMs: context.usableUntilMs,
      fenceMs: context.fenceMs,
      input: input === undefined ? null : JSON.parse(input),
    };
    try {
      await lambda.send(
        new InvokeCommand({
          FunctionName: `${config.jobFunctionNamePrefix}${context.job}`,
          InvocationType: 'Event',
          ...(isolated && { TenantId: context.tenantId }),
          Payload: Buffer.from(JSON.stringify(payload), 'utf8'),
        }),
      );
      return { outcome: 'handedOver' };
    } catch (error) {
      const name = errorName(error);
      if (BUSY.has(name)) return { outcome: 'refused', code: 'job.busy' };
      if (NOT_DEPLOYED.has(name)) return { outcome: 'refused', code: 'job.notDeployed' };
      return { outcome: 'handedOver' };
    }
  };
}
