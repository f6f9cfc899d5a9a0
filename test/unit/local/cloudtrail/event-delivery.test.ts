import { beforeEach, describe, expect, it } from 'vitest';
import { readAssumeRole } from '../../../../lib/audit/cloudtrail-event.ts';
import type { StackClock } from '../../../../local/clock.ts';
import type { CloudTrailRecord } from '../../../../local/cloudtrail/cloudtrail-record.ts';
import { createEventDelivery, type EventDelivery } from '../../../../local/cloudtrail/event-delivery.ts';
import { createTrail, type Trail, type TrailState } from '../../../../local/cloudtrail/trail.ts';
import type { EventEnvelope } from '../../../../local/eventbridge/event-envelope.ts';
import { countingIds, home, stoppedClock } from '../emulated-call.ts';
import { BROKER_ROLE, createStsFixture, EXTERNAL_ID, trusting } from '../sts/sts-fixture.ts';

const QUARTER_MS = 900_000;

let records: readonly CloudTrailRecord[];
let clock: StackClock;
let trail: Trail;
let delivery: EventDelivery;
let published: EventEnvelope[];
let letThrough: () => void;

beforeEach(async () => {
  records = await assumedTwice();
  clock = stoppedClock();
  trail = createTrail({ homeRegion: home.region, clock });
  published = [];
  let passage = Promise.resolve();
  letThrough = () => undefined;
  delivery = createEventDelivery({
    clock,
    ids: countingIds(),
    home,
    trail,
    publish(event) {
      published.push(event);
      passage = new Promise((resolve) => {
        letThrough = resolve;
      });
      return passage;
    },
  });
});

/** The four records of two cross-account calls. */
async function assumedTwice(): Promise<readonly CloudTrailRecord[]> {
  const fixture = createStsFixture();
  fixture.trust(trusting(BROKER_ROLE));
  await fixture.assume({ ExternalId: EXTERNAL_ID });
  await fixture.assume({ ExternalId: EXTERNAL_ID });
  return fixture.records;
}

function acceptAll(): void {
  for (const record of records) delivery.accept(record);
}

const own = () => records.filter(({ recipientAccountId }) => recipientAccountId === home.accountId);
const eventIds = () => published.map(({ detail }) => detail['eventID']);

describe('a CloudTrail record as an event', () => {
  it("comes at once, once, of the account's own copy, in the envelope of EventBridge", () => {
    acceptAll();
    expect(records).toHaveLength(4);
    expect(published).toEqual(
      own().map((record, index) => ({
        version: '0',
        id: `00000000-0000-4000-8000-00000000000${index + 1}`,
        'detail-type': 'AWS API Call via CloudTrail',
        source: 'aws.sts',
        account: home.accountId,
        time: '2026-11-21T10:00:00Z',
        region: 'eu-west-1',
        resources: [],
        detail: record,
      })),
    );
    expect(readAssumeRole(published[0]?.detail)).toMatchObject({ kind: 'assumeRole' });
  });

  it('does not come of a call in another region, whose bus is another', () => {
    for (const record of own()) delivery.accept({ ...record, awsRegion: 'us-east-1' });
    expect(published).toEqual([]);
  });

  it('is under way until the bus has handed it on', async () => {
    const [first] = own();
    if (first !== undefined) delivery.accept(first);
    expect([delivery.activity(), delivery.waiting()]).toEqual([1, 0]);
    letThrough();
    await new Promise(setImmediate);
    expect(delivery.activity()).toBe(0);
  });

  const states: [TrailState, number][] = [
    ['logging', 2],
    ['single-region', 2],
    ['write-only', 0],
    ['stopped', 0],
    ['none', 0],
  ];
  it.each(states)('with a trail that is "%s" comes %i times of two', (state, count) => {
    trail.set(state);
    acceptAll();
    expect(published).toHaveLength(count);
  });
});

describe('a plan of delivery', () => {
  it('delays by the clock of the stack', () => {
    delivery.plan({ afterMs: [QUARTER_MS] });
    acceptAll();
    clock.advance(QUARTER_MS - 1);
    expect([published.length, delivery.waiting()]).toEqual([0, 2]);
    clock.advance(1);
    expect(eventIds()).toEqual(own().map(({ eventID }) => eventID));
    expect([delivery.activity(), delivery.waiting()]).toEqual([2, 0]);
  });

  it('delivers twice under two ids of EventBridge, and the second time later', () => {
    delivery.plan({ afterMs: [0, QUARTER_MS] });
    const [first] = own();
    if (first !== undefined) delivery.accept(first);
    expect(published).toHaveLength(1);
    clock.advance(QUARTER_MS);
    expect(new Set(eventIds()).size).toBe(1);
    expect(new Set(published.map(({ id }) => id)).size).toBe(2);
  });

  it('turns the order of what falls due together', () => {
    delivery.plan({ afterMs: [1], order: 'latest first' });
    acceptAll();
    clock.advance(1);
    expect(eventIds()).toEqual(
      own()
        .map(({ eventID }) => eventID)
        .reverse(),
    );
  });

  it('keeps events during a pause and loses none', () => {
    delivery.plan({ isPaused: true });
    acceptAll();
    clock.advance(QUARTER_MS);
    expect([published.length, delivery.waiting(), delivery.activity()]).toEqual([0, 2, 0]);
    delivery.plan({ isPaused: false });
    expect(published).toHaveLength(2);
  });

  it('falls silent without a time to deliver at', () => {
    delivery.plan({ afterMs: [] });
    acceptAll();
    clock.advance(QUARTER_MS);
    expect([published.length, delivery.waiting()]).toEqual([0, 0]);
  });

  it('leaves what was accepted before it at its time', () => {
    delivery.plan({ afterMs: [QUARTER_MS] });
    acceptAll();
    delivery.plan({ afterMs: [] });
    clock.advance(QUARTER_MS);
    expect(published).toHaveLength(2);
  });

  it('delivers nothing once it is closed', () => {
    delivery.plan({ afterMs: [1] });
    acceptAll();
    delivery.close();
    clock.advance(1);
    expect(published).toEqual([]);
  });
});
