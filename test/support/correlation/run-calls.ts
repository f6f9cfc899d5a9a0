import { START_MS } from '../frozen-clock.ts';
import { OUR_STORIES, type Scene, STRAY_STORIES, type Story } from './call-stories.ts';
import { type CorrelationWorld, correlationWorld } from './correlation-world.ts';

const MINUTE_MS = 60_000;
const TICK_EVERY = 5;
/** After the last call: an hour for CloudTrail, an hour for what nobody recorded, and what the walk waits for. */
const MINUTES_AFTER = 200;

export type CallsRun = {
  /** Makes the stories: what is called, and what CloudTrail writes. */
  readonly seed: number;
  /** Makes the deliveries: when, how often, in which order. */
  readonly orderSeed: number;
  /** Each with one call or several; the strays are spread over them. */
  readonly stories: number;
  readonly strays: number;
  readonly minutes: number;
  /** The chance of a crash right before and right after each effect. */
  readonly crashes?: number;
};

export type CallsReport = {
  readonly deliveries: number;
  readonly stories: number;
  readonly planted: readonly string[];
  readonly world: CorrelationWorld;
};

type Step = { readonly atMs: number; readonly run: (world: CorrelationWorld) => Promise<void> | void };

/** Plays calls of ours and around us, and CloudTrail's records of them: up to an hour late, several times, in any order. */
export async function runCalls(plan: CallsRun): Promise<CallsReport> {
  const world = correlationWorld({ keepLines: false });
  const random = randomOf(plan.seed);
  const order = randomOf(plan.orderSeed);
  const buckets = new Map<number, Step[]>();
  const counted = { deliveries: 0, stories: 0 };
  const planted: string[] = [];
  const crash = crashing(world, plan.crashes ?? 0, order);

  const at = (atMs: number, run: Step['run']) => {
    const minute = Math.floor((atMs - START_MS) / MINUTE_MS);
    const bucket = buckets.get(minute) ?? [];
    bucket.push({ atMs, run });
    buckets.set(minute, bucket);
  };

  function deliver(record: object, atMs: number): void {
    counted.deliveries += 1;
    at(atMs, async () => {
      if (await crash(() => world.deliver(record))) at(atMs + MINUTE_MS, () => deliver(record, atMs + MINUTE_MS));
    });
  }

  function play(story: Story, nowMs: number): void {
    planted.push(...story.strays);
    for (const { atMs, item } of story.ledger) at(atMs, () => world.records.put(item));
    for (const { atMs, record } of story.calls) {
      for (const delayMs of delaysOf(order)) deliver(record, Math.max(nowMs, atMs + delayMs));
    }
  }

  const perMinute = plan.stories / plan.minutes;
  for (let minute = 0; minute < plan.minutes + MINUTES_AFTER; minute += 1) {
    const beginMs = START_MS + minute * MINUTE_MS;
    while (minute < plan.minutes && counted.stories < (minute + 1) * perMinute) {
      const name = `${plan.seed}-${counted.stories}`;
      const atMs = beginMs + Math.floor(random() * MINUTE_MS);
      const isStray = planted.length < plan.strays && counted.stories >= (planted.length * plan.stories) / plan.strays;
      counted.stories += 1;
      play(makeStory({ name, atMs, isStray, index: planted.length, random }), beginMs);
    }
    for (const { atMs, run } of (buckets.get(minute) ?? []).sort((left, right) => left.atMs - right.atMs)) {
      world.clock.set(Math.max(atMs, world.clock.nowMs()));
      await run(world);
    }
    buckets.delete(minute);
    world.clock.set(Math.max(beginMs + MINUTE_MS, world.clock.nowMs()));
    await drain(world, crash);
    if (minute % TICK_EVERY === 0) await crash(() => world.tick());
  }
  return { ...counted, planted, world };
}

/** Most come within minutes, some after an hour; every fifth comes again. */
function delaysOf(order: () => number): readonly number[] {
  const times = order() < 0.2 ? 2 + Math.floor(order() * 2) : 1;
  const mostMinutes = () => (order() < 0.7 ? 10 : 60);
  return Array.from({ length: times }, () => Math.floor(order() * mostMinutes() * MINUTE_MS));
}

type Maker = {
  readonly name: string;
  readonly atMs: number;
  readonly isStray: boolean;
  readonly index: number;
  readonly random: () => number;
};

/** Mostly what is usual; of the rest, each kind as often as another. Strays go round by kind, in accounts of their own. */
function makeStory({ name, atMs, isStray, index, random }: Maker): Story {
  const scene: Scene = { name, atMs, accountId: String(200_000_000_000 + Math.floor(random() * 5_000)) };
  if (isStray) return kindOf(STRAY_STORIES, index)({ ...scene, accountId: String(300_000_000_000 + index) });
  const unusual = random() < 0.15;
  return kindOf(OUR_STORIES, unusual ? Math.floor(random() * 1_000) : 0)(scene);
}

function kindOf(stories: typeof OUR_STORIES, index: number): (scene: Scene) => Story {
  const kinds = Object.values(stories);
  const kind = kinds[index % kinds.length];
  if (kind === undefined) throw new Error('there are no stories');
  return kind;
}

/** What could not be recorded comes again from the queue. */
async function drain(world: CorrelationWorld, crash: Crash): Promise<void> {
  const messages = world.waiting.splice(0).map((event, index) => ({ event, messageId: String(index) }));
  for (const { event, messageId } of messages) {
    const Records = [{ messageId, body: JSON.stringify(event) }];
    if (await crash(() => world.invoke({ Records }))) world.waiting.push(event);
  }
}

type Crash = (work: () => Promise<unknown>) => Promise<boolean>;

/** Whoever crashed does nothing any more: neither the effect, nor what would follow it, nor what would catch the error. */
function crashing(world: CorrelationWorld, chance: number, random: () => number): Crash {
  let dead = false;
  const maybe = () => {
    dead ||= chance > 0 && random() < chance;
    if (dead) throw new Error('crashed');
  };
  world.faults.before = maybe;
  world.faults.after = maybe;
  return async (work) => {
    dead = false;
    await work().catch((error: unknown) => {
      if (!dead) throw error;
    });
    const crashed = dead;
    dead = false;
    return crashed;
  };
}

/** A small generator of numbers from 0 to 1 that repeats from its seed. Source: mulberry32, public domain. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What all that was delivered came to: the same for the same calls, however they were delivered. */
export function outcomeOf({ world }: CallsReport): readonly string[] {
  return [...world.ledger.items.values()]
    .map(({ recordId, of, exception, told, calls, dueAtMs, uncounted }) =>
      JSON.stringify({
        recordId,
        of,
        exception,
        told: [...told].sort(),
        calls: calls.map(({ stsRequestId }) => stsRequestId).sort(),
        uncounted,
        isDue: dueAtMs !== undefined,
      }),
    )
    .sort();
}
