import type { Job } from '../jobs/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Limits } from '../limits/limits.ts';
import type { Strangers } from '../limits/strangers.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { RecordedProbe } from '../probes/make-probe.ts';
import type { DecisionRules } from '../requests/decide.ts';
import type { Requester } from '../requests/requester.ts';
import type { MakeDataKey } from '../sealing/data-key.ts';
import type { Switches } from '../switches/switches.ts';
import type { TenantReader } from '../tenants/tenant-registry.ts';
import type { AssumeTenantRole } from './assume-tenant-role.ts';
import type { InvokeJob } from './invoke-job.ts';

/**
 * What is needed to issue a session, for a job or for a caller. Made once per cold start; holds no state of any tenant.
 */
export type IssuingDependencies = {
  readonly registry: TenantReader;
  readonly switches: Switches;
  readonly ledger: Ledger;
  /** The one call into a tenant's account, watched by the breaker of `limits`. */
  readonly assumeTenantRole: AssumeTenantRole;
  readonly limits: Limits;
  readonly strangers: Strangers;
  /** Called for each `sts.denied` once it is on record. Never throws. */
  readonly countDenial: (denied: RoleDenial) => Promise<void>;
  /** Waits in real time, between two calls to STS. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly log: TransitionLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: {
    readonly brokerAccountId: string;
    readonly requesters: readonly Requester[];
    readonly jobs: ReadonlyMap<string, Job>;
    readonly rules: DecisionRules;
  };
};

/** What the pipeline from the queue to a job needs. */
export type BrokerDependencies = IssuingDependencies & {
  readonly makeDataKey: MakeDataKey;
  readonly invokeJob: InvokeJob;
  /** Makes a probe that verify-trust recorded and ordered; see `lib/probes/make-probe.ts`. */
  readonly makeRecordedProbe: (order: RecordedProbe) => Promise<unknown>;
  /** Puts a record of our own back on the request queue. Throws `store.*`. */
  readonly sendToQueue: (body: string) => Promise<void>;
};

/** A role that STS denied us, in one call for one issuance. */
export type RoleDenial = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly roleArn: string;
};

/** One message of the queue, and how long this invocation may still run. */
export type Message = {
  readonly messageId: string;
  readonly body: string;
  readonly receiveCount: number;
  /** When it came onto the queue, as SQS stamps it. */
  readonly sentAtMs?: number | undefined;
  readonly remainingMs: () => number;
};

/** `settled`: the message is done with. `again`: the queue is to deliver it once more. */
export type MessageOutcome = 'settled' | 'again';

/** The time that an invocation must still have before it writes an intent or calls STS once more. */
export const MINIMUM_REMAINING_MS = 12_000;
