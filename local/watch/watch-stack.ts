import { styleText } from 'node:util';
import type { Stack } from '../stack.ts';
import { loggedEventIn } from './logged-event.ts';
import { loggedEventLine, type Paint, type Tone } from './logged-event-line.ts';

const STYLES: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  no: 'yellow',
  broken: 'red',
  plain: 'cyan',
};

/**
 * Writes a line for each event in the stack, in colour where the stream is a terminal that supports colours; with
 * `logs`, also everything else that the functions write, unchanged.
 */
export function watchStack(
  stack: Pick<Stack, 'onFunctionLog'>,
  { stream, logs }: { readonly stream: NodeJS.WritableStream; readonly logs: boolean },
): void {
  const paint: Paint = (tone, text) => styleText(STYLES[tone], text, { stream });
  stack.onFunctionLog((written) => {
    const loggedEvent = loggedEventIn(written);
    if (loggedEvent !== undefined) stream.write(`${loggedEventLine(loggedEvent, paint)}\n`);
    if (logs) stream.write(`${written.functionName}: ${written.line}\n`);
  });
}
