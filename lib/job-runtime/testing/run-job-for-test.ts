import * as v from 'valibot';
import type { Job } from '../../jobs/job.ts';
import { buildSessionPolicy } from '../../jobs/session-policy.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SessionCredentials } from '../../sealing/envelope.ts';
import type { RunJob } from '../job-handler.ts';
import { completedReport, type FailedReport, failedReport, type RunReport } from '../run-report.ts';
import { tenantContext } from '../tenant-context.ts';
import { deliverForTest } from './deliver-for-test.ts';

export type JobTest<Settings> = {
  readonly job: Job<Settings>;
  readonly run: RunJob<Settings>;
  /** The clock that the job itself was made with. */
  readonly clock: Clock;
  /** As a tenant would have them stored: unchecked. The defaults of the job where the key is left out. */
  readonly settings?: unknown;
  /** As a requester would send it. It comes to the job as JSON brings it: nothing asked is `null`. */
  readonly input?: unknown;
  /** Those of a session that no AWS knows, unless given. */
  readonly credentials?: SessionCredentials;
  /** Milliseconds that Lambda leaves the invocation; the job's whole time-out unless given. */
  readonly remainingMs?: number;
  readonly partition?: string;
};

/** The document that STS is given, as it reads it. */
export type SessionPolicyDocument = { readonly Version: string; readonly Statement: readonly object[] };

export type JobTestResult =
  /** The session policy cannot be built of these settings: STS is not called, and the job never runs. */
  | {
      readonly outcome: 'refused';
      readonly reason: 'policy.parameterInvalid' | 'policy.tooLarge';
      readonly detail: Readonly<Record<string, string | number>>;
    }
  /** `summary` is what the ledger keeps of it, as JSON: the job's own, or a note that says why it was not kept. */
  | { readonly outcome: 'completed'; readonly summary: unknown; readonly sessionPolicy: SessionPolicyDocument }
  /** `error` is what the ledger keeps of it. */
  | {
      readonly outcome: 'failed';
      readonly error: Omit<FailedReport, 'outcome'>;
      readonly sessionPolicy: SessionPolicyDocument;
    }
  /** By the clock, Lambda had ended the process before the job did: no report, and `unknown` in the ledger. */
  | { readonly outcome: 'timedOut'; readonly sessionPolicy: SessionPolicyDocument };

/**
 * Runs a job as the runtime would, without AWS: its settings are checked and make the session policy, credentials and
 * settings go through an envelope and the input through the payload, what it returns or throws becomes the report that
 * the ledger would keep, and the credentials are forgotten. There is no claim, no STS and no IAM: that a call is denied
 * shows on the embedded stack only (`docs/writing-a-job.md`). Ships with no function.
 */
export async function runJobForTest<Settings>(test: JobTest<Settings>): Promise<JobTestResult> {
  const { job, clock, partition = 'aws', remainingMs = job.timeoutSeconds * 1_000 } = test;
  const settings = Object.hasOwn(test, 'settings') ? test.settings : job.defaultSettings;
  const issuedAtMs = clock.nowMs();
  // Whole seconds, as the broker cuts it.
  const fenceMs = Math.floor(issuedAtMs / 1_000 + job.sessionSeconds) * 1_000;
  const policy = buildSessionPolicy({ job, settings, fenceMs, partition });
  if (!policy.built) return { outcome: 'refused', reason: policy.reason, detail: policy.detail };

  const report = await runAndReport(test, { fenceMs, settings, remainingMs });
  const sessionPolicy: SessionPolicyDocument = JSON.parse(policy.json);
  if (clock.nowMs() > issuedAtMs + remainingMs) return { outcome: 'timedOut', sessionPolicy };
  if (report.outcome === 'completed') {
    return { outcome: 'completed', summary: JSON.parse(report.summary), sessionPolicy };
  }
  const { outcome, ...error } = report;
  return { outcome, error, sessionPolicy };
}

type Delivery = { readonly fenceMs: number; readonly settings: unknown; readonly remainingMs: number };

/** What `jobHandler` does between the claim and the report. */
async function runAndReport<Settings>(
  { job, run, clock, input, credentials }: JobTest<Settings>,
  { fenceMs, settings, remainingMs }: Delivery,
): Promise<RunReport> {
  const held = credentials ?? { ...TEST_CREDENTIALS, expiresAtMs: clock.nowMs() + job.durationSeconds * 1_000 };
  const { payload, secret } = deliverForTest({ job, content: { ...held, settings }, fenceMs, input });
  try {
    const tenant = tenantContext({ payload, secret, remainingMs, clock });
    const summary = await run({ ...tenant, settings: v.parse(job.settingsSchema, tenant.settings) });
    return completedReport(summary, held);
  } catch (error) {
    return failedReport(error, held, payload);
  } finally {
    secret.forget();
  }
}

const TEST_CREDENTIALS = {
  accessKeyId: 'ASIAOFNOSESSIONATALL',
  secretAccessKey: 'the-secret-key-of-no-session-at-all-0000',
  sessionToken: 'the-session-token-of-no-session-at-all',
};
