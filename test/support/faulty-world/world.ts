import type { Job } from '../../../lib/jobs/job.ts';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import type { LimitSettings } from '../../../lib/limits/limit-settings.ts';
import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import { aTenant } from '../a-tenant.ts';
import { countingIds } from '../counting-ids.ts';
import { tables } from '../dynamo-tables.ts';
import { frozenClock } from '../frozen-clock.ts';
import { runJobEvent } from '../queue-message.ts';
import { recordedTransitions } from '../recorded-transitions.ts';
import { makeDriver } from './driver.ts';
import { makeFaults } from './faults.ts';
import { watchInvariants } from './invariants.ts';
import type { Mode } from './invariants-of-calls.ts';
import { jobHost } from './job-host.ts';
import { type Clients, makePipeline, type Services } from './pipeline.ts';
import { makeReadings } from './readings.ts';
import { skewedClock } from './skewed-clock.ts';
import { putItems, type Store, storeInMemory } from './store.ts';
import type { Wiring } from './wiring.ts';

export type WorldOptions = {
  readonly store?: Store;
  readonly wiring?: Wiring;
  readonly mode?: Mode;
  readonly tenants?: readonly TenantReading[];
  readonly jobs?: ReadonlyMap<string, Job>;
  readonly limits?: LimitSettings;
  /** How far the clock of a process is off, drawn once for each. */
  readonly drawSkewMs?: () => number;
  /** Other clients in front of the services. */
  readonly clientsOf?: ((services: Services) => Clients) | undefined;
};

export type FaultyWorld = Awaited<ReturnType<typeof faultyWorld>>;

/**
 * The whole protocol in one process: the pipeline, the sweeper and the job runtime as they are deployed, over stores
 * and services in which every single call can be broken. Time stands still unless it is moved. Over a store in memory
 * the invariants are watched at every call and every write.
 */
export async function faultyWorld({
  store = storeInMemory(),
  wiring = 'production',
  mode = 'shared',
  tenants = [aTenant()],
  jobs = jobCatalogue,
  limits,
  drawSkewMs = () => 0,
  clientsOf,
}: WorldOptions = {}) {
  const clock = frozenClock();
  const log = recordedTransitions();
  const faults = makeFaults(clock);
  const pipeline = makePipeline({
    send: store.send,
    faults,
    clock,
    processClock: skewedClock(clock, drawSkewMs),
    ids: countingIds(),
    log,
    jobs,
    wiring,
    mode,
    limits,
    clientsOf,
  });
  const { queue, lambda, sts, switches } = pipeline;
  const host = jobHost({ invocations: lambda.invocations, jobs, dependencies: pipeline.job, faults, clock });
  const { memory } = store;
  const broken = memory === undefined ? [] : watchInvariants({ memory, faults, mode });

  const connect = (...readings: readonly TenantReading[]) =>
    putItems(
      store,
      tables.tenantsTable,
      readings.flatMap(({ tenant, roles }) => [tenant, ...roles]),
    );
  await connect(...tenants);
  const switchOff = (switchId: string) => switches.switchOff(switchId, { by: 'operator', reason: 'test' });

  return {
    ...makeReadings({ store, faults, pipeline, host, log, tenants, broken }),
    ...makeDriver({ clock, faults, store, pipeline, host }),
    clock,
    log,
    faults,
    queue,
    lambda,
    sts,
    host,
    pipeline,
    store,
    connect,

    /** A request for scan-account in every account of acme, unless `detail` says otherwise; gives its message. */
    ask: (detail: Readonly<Record<string, unknown>> = {}, id = 'event-1') =>
      queue.add(runJobEvent({ detail, envelope: { id } })),

    suspend: (tenantId = 'acme') => switchOff(`tenant#${tenantId}`),
    switchOff,
  };
}
