import type { AssumeInput } from '../../lib/broker/assume-role-request.ts';
import type { BrokerDependencies, RoleDenial } from '../../lib/broker/broker-dependencies.ts';
import type { JobInvocation } from '../../lib/broker/invoke-job.ts';
import { processBatch } from '../../lib/broker/process-batch.ts';
import { makeRunJob } from '../../lib/broker/run-job.ts';
import { BrokerError } from '../../lib/errors.ts';
import type { Job } from '../../lib/jobs/job.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { LimitSettings } from '../../lib/limits/limit-settings.ts';
import type { Ids } from '../../lib/platform/ids.ts';
import type { RecordedProbe } from '../../lib/probes/make-probe.ts';
import type { Requester } from '../../lib/requests/requester.ts';
import type { EnvelopeContext } from '../../lib/sealing/envelope.ts';
import { Secret } from '../../lib/sealing/secret.ts';
import type { ReplayWindow } from '../../lib/switches/replay-window.ts';
import type { SwitchedOff, Switches } from '../../lib/switches/switches.ts';
import type { TenantReading } from '../../lib/tenants/tenant.ts';
import { aTenant, BROKER_ACCOUNT, roleArnRules } from './a-tenant.ts';
import { countingIds } from './counting-ids.ts';
import { type FrozenClock, frozenClock, START_MS } from './frozen-clock.ts';
import { inMemoryLedger } from './in-memory-ledger.ts';
import { limitsIn } from './limits-in-world.ts';
import { recordedTransitions } from './recorded-transitions.ts';

/** All that a decision goes by, beside the message. */
export type World = {
  readonly nowMs: number;
  readonly requesters: readonly Requester[];
  readonly jobs: ReadonlyMap<string, Job>;
  readonly tenants: readonly TenantReading[];
  readonly switchedOff: readonly SwitchedOff[];
  readonly mode: 'shared' | 'dedicated';
  readonly limits?: LimitSettings;
  /** The calls that STS denies: none, unless it is said. */
  readonly stsDenies?: (input: AssumeInput) => boolean;
  /** STS answers everything with an error of its own. */
  readonly stsIsOut?: boolean;
  /** When replays are allowed: never, unless it is said. */
  readonly replay?: ReplayWindow;
  readonly unreadable: readonly ('tenants' | 'switches' | 'ledger' | 'limits')[];
};

/** A world in which the plain request is allowed. */
export const plainWorld: World = {
  nowMs: START_MS,
  requesters: [
    { name: 'scans', recognisedBy: { event: { source: 'com.example.scans' } }, jobs: 'all', tenants: 'all' },
    {
      name: 'logs',
      recognisedBy: { event: { source: 'com.example.logs' } },
      jobs: ['scan-account'],
      tenants: ['globex'],
    },
  ],
  jobs: jobCatalogue,
  tenants: [aTenant(), aTenant({ tenantId: 'globex', accountId: '333333333333' })],
  switchedOff: [],
  mode: 'shared',
  unreadable: [],
};

export type Calls = {
  readonly registry: string[];
  readonly switches: string[];
  readonly assumed: AssumeInput[];
  readonly denialsNoted: RoleDenial[];
  readonly probesMade: RecordedProbe[];
  readonly dataKeys: EnvelopeContext[];
  readonly invoked: JobInvocation[];
  readonly queued: string[];
};

/**
 * The pipeline over fakes that count what is asked of them. The world can be changed between two messages; the ledger
 * stays.
 */
export function brokerIn(world: World) {
  let now = world;
  const clock = frozenClock(world.nowMs);
  const ids = countingIds();
  const calls: Calls = {
    registry: [],
    switches: [],
    assumed: [],
    denialsNoted: [],
    probesMade: [],
    dataKeys: [],
    invoked: [],
    queued: [],
  };
  const ledger = inMemoryLedger();
  const log = recordedTransitions();
  const current = () => now;
  const sendToQueue = async (body: string) => void calls.queued.push(body);
  const isUnreadable = () => now.unreadable.includes('limits');
  const braked = limitsIn({ clock, log, sendToQueue, isUnreadable, settings: world.limits });
  const dependencies = () => brokerDependencies({ current, calls, clock, ids, ledger, log, braked });
  const brokerFor = () => makeRunJob(dependencies());
  return {
    calls,
    /** What the pipeline works with in the world as it is now. */
    dependencies,
    clock,
    ledger,
    log,
    become(next: World): void {
      now = next;
      clock.set(next.nowMs);
    },
    /** Delivers one message as Lambda would; a message without an id of its own is the same one each time. */
    async deliver(body: string, messageId = 'message-1', remainingMs = 30_000): Promise<'settled' | 'again'> {
      const records = [{ messageId, receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '1' } }];
      const { batchItemFailures } = await processBatch(
        { records, remainingMs: () => remainingMs },
        {
          runJob: brokerFor(),
          backOff: () => Promise.resolve(),
          copyToDeadLetters: () => Promise.resolve(),
          log,
          ids,
          config: { concurrency: 1 },
        },
      );
      return batchItemFailures.length === 0 ? 'settled' : 'again';
    },
  };
}

