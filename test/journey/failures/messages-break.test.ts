import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import { breakCall } from './broken-calls.ts';
import { comesToRest, type FailureCase, leavesNothingSecret, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { COMPLETED, NOTHING } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
}, 60_000);
afterAll(() => world.close());

const REQUESTS = 'credential-broker-local-requests';
const DEAD_LETTERS = 'credential-broker-local-requests-dlq';

function bodiesIn({ stack }: FailureWorld, name: string): readonly string[] {
  const messages = stack.queues.snapshot().filter(({ queueName }) => queueName === name);
  return messages.map(({ body }) => body);
}

/** Puts a second copy of the message on the queue once its intent is on record. */
function deliverAgainAtTheIntent(w: FailureWorld) {
  let copies = 0;
  const stop = w.stack.onCall(({ service, action, call }) => {
    if (service !== 'dynamodb' || action !== 'PutItem' || !JSON.stringify(call.input).includes('"issuance"')) return;
    stop();
    for (const body of bodiesIn(w, REQUESTS)) {
      copies += 1;
      w.stack.queues.send(REQUESTS, body);
    }
  });
  return { hits: () => copies };
}

const cases: readonly FailureCase[] = [
  {
    title: 'a message that is delivered again while the first is at work finds an issuance that exists',
    breaks: (w) => [deliverAgainAtTheIntent(w), breakCall(w, 'brokerAssumes', { slowMs: 300 })],
    rightAfter: COMPLETED,
    recovery: [],
    end: COMPLETED,
    also: (w) => expect(bodiesIn(w, REQUESTS)).toEqual([]),
  },
  {
    title: 'a back-off that cannot be set leaves the message to its visibility time-out',
    breaks: (w) => [
      breakCall(w, 'brokerReadsSwitches', 'unavailable', 4),
      breakCall(w, 'brokerBacksOff', 'unavailable', 3),
    ],
    times: [4, 3],
    rightAfter: NOTHING,
    recovery: [{ seconds: 170, leaves: NOTHING }, { seconds: 15 }],
    end: COMPLETED,
  },
];
describe('a message', () => testFailures(cases, () => world));

/** Puts these behind the next message, so that they are received with it. */
function sendBehindTheNext({ stack }: FailureWorld, bodiesFor: (body: string) => readonly string[]): void {
  const stop = stack.queues.onMessage(REQUESTS, () => {
    const message = stack.queues.snapshot().find(({ queueName }) => queueName === REQUESTS);
    if (message === undefined) return;
    stop();
    for (const body of bodiesFor(message.body)) stack.queues.send(REQUESTS, body);
  });
}

function eventLike(body: string, { id, tenantId }: { readonly id: string; readonly tenantId: string }): string {
  const event = JSON.parse(body);
  return JSON.stringify({ ...event, id, detail: { ...event.detail, tenantId } });
}

/** A row of the registry that something else wrote: it breaks whoever reads it. */
const SPOILT = { tenantId: 'spoilt', record: 'tenant', name: 7 };

describe('a batch', () => {
  it('with poison in it changes nothing for the good messages; at the fifth receive poison is dead-lettered', async () => {
    const { dynamo, tables } = world.world;
    await dynamo.send(new PutCommand({ TableName: tables.tenants, Item: SPOILT }));
    const again: unknown[] = [];
    const stop = world.stack.onTransition(({ transition, details }) => {
      if (transition === 'message.again') again.push([details['receiveCount'], details['code']]);
    });
    sendBehindTheNext(world, (body) => [
      'not JSON',
      eventLike(body, { id: 'poison', tenantId: 'spoilt' }),
      eventLike(body, { id: 'another-good-one', tenantId: world.tenantId }),
    ]);
    const good = await world.ask();

    // In the one delivery: the good ones are done, what cannot be read is on record, and poison alone comes back.
    expect(await world.standing(good)).toEqual(COMPLETED);
    expect(await world.standing('another-good-one')).toEqual(COMPLETED);
    const { requests } = await readLedger(dynamo, tables.ledger);
    expect(requests.filter(({ decision }) => decision === 'refused')).toMatchObject([
      { requester: 'unrecognised', refusal: { reason: 'request.malformed' } },
    ]);
    expect(bodiesIn(world, REQUESTS)).toHaveLength(1);

    for (const seconds of [10, 20, 40]) await world.pass(seconds + 1);
    expect(bodiesIn(world, DEAD_LETTERS)).toEqual([]);
    await world.pass(81);
    expect(again).toEqual([1, 2, 3, 4, 5].map((receive) => [receive, 'store.itemInvalid']));
    expect(bodiesIn(world, REQUESTS)).toEqual([]);
    expect(bodiesIn(world, DEAD_LETTERS)).toEqual([expect.stringContaining('"id":"poison"')]);
    expect(await world.standing('poison')).toEqual(NOTHING);
    stop();

    // An operator mends the row and sends the message back.
    await dynamo.send(new DeleteCommand({ TableName: tables.tenants, Key: { tenantId: 'spoilt', record: 'tenant' } }));
    for (const body of bodiesIn(world, DEAD_LETTERS)) world.stack.queues.send(REQUESTS, body);
    await world.stack.idle();
    const after = await readLedger(dynamo, tables.ledger);
    expect(after.requests.find(({ origin }) => origin.eventId === 'poison')).toMatchObject({
      decision: 'refused',
      refusal: { reason: 'tenant.unknown' },
    });
    await comesToRest(world);
    await leavesNothingSecret(world);
  });
});
