import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { BrokerError } from '../errors.ts';
import type { EnvelopeContent } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import { type ClaimCredentialsDependencies, makeClaimCredentials } from './claim-credentials.ts';
import { type JobPayload, parseJobPayload } from './job-payload.ts';
import { type ObserveRun, stackFrames } from './run-event.ts';
import { completedReport, failedReport, type RunReport } from './run-report.ts';
import { type TenantContext, tenantContext } from './tenant-context.ts';
import { makeWriteRunReport, type WriteRunReportDependencies } from './write-run-report.ts';

/** What an invocation returns to Lambda. */
export type RunOutcome = {
  readonly issuanceId: string;
  readonly outcome: 'claim.refused' | 'completed' | 'failed';
  readonly code?: string;
};

/** The context that a handler behind the middleware finds. */
export type TenantLambdaContext = Context & { tenant?: TenantContext };

/** How far one invocation has come. Kept in middy's request, so that nothing outlives the invocation. */
type Run =
  | { readonly stage: 'asked' | 'claimed' | 'ended'; readonly payload: JobPayload }
  | { readonly stage: 'open'; readonly payload: JobPayload; readonly secret: Secret<EnvelopeContent> };
export type RunInternal = { run?: Run };

export type RunDependencies = ClaimCredentialsDependencies & {
  readonly jobName: string;
  readonly reports: WriteRunReportDependencies['dynamo'];
  readonly observe: ObserveRun;
};

/**
 * The middy middleware that opens the envelope before the job runs, reports the run after it, and forgets the
 * credentials however it ends.
 *
 * An error before the claim is rethrown, so that Lambda invokes the job again. An error after it is reported and
 * swallowed, because a second invocation would find no ticket.
 */
export function withTenantCredentials(
  dependencies: RunDependencies,
): MiddlewareObj<unknown, unknown, Error, TenantLambdaContext, RunInternal> {
  const { jobName, clock, observe, config } = dependencies;
  const claimCredentials = makeClaimCredentials(dependencies);
  const writeRunReport = makeWriteRunReport({ dynamo: dependencies.reports, clock, config });

  async function report(payload: JobPayload, told: RunReport): Promise<void> {
    const writing = await writeRunReport(payload, told);
    if (!writing.written) observe({ event: 'report.notWritten', because: writing.because }, payload);
  }

  return {
    async before(request): Promise<RunOutcome | undefined> {
      const { context, internal } = request;
      const payload = parseJobPayload(request.event, jobName);
      refuseOtherTenant(context, payload);
      internal.run = { stage: 'asked', payload };
      const claim = await claimCredentials(payload, { requestId: context.awsRequestId });
      if (!claim.claimed) {
        observe({ event: claim.code, because: claim.because }, payload);
        return { issuanceId: payload.issuanceId, outcome: claim.code };
      }
      internal.run = { stage: 'claimed', payload };
      const secret = await claim.open();
      internal.run = { stage: 'open', payload, secret };
      context.tenant = tenantContext({ payload, secret, remainingMs: context.getRemainingTimeInMillis(), clock });
      return undefined;
    },

    async after(request) {
      const { run } = request.internal;
      if (run?.stage !== 'open') throw new BrokerError('internal', 'a job ran without its credentials');
      const { payload, secret } = run;
      const completed = completedReport(request.response, secret.reveal());
      endRun(request.internal);
      await report(payload, completed);
      observe({ event: 'run.completed' }, payload);
      request.response = { issuanceId: payload.issuanceId, outcome: 'completed' } satisfies RunOutcome;
    },

    async onError(request) {
      const { error, internal } = request;
      const { run } = internal;
      if (run?.stage !== 'claimed' && run?.stage !== 'open') {
        const code = error instanceof BrokerError ? error.code : 'internal';
        observe({ event: 'run.notStarted', code }, run?.payload);
        return;
      }
      const { payload } = run;
      const failed = failedReport(error, run.stage === 'open' ? run.secret.reveal() : undefined, payload);
      endRun(internal);
      await report(payload, failed);
      const { code, name } = failed;
      observe({ event: 'run.failed', code, name, frames: stackFrames(error) }, payload);
      request.response = { issuanceId: payload.issuanceId, outcome: 'failed', code } satisfies RunOutcome;
    },
  };
}

/** In tenant isolation mode a process belongs to one tenant, and must not open the payload of another. */
function refuseOtherTenant({ tenantId = '' }: Context, payload: JobPayload): void {
  if (tenantId === '' || tenantId === payload.tenantId) return;
  throw new BrokerError('envelope.invalid', 'the envelope could not be opened');
}

/**
 * Forgets the credentials. Called at the very end of an invocation too, because another middleware may answer in our
 * place, and then neither `after` nor `onError` is called.
 */
export function endRun(internal: RunInternal): void {
  if (internal.run === undefined) return;
  if (internal.run.stage === 'open') internal.run.secret.forget();
  internal.run = { stage: 'ended', payload: internal.run.payload };
}
