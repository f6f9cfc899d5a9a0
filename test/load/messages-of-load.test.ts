import { expect, it } from 'vitest';
import { frozenClock } from '../support/frozen-clock.ts';
import { messagesOfLoad } from './messages-of-load.ts';

const HOUR_MS = 3_600_000;

it('sends each event at the time that it is, or a long load would end in requests that are too old', () => {
  const clock = frozenClock();
  const { clean, rest } = messagesOfLoad({ tenants: 3, seed: 1, clock });
  clock.advance(30 * HOUR_MS);
  const now = new Date(clock.nowMs()).toISOString();
  const events = [...clean(20), ...rest(200)].filter(({ body }) => body.includes('"detail-type"'));
  expect(events.length).toBeGreaterThan(30);
  expect(new Set(events.map(({ body }) => JSON.parse(body).time))).toEqual(new Set([now]));
});
