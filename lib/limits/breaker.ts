import {
  type BreakerRow,
  closing,
  isRecovering,
  notProbing,
  opening,
  PROBE_MS,
  probing,
  readBreaker,
  recovering,
} from './breaker-row.ts';
import { makeCallWindow } from './call-window.ts';
import type { LimitsDependencies } from './limits-dependencies.ts';
import type { StsShare } from './sts-share.ts';

/**
 * A circuit breaker that holds back calls to STS while most of them fail. Each function instance watches its own
 * calls, which costs nothing. The one that sees more than half of them fail writes a row, which all instances read
 * together with what they read anyway.
 */
export type Breaker = {
  /** How it stands; up to a second old. Throws `store.*`: what cannot be read is not known to be closed. */
  look(): Promise<BreakerReading>;
  /** How it stood when it was last looked at, if that was not long ago. */
  known(): BreakerReading | undefined;
  /** The calls a second that were usual, if a queue was coming in when it was last looked at. */
  usualPerSecond(): number | undefined;
  /** Once the time is over, one at a time may try. Undefined: somebody else does. Throws `store.*`. */
  probe(): Promise<Probe | undefined>;
  /** What became of a call. Never throws: the call is what counts. */
  note(outcome: 'answered' | 'failed'): Promise<void>;
  /** Somebody was turned away at the ceiling of the recovery: it goes on. Never throws. */
  pressed(): Promise<void>;
};

/** The permission to try whether STS answers again. The first call that is noted uses it up. */
export type Probe = {
  /** No call was made: the next may try at once, instead of waiting for what will not come. Never throws. */
  unused(): Promise<void>;
};

export type BreakerReading = {
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** While it is open, and then while what was queued comes in: the calls a second that were usual before. */
  readonly usualPerSecond?: number;
};

/** A reading serves the messages of a batch together. */
const LOOK_MS = 1_000;
const PRESSED_EACH_MS = 60_000;

type Seen = { readonly row: BreakerRow; readonly atMs: number };

export function makeBreaker({
  counters,
  clock,
  ids,
  log,
  share,
}: LimitsDependencies & { readonly share: StsShare }): Breaker {
  const window = makeCallWindow();
  let seen: Seen | undefined;
  let looking: Promise<Seen> | undefined;
  let probesUntilMs = 0;
  let pressedAtMs = Number.NEGATIVE_INFINITY;

  const lately = () => (seen !== undefined && clock.nowMs() - seen.atMs < LOOK_MS ? seen.row : undefined);

  async function read(): Promise<Seen> {
    try {
      const row = await readBreaker(counters);
      seen = { row, atMs: clock.nowMs() };
      return seen;
    } finally {
      looking = undefined;
    }
  }

  async function open(nowMs: number): Promise<void> {
    const row = await readBreaker(counters);
    // What is usual shows before an outage, not during one or while its queue comes in.
    const anew = row.openUntilMs === undefined && !isRecovering(row, nowMs);
    const usual = anew ? await share.usualPerSecond() : row.usualPerSecond;
    const [byte = 0] = ids.randomBytes(1);
    const opened = await opening(counters, { nowMs, usual, jitter: byte / 255 });
    window.clear();
    seen = opened && { row: opened, atMs: nowMs };
    if (opened) log.transition({ transition: 'breaker.opened', code: 'sts.heldBack' });
  }

  async function close(nowMs: number): Promise<void> {
    const closed = await closing(counters, nowMs);
    window.clear();
    seen = closed && { row: closed, atMs: nowMs };
    if (closed) log.transition({ transition: 'breaker.closed' });
  }

  async function quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      log.transition({ transition: 'limits.unwritten', code: 'store.unavailable' });
    }
  }

  return {
    async look() {
      const row = lately();
      if (row !== undefined) return readingOf(row, clock.nowMs());
      looking ??= read();
      return readingOf((await looking).row, clock.nowMs());
    },

    known() {
      const row = lately();
      return row === undefined ? undefined : readingOf(row, clock.nowMs());
    },

    usualPerSecond: () => (seen === undefined ? undefined : readingOf(seen.row, clock.nowMs()).usualPerSecond),

    async probe() {
      const nowMs = clock.nowMs();
      if (!(await probing(counters, nowMs))) return undefined;
      const untilMs = nowMs + PROBE_MS;
      probesUntilMs = untilMs;
      return {
        async unused() {
          // Not where another one tries by now, because this one took too long.
          if (probesUntilMs === untilMs) probesUntilMs = 0;
          await quietly(() => notProbing(counters, nowMs));
        },
      };
    },

    async note(outcome) {
      const nowMs = clock.nowMs();
      window.note(outcome, nowMs);
      const decides = nowMs < probesUntilMs;
      probesUntilMs = 0;
      if (decides && outcome === 'answered') return quietly(() => close(nowMs));
      if (decides || window.mostFail(nowMs)) return quietly(() => open(nowMs));
    },

    async pressed() {
      const nowMs = clock.nowMs();
      if (nowMs - pressedAtMs < PRESSED_EACH_MS) return;
      pressedAtMs = nowMs;
      await quietly(() => recovering(counters, nowMs));
    },
  };
}

function readingOf(row: BreakerRow, nowMs: number): BreakerReading {
  const { openUntilMs, usualPerSecond } = row;
  // Told before it closes too: the first calls afterwards are made by what was read before.
  const holds = openUntilMs !== undefined || isRecovering(row, nowMs);
  const usual = holds && usualPerSecond !== undefined ? { usualPerSecond } : {};
  if (openUntilMs === undefined) return { state: 'closed', ...usual };
  return { state: openUntilMs > nowMs ? 'open' : 'halfOpen', ...usual };
}
