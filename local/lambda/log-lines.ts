import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One line that a function wrote to its standard output or error. */
export type FunctionLogLine = {
  readonly functionName: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
};
export type FunctionLog = (line: FunctionLogLine) => void;

/** Passes a worker's output on line by line. */
export function captureLines(output: Readable, sink: (line: string) => void): void {
  createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY }).on('line', sink);
}