type Parts = {
  readonly current: () => World;
  readonly calls: Calls;
  readonly clock: FrozenClock;
  readonly ids: Ids;
  readonly ledger: ReturnType<typeof inMemoryLedger>;
  readonly log: ReturnType<typeof recordedTransitions>;
  readonly braked: ReturnType<typeof limitsIn>;
};

function brokerDependencies({ current, calls, clock, ids, ledger, log, braked }: Parts): BrokerDependencies {
  const { assumeTenantRole, ...aws } = fakesOfAws({ current, calls, clock });
  return {
    ...braked,
    ...aws,
    assumeTenantRole: braked.limits.watching(assumeTenantRole),
    registry: {
      async readTenant(tenantId, accountIds) {
        calls.registry.push(tenantId);
        if (current().unreadable.includes('tenants')) throw new BrokerError('store.unavailable', 'tenants');
        const reading = current().tenants.find(({ tenant }) => tenant.tenantId === tenantId);
        const wanted = (accountId: string) => accountIds?.includes(accountId) ?? true;
        return reading && { ...reading, roles: reading.roles.filter((role) => wanted(role.accountId)) };
      },
    },
    switches: switchesIn({ current, calls }),
    ledger: current().unreadable.includes('ledger') ? { ...ledger, recordRequest: ledgerAway } : ledger,
    countDenial: async (denied) => void calls.denialsNoted.push(denied),
    makeRecordedProbe: async (order) => void calls.probesMade.push(order),
    sendToQueue: async (body) => {
      calls.queued.push(body);
    },
    pause: () => Promise.resolve(),
    log,
    clock,
    ids,
    config: {
      brokerAccountId: BROKER_ACCOUNT,
      requesters: current().requesters,
      jobs: current().jobs,
      rules: { mode: current().mode, roleArnRules, maximumAgeMs: 86_400_000, maximumFutureMs: 300_000, maximumHops: 3 },
    },
  };
}

function switchesIn({ current, calls }: Pick<Parts, 'current' | 'calls'>): Switches {
  const read = (job: string, tenantId: string) => {
    if (current().unreadable.includes('switches')) throw new BrokerError('store.busy', 'switches');
    const wanted = ['global', `job#${job}`, `tenant#${tenantId}`];
    return wanted.flatMap((id) => current().switchedOff.filter(({ switchId }) => switchId === id));
  };
  return {
    async read({ job, tenantId }) {
      calls.switches.push(`${job} ${tenantId}`);
      return read(job, tenantId);
    },
    async readForReplay({ job, tenantId }) {
      calls.switches.push(`${job} ${tenantId} replay`);
      return { switchedOff: read(job, tenantId), replay: current().replay };
    },
    switchOff: notUsed,
    switchOn: notUsed,
  };
}

function fakesOfAws({
  current,
  calls,
  clock,
}: Pick<Parts, 'current' | 'calls' | 'clock'>): Pick<
  BrokerDependencies,
  'assumeTenantRole' | 'makeDataKey' | 'invokeJob'
> {
  return {
    async assumeTenantRole(input) {
      calls.assumed.push(input);
      if (current().stsIsOut) return { outcome: 'unavailable', code: 'sts.unavailable' };
      if (current().stsDenies?.(input)) {
        return { outcome: 'denied', code: 'sts.denied', stsRequestId: `sts-denied-${calls.assumed.length}` };
      }
      const expiresAtMs = clock.nowMs() + input.durationSeconds * 1000;
      const accessKeyId = `ASIA${String(calls.assumed.length).padStart(16, '0')}`;
      const session = {
        accessKeyId,
        assumedRoleId: 'AROA',
        stsRequestId: 'sts-1',
        issuedAtMs: clock.nowMs(),
        expiresAtMs,
      };
      const secrets = { accessKeyId, secretAccessKey: 'secret', sessionToken: 'token', expiresAtMs };
      return { outcome: 'assumed', credentials: new Secret(secrets), session };
    },
    async makeDataKey(context) {
      calls.dataKeys.push(context);
      return { made: true, key: { clear: new Secret(new Uint8Array(32).fill(7)), wrapped: new Uint8Array([1, 2, 3]) } };
    },
    async invokeJob(invocation) {
      calls.invoked.push(invocation);
      return { outcome: 'handedOver' };
    },
  };
}

async function notUsed(): Promise<never> {
  throw new Error('the pipeline does not write to this store');
}

async function ledgerAway(): Promise<never> {
  throw new BrokerError('store.unavailable', 'ledger');
}
