import type { FunctionLogLine } from '../lambda/log-lines.ts';

/** A function's log entry for a request or an issuance that went from one state to the next. */
export type Transition = {
  readonly functionName: string;
  /** For example `request.refused`. */
  readonly transition: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** Reads a transition from a function's structured log line; undefined for metrics and every other line. */
export function transitionIn({ functionName, line }: FunctionLogLine): Transition | undefined {
  if (!line.startsWith('{')) return undefined;
  const details = parseObject(line);
  const transition = details?.['transition'];
  if (details === undefined || typeof transition !== 'string' || '_aws' in details) return undefined;
  return { functionName, transition, details };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
