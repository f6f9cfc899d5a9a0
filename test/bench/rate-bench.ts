import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { LimitSettings } from '../../lib/limits/limit-settings.ts';
import { JSON_LIMITS } from '../../lib/requests/json-limits.ts';
import { parseQueueMessage } from '../../lib/requests/parse-request.ts';
import { SLOTS, tenantSlot } from '../../lib/scheduling/slot.ts';
import { runJobEvent } from '../support/queue-message.ts';
import {
  type Arrival,
  mostIn,
  percentile,
  randomFrom,
  SIMULATION_START_MS,
  type Simulated,
  simulate,
} from '../support/simulated-queue/simulate.ts';

export type RateOptions = {
  readonly objectsPerMinute: number;
  readonly tenants: number;
  readonly minutes: number;
  /** How long the requester collects the objects of a tenant; 0: it asks for each by itself. */
  readonly batchSeconds: number;
  /** Does it ask for each tenant at another instant of that time? */
  readonly spread: boolean;
};

export type RateReport = {
  readonly objects: number;
  readonly requests: number;
  readonly mostItems: number;
  readonly stsCalls: number;
  readonly stsCallsPerSecondAtMost: number;
  readonly heldBack: Readonly<Record<string, number>>;
  /** Objects whose request had no credentials when the simulation ended, half an hour after the last object. */
  readonly objectsLeft: number;
  /** From an object to the credentials of the job that reads it. */
  readonly waitSeconds: { readonly median: number; readonly p99: number; readonly longest: number };
  /** Objects that waited longer than the job's own limit for an event. */
  readonly overEventAge: number;
};

/** The defaults of a deployment. */
export const settings: LimitSettings = {
  perTenant: { requestsPerMinute: 600, concurrentIssuances: 20 },
  stsCallsPerSecond: 300,
};

const MINUTE_MS = 60_000;
/** Of `input.items`, by the job that reads them. */
const MOST_ITEMS = 1_000;
/** What an event has beside its items. */
const ENVELOPE_BYTES = 1_024;
const EVENT_AGE_MS = (jobCatalogue.get('process-logs')?.maximumEventAgeSeconds ?? 0) * 1_000;

type LogObject = { readonly atMs: number; readonly tenantId: string; readonly key: string };
type Request = Arrival & { readonly objects: readonly LogObject[] };

/**
 * An hour of a log pipeline: objects of many tenants, a few of which have most of them, a requester that batches them
 * into `input.items`, and the broker's limits as they are deployed, in virtual time. Every request is read by the
 * broker's own parser, so that none is larger than it may be.
 */
export async function benchRate(options: RateOptions): Promise<RateReport> {
  const requests = batched(objectsOf(options), options);
  const endMs = SIMULATION_START_MS + (options.minutes + 30) * MINUTE_MS;
  const waits: number[] = [];
  const served = new Set<Arrival>();
  const objectsIn = new Map<Arrival, readonly LogObject[]>(requests.map((request) => [request, request.objects]));
  const simulated = await simulate({
    arrivals: requests,
    settings,
    untilMs: endMs,
    onServed(arrival, servedAtMs) {
      served.add(arrival);
      for (const { atMs } of objectsIn.get(arrival) ?? []) waits.push(servedAtMs - atMs);
    },
  });
  return report({ requests, served, waits, simulated });
}

/** Tenant n has as many as 1/n of the first. */
function objectsOf({ objectsPerMinute, tenants, minutes }: RateOptions): readonly LogObject[] {
  const random = randomFrom(7);
  const weights = Array.from({ length: tenants }, (_, index) => 1 / (index + 1));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const steps: number[] = [];
  weights.reduce((sum, weight, index) => {
    steps[index] = sum + weight / whole;
    return sum + weight / whole;
  }, 0);
  const count = objectsPerMinute * minutes;
  return Array.from({ length: count }, (_, index) => {
    const tenantId = `tenant-${tenantAt(steps, random())}`;
    const atMs = SIMULATION_START_MS + (index * MINUTE_MS) / objectsPerMinute;
    return { atMs, tenantId, key: `AWSLogs/111122223333/CloudTrail/eu-west-1/2031/05/06/${tenantId}_${index}.json.gz` };
  });
}

