import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/broker/broker-dependencies.ts';
import { timedMessages } from '../../../lib/broker/timed-stages.ts';

let told: (string | number)[][];
beforeEach(() => {
  told = [];
});

const stages = {
  note: (stage: string, milliseconds: number) => void told.push([stage, milliseconds]),
  publish: () => void told.push(['published']),
};
const clock = { nowMs: () => 10_000 };

function aMessage(over: Partial<Message> = {}): Message {
  return { messageId: 'm', body: '', receiveCount: 1, sentAtMs: 9_400, remainingMs: () => 30_000, ...over };
}

describe('a message that is worked on', () => {
  it('tells how long it was on the queue, and then what was noted of it', async () => {
    const run = timedMessages(async () => 'settled', { stages, clock });
    await expect(run(aMessage())).resolves.toBe('settled');
    expect(told).toEqual([['queue', 600], ['published']]);
  });

  it.each([
    ['that comes again', aMessage({ receiveCount: 2 })],
    ['that SQS put no time on', aMessage({ sentAtMs: undefined })],
  ])('tells of no wait where it is one %s', async (_what, message) => {
    await timedMessages(async () => 'settled', { stages, clock })(message);
    expect(told).toEqual([['published']]);
  });

  it('publishes where it breaks, too', async () => {
    const run = timedMessages(() => Promise.reject(new Error('broken')), { stages, clock });
    await expect(run(aMessage())).rejects.toThrow('broken');
    expect(told.at(-1)).toEqual(['published']);
  });
});
