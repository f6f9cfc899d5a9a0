import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { FunctionLogLine } from '../../../../local/lambda/log-lines.ts';
import { watchStack } from '../../../../local/watch/watch-stack.ts';

function watched(logs: boolean, ...lines: readonly string[]): string {
  const stream = new PassThrough();
  watchStack(
    {
      onFunctionLog(listener: (line: FunctionLogLine) => void) {
        for (const line of lines) listener({ functionName: 'f', stream: 'stdout', line });
        return () => undefined;
      },
    },
    { stream, logs },
  );
  return String(stream.read() ?? '');
}

const refused = '{"transition":"request.refused","timestamp":"2026-11-21T12:00:01.567Z","requestId":"req_1"}';

describe('watchStack', () => {
  it('writes a line for what happened and nothing of what else is logged, without colour where none is taken', () => {
    expect(watched(false, 'hello', refused)).toBe('12:00:01  refused          req_1\n');
  });

  it('writes the logs as well when it is asked to', () => {
    expect(watched(true, 'hello', refused)).toBe(`f: hello\n12:00:01  refused          req_1\nf: ${refused}\n`);
  });
});
