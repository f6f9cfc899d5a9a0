import type { Transition, TransitionLog } from '../../lib/platform/transition-log.ts';

/** A log that keeps its lines. */
export function recordedTransitions(): TransitionLog & { readonly lines: readonly Transition[] } {
  const lines: Transition[] = [];
  return {
    lines,
    transition(line) {
      lines.push(line);
    },
  };
}
