import { describe, expect, it } from 'vitest';
import { loggedEventIn } from '../../../../local/watch/logged-event.ts';

const read = (line: string) => loggedEventIn({ line });

describe('loggedEventIn', () => {
  it('reads a transition of a brokering function, and drops what it does not show', () => {
    const line = { level: 'INFO', message: 'x', transition: 'request.refused', requestId: 'req_1', code: 'job.off' };
    expect(read(JSON.stringify(line))).toEqual({ what: 'request.refused', requestId: 'req_1', code: 'job.off' });
  });

  it('reads an event of the job runtime', () => {
    const line = { event: 'claim.refused', because: 'switchedOff', issuanceId: 'scan-account.a', attempt: 2 };
    const { event: what, ...facts } = line;
    expect(read(JSON.stringify(line))).toEqual({ what, ...facts });
  });

  it.each([
    ['plain text', 'transition'],
    ['broken JSON', '{"transition":"a'],
    ['a list', '[]'],
    ['a log line about something else', '{"level":"INFO","message":"hello"}'],
    ['a metric that counts transitions', '{"_aws":{},"transition":"request.refused"}'],
    ['a transition that is no text', '{"transition":1}'],
    ['an attempt that is no number', '{"transition":"issuance.issued","attempt":"1"}'],
  ])('takes %s for nothing', (_, line) => {
    expect(read(line)).toBeUndefined();
  });
});