function tenantAt(steps: readonly number[], place: number): number {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 1) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Batch = { readonly dueMs: number; readonly objects: LogObject[]; bytes: number };

/** What the requester sends: a tenant's objects when its time has come, or as soon as no more fit. */
function batched(objects: readonly LogObject[], how: RateOptions): readonly Request[] {
  const requests: Request[] = [];
  const collected = new Map<string, Batch>();
  for (const object of objects) {
    const { tenantId, atMs, key } = object;
    const bytes = Buffer.byteLength(JSON.stringify(key), 'utf8') + 1;
    const before = collected.get(tenantId);
    const isOver = before !== undefined && isDone(before, { atMs, bytes });
    if (isOver) requests.push({ atMs: Math.min(before.dueMs, atMs), tenantId, objects: before.objects });
    const kept = isOver ? undefined : before;
    const batch = kept ?? { dueMs: nextDueMs(object, how), objects: [], bytes: 0 };
    batch.objects.push(object);
    batch.bytes += bytes;
    collected.set(tenantId, batch);
  }
  for (const [tenantId, { dueMs, objects: rest }] of collected) requests.push({ atMs: dueMs, tenantId, objects: rest });
  for (const request of requests) mustBeLegible(request);
  return requests.sort((one, other) => one.atMs - other.atMs);
}

/** Its time has come, or one more would be too many or too long. */
function isDone({ dueMs, objects, bytes }: Batch, next: { readonly atMs: number; readonly bytes: number }): boolean {
  const isDue = dueMs <= next.atMs;
  const isFull = objects.length === MOST_ITEMS;
  const isLong = bytes + next.bytes > JSON_LIMITS.bytes - ENVELOPE_BYTES;
  return isDue || isFull || isLong;
}

/** As the broker's schedules do: the same instant of the time for a tenant always, and another for others. */
function nextDueMs(
  { atMs, tenantId }: LogObject,
  { batchSeconds, spread }: Pick<RateOptions, 'batchSeconds' | 'spread'>,
): number {
  if (batchSeconds === 0) return atMs;
  const timeMs = batchSeconds * 1_000;
  const slot = Number.parseInt(tenantSlot(tenantId).slice('slot-'.length), 10);
  const phaseMs = spread ? Math.floor((slot / SLOTS) * timeMs) : 0;
  return (Math.floor((atMs - phaseMs) / timeMs) + 1) * timeMs + phaseMs;
}

function mustBeLegible({ tenantId, objects }: Request): void {
  const items = objects.map(({ key }) => key);
  const reading = parseQueueMessage(runJobEvent({ detail: { tenantId, job: 'process-logs', input: { items } } }));
  if (!reading.read) throw new Error(`a batch of ${items.length} would be refused: ${reading.refusal.explanation}`);
}

type Measured = {
  readonly requests: readonly Request[];
  readonly served: ReadonlySet<Arrival>;
  readonly waits: readonly number[];
  readonly simulated: Simulated;
};

function report({ requests, served, waits, simulated }: Measured): RateReport {
  const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  const left = requests.filter((request) => !served.has(request));
  return {
    objects: count(requests),
    requests: requests.length,
    mostItems: requests.reduce((most, { objects }) => Math.max(most, objects.length), 0),
    stsCalls: simulated.callsAtMs.length,
    stsCallsPerSecondAtMost: mostIn(simulated.callsAtMs, 1_000),
    heldBack: Object.fromEntries(simulated.heldBack),
    objectsLeft: count(left),
    waitSeconds: {
      median: seconds(percentile(waits, 0.5)),
      p99: seconds(percentile(waits, 0.99)),
      longest: seconds(percentile(waits, 1)),
    },
    overEventAge: waits.filter((wait) => wait > EVENT_AGE_MS).length,
  };
}

function count(requests: readonly Request[]): number {
  return requests.reduce((sum, { objects }) => sum + objects.length, 0);
}
