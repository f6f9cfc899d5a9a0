import { describe, expect, it } from 'vitest';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { countingIds, START_MS, stoppedClock } from '../emulated-call.ts';

const VISIBILITY_SECONDS = 30;

function setUp(maxReceiveCount = 3) {
  const clock = stoppedClock();
  const store = createQueueStore({ clock, ids: countingIds() });
  const common = {
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    maximumMessageBytes: 1_048_576,
    retentionSeconds: 345_600,
  };
  store.createQueue({ ...common, name: 'dead' });
  store.createQueue({ ...common, name: 'work', redrive: { deadLetterQueueName: 'dead', maxReceiveCount } });
  return { clock, store };
}

function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`${items.length} items instead of one`);
  return item;
}

const one = { max: 1 };

describe('a queue', () => {
  it('hands out messages oldest first, at most as many as asked for', () => {
    const { store } = setUp();
    for (const body of ['a', 'b', 'c']) store.send('work', body);
    expect(store.receive('work', { max: 2 }).map(({ body }) => body)).toEqual(['a', 'b']);
    expect(store.receive('work', { max: 2 }).map(({ body }) => body)).toEqual(['c']);
  });

  it.each([
    { afterMs: VISIBILITY_SECONDS * 1000 - 1, received: 0 },
    { afterMs: VISIBILITY_SECONDS * 1000, received: 1 },
  ])('shows a received message again after its visibility time-out: $received after $afterMs ms', (given) => {
    const { clock, store } = setUp();
    store.send('work', 'body');
    store.receive('work', one);
    clock.advance(given.afterMs);
    expect(store.receive('work', one)).toHaveLength(given.received);
  });

  it('gives each receive a handle of its own and counts it, keeping the first receive', () => {
    const { clock, store } = setUp();
    store.send('work', 'body', { senderId: 'user-1' });
    const first = only(store.receive('work', { max: 1, visibilityTimeoutSeconds: 0 }));
    clock.advance(5);
    const second = only(store.receive('work', one));
    expect(second.receiptHandle).not.toBe(first.receiptHandle);
    expect([first.receiveCount, second.receiveCount]).toEqual([1, 2]);
    expect(second).toMatchObject({ firstReceivedAtMs: START_MS, sentAtMs: START_MS, senderId: 'user-1' });
  });

  it('deletes by the last handle only, also after the visibility time-out', () => {
    const { clock, store } = setUp();
    store.send('work', 'body');
    const old = only(store.receive('work', { max: 1, visibilityTimeoutSeconds: 0 }));
    const last = only(store.receive('work', one));
    store.delete('work', old.receiptHandle);
    expect(store.counts('work')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    clock.advance(VISIBILITY_SECONDS * 1000);
    store.delete('work', last.receiptHandle);
    store.delete('work', last.receiptHandle);
    expect(store.snapshot()).toEqual([]);
  });

  it('refuses a handle that is malformed or of another queue', () => {
    const { store } = setUp();
    store.send('dead', 'body');
    const { receiptHandle } = only(store.receive('dead', one));
    const invalid = expect.objectContaining({ code: 'ReceiptHandleIsInvalid' });
    expect(() => store.delete('work', receiptHandle)).toThrow(invalid);
    expect(() => store.delete('work', 'x')).toThrow(invalid);
    expect(store.counts('dead').inFlight).toBe(1);
  });

  it('changes the visibility of a message in flight, from now on', () => {
    const { clock, store } = setUp();
    store.send('work', 'body');
    const { receiptHandle } = only(store.receive('work', one));
    clock.advance(20_000);
    store.changeVisibility('work', receiptHandle, 20);
    clock.advance(19_999);
    expect(store.receive('work', one)).toEqual([]);
    clock.advance(1);
    expect(store.receive('work', one)).toHaveLength(1);
  });

  it('refuses to change what an old handle names or what is visible again', () => {
    const { store } = setUp();
    store.send('work', 'body');
    const old = only(store.receive('work', { max: 1, visibilityTimeoutSeconds: 0 }));
    const notInFlight = expect.objectContaining({ code: 'MessageNotInflight' });
    expect(() => store.changeVisibility('work', old.receiptHandle, 5)).toThrow(notInFlight);
    store.receive('work', one);
    const invalid = expect.objectContaining({ code: 'ReceiptHandleIsInvalid' });
    expect(() => store.changeVisibility('work', old.receiptHandle, 5)).toThrow(invalid);
  });

  it('counts visible, in-flight and delayed messages apart, and knows when the next one shows', () => {
    const { clock, store } = setUp();
    store.send('work', 'received');
    store.receive('work', one);
    store.send('work', 'visible');
    store.send('work', 'delayed', { delaySeconds: 10 });
    expect(store.counts('work')).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
    expect(store.nextVisibleAtMs('work')).toBe(START_MS + 10_000);
    clock.advance(10_000);
    expect(store.counts('work')).toEqual({ visible: 2, inFlight: 1, delayed: 0 });
    expect(store.nextVisibleAtMs('work')).toBe(START_MS + 30_000);
  });

  it('forgets messages past their retention', () => {
    const { clock, store } = setUp();
    store.send('work', 'body');
    clock.advance(345_600_000 - 1);
    expect(store.snapshot()).toHaveLength(1);
    clock.advance(1);
    expect(store.receive('work', one)).toEqual([]);
    expect(store.snapshot()).toEqual([]);
  });

  it('shows everything at rest, in flight and delayed messages too', () => {
    const { store } = setUp();
    store.send('work', 'in flight');
    store.receive('work', one);
    store.send('work', 'delayed', { delaySeconds: 5 });
    expect(store.snapshot().map(({ queueName, body }) => [queueName, body])).toEqual([
      ['work', 'in flight'],
      ['work', 'delayed'],
    ]);
  });

  it('wakes listeners on sends, shortened visibility and the clock, until they stop listening', () => {
    const { clock, store } = setUp();
    let woken = 0;
    const stop = store.onMessage('work', () => {
      woken += 1;
    });
    store.send('work', 'body');
    const { receiptHandle } = only(store.receive('work', one));
    store.changeVisibility('work', receiptHandle, 0);
    clock.advance(1);
    expect(woken).toBe(3);
    stop();
    store.send('work', 'body');
    expect(woken).toBe(3);
  });

  it('refuses a queue twice, one whose dead-letter queue is missing, and FIFO queues', () => {
    const { store } = setUp();
    const settings = { visibilityTimeoutSeconds: 1, maximumMessageBytes: 1024, retentionSeconds: 60 };
    expect(() => store.createQueue({ ...settings, name: 'work' })).toThrow('exists already');
    expect(() => store.createQueue({ ...settings, name: 'x.fifo' })).toThrow('only standard queues');
    const redrive = { deadLetterQueueName: 'nowhere', maxReceiveCount: 1 };
    expect(() => store.createQueue({ ...settings, name: 'x', redrive })).toThrow('does not exist yet');
    expect(() => store.send('nowhere', 'body')).toThrow(expect.objectContaining({ code: 'QueueDoesNotExist' }));
  });
});

describe('redrive', () => {
  it.each([1, 3, 100])('moves a message at the receive after %i, and not before', (maxReceiveCount) => {
    const { clock, store } = setUp(maxReceiveCount);
    const { messageId } = store.send('work', 'body');
    for (let count = 1; count <= maxReceiveCount; count += 1) {
      expect(only(store.receive('work', one)).receiveCount).toBe(count);
      clock.advance(VISIBILITY_SECONDS * 1000);
    }
    expect(store.counts('dead').visible).toBe(0);
    expect(store.receive('work', one)).toEqual([]);
    expect(store.counts('work')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const dead = only(store.receive('dead', one));
    expect(dead).toMatchObject({ messageId, deadLetterSource: 'work', receiveCount: maxReceiveCount + 1 });
    expect(dead.sentAtMs).toBe(START_MS);
  });

  it('hands out the next message in place of the one it moves, and wakes the dead-letter queue', () => {
    const { store } = setUp(1);
    let woken = 0;
    store.onMessage('dead', () => {
      woken += 1;
    });
    store.send('work', 'poison');
    store.receive('work', { max: 1, visibilityTimeoutSeconds: 0 });
    store.send('work', 'good');
    expect(only(store.receive('work', one)).body).toBe('good');
    expect(woken).toBe(1);
  });

  it('leaves the handles of the source queue without effect', () => {
    const { store } = setUp(1);
    store.send('work', 'poison');
    const { receiptHandle } = only(store.receive('work', { max: 1, visibilityTimeoutSeconds: 0 }));
    store.receive('work', one);
    store.delete('work', receiptHandle);
    expect(store.counts('dead').visible).toBe(1);
  });
});
