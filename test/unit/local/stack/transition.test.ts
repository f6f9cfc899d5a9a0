import { describe, expect, it } from 'vitest';
import { transitionIn } from '../../../../local/stack/transition.ts';

function read(line: string) {
  return transitionIn({ functionName: 'issue-credentials', stream: 'stdout', line });
}

describe('transitionIn', () => {
  it('reads the transition of a structured log line', () => {
    const details = { level: 'INFO', transition: 'request.refused', requestId: 'req_1' };
    expect(read(JSON.stringify(details))).toEqual({
      functionName: 'issue-credentials',
      transition: 'request.refused',
      details,
    });
  });

  it.each([
    ['plain text', 'transition'],
    ['broken JSON', '{"transition":"a'],
    ['a log line about something else', '{"level":"INFO","message":"hello"}'],
    ['a metric that counts transitions', '{"_aws":{},"transition":"request.refused"}'],
    ['a transition that is no text', '{"transition":1}'],
  ])('takes %s for none', (_, line) => {
    expect(read(line)).toBeUndefined();
  });
});
