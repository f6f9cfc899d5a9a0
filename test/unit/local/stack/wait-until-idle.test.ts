import { describe, expect, it } from 'vitest';
import { type Activity, waitUntilIdle } from '../../../../local/stack/wait-until-idle.ts';

/** Nothing goes on but what a test says, for so many looks. */
function busyFor(looks: number, busy: (isBusy: () => number) => Partial<Activity>) {
  let looked = 0;
  const isBusy = () => (looked++ < looks ? 1 : 0);
  const quiet: Activity = {
    mappings: [],
    streamMappings: [],
    store: { counts: () => ({ visible: 0, inFlight: 0, delayed: 0 }) },
    pool: { activity: () => 0 },
    asyncInvocations: { activity: () => 0 },
    cloudTrail: { activity: () => 0 },
  };
  return { activity: { ...quiet, ...busy(isBusy) }, looked: () => looked };
}

const counts = { visible: 0, inFlight: 0, delayed: 0 };

describe('waitUntilIdle', () => {
  it.each<[string, (isBusy: () => number) => Partial<Activity>]>([
    ['an invocation runs', (activity) => ({ pool: { activity } })],
    ['an event waits for its invocation', (activity) => ({ asyncInvocations: { activity } })],
    [
      'a batch of messages is on its way',
      (activity) => ({ mappings: [{ activity, stop: () => undefined, queueName: 'requests' }] }),
    ],
    ['a change is on its way', (activity) => ({ streamMappings: [{ activity }] })],
    [
      'a message waits for its function',
      (isBusy) => ({
        mappings: [{ activity: () => 0, stop: () => undefined, queueName: 'requests' }],
        store: { counts: () => ({ ...counts, visible: isBusy() }) },
      }),
    ],
  ])('waits while %s, and then for three quiet looks', async (_, busy) => {
    const { activity, looked } = busyFor(4, busy);
    await waitUntilIdle(activity);
    expect(looked()).toBe(4 + 3);
  });
});
