import type { Printer, World } from '../session.ts';
import { fitTo } from './printable.ts';
import { timeLeft } from './time-words.ts';

export type Progress = {
  show(line: string): void;
  /** Removes the line, so that the next output stands alone. */
  end(): void;
};

const EVERY_MS = 10_000;
const REDRAW_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/**
 * Shows the progress of a long command on standard error: a line that is rewritten on a terminal, else a line every 10
 * s.
 */
export function makeProgress({ stderr, clock }: Pick<World, 'stderr' | 'clock'>): Progress {
  let lastMs = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show(line) {
      const nowMs = clock.nowMs();
      if (nowMs - lastMs < (stderr.isTerminal ? REDRAW_MS : EVERY_MS)) return;
      lastMs = nowMs;
      drawn = stderr.isTerminal;
      stderr.write(stderr.isTerminal ? CLEAR_LINE + fitTo(line, widthFor(stderr)) : `${line}\n`);
    },
    end() {
      if (drawn) stderr.write(CLEAR_LINE);
      drawn = false;
    },
  };
}

/** One column less than the terminal: a line of its whole width would wrap, and could not be rewritten. */
function widthFor({ columns = 80 }: Printer): number {
  return columns - 1;
}

/** Writes a line such as `checking 4,200 of 10,000 (42 %), 310 a second, 19 s left`. */
export function countedLine(
  doing: string,
  { done, total, sinceMs }: { readonly done: number; readonly total: number; readonly sinceMs: number },
): string {
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  const counted = `${doing} ${grouped(done)} of ${grouped(total)} (${share} %)`;
  if (done === 0 || sinceMs <= 0) return counted;
  const perSecond = done / (sinceMs / 1_000);
  const rate =
    perSecond >= 1 ? `${grouped(Math.round(perSecond))} a second` : `${(perSecond * 60).toFixed(1)} a minute`;
  return `${counted}, ${rate}, ${timeLeft(((total - done) / perSecond) * 1_000)} left`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}

/** Writes a count such as `1 line` or `4,200 lines`. */
export function countOf(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
