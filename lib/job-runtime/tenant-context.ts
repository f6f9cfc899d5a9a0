import { BrokerError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { EnvelopeContent } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import type { JobPayload } from './job-payload.ts';

/** Taken off Lambda's time-out, so that a job that keeps to its deadline can still be reported. */
const REPORT_RESERVE_MS = 5_000;

/** What a job is given to do its work: whom it works for, until when, and the credentials of that account. */
export type TenantContext<Settings = unknown> = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly job: string;
  readonly issuanceId: string;
  readonly attempt: number;
  /** What the requester sent, unchecked: the job has to check it. */
  readonly input: unknown;
  /** The tenant's settings for this job, of which the session policy was made. */
  readonly settings: Settings;
  /** Epoch milliseconds by which the job must have ended: the fence, or Lambda's time-out less 5 s for the report. */
  readonly deadlineMs: number;
  /** For the `credentials` option of an AWS client. Throws past the fence and after the run has ended. */
  readonly credentials: TenantCredentialProvider;
};

/** An `AwsCredentialIdentityProvider` of the AWS SDK. */
export type TenantCredentialProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}>;

export function tenantContext({ payload, secret, remainingMs, clock }: TenantContextInput): TenantContext {
  const { tenantId, accountId, job, issuanceId, attempt, input, fenceMs } = payload;
  return {
    tenantId,
    accountId,
    job,
    issuanceId,
    attempt,
    input,
    settings: secret.reveal().settings,
    deadlineMs: Math.min(fenceMs, clock.nowMs() + remainingMs - REPORT_RESERVE_MS),
    credentials: async () => {
      if (clock.nowMs() >= fenceMs) throw new BrokerError('job.failed', 'the session of this run is past its fence');
      const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = secret.reveal();
      // The SDK takes this for the expiry, so that a client asks here again instead of using cached credentials.
      return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(Math.min(fenceMs, expiresAtMs)) };
    },
  };
}

export type TenantContextInput = {
  readonly payload: JobPayload;
  readonly secret: Secret<EnvelopeContent>;
  /** What Lambda leaves the invocation, in milliseconds. */
  readonly remainingMs: number;
  readonly clock: Clock;
};
