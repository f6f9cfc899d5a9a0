import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterList, Redriven } from '../../lib/dead-letters/dead-letter-api.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { breakCall } from './failures/broken-calls.ts';
import { type FailureWorld, startFailureWorld } from './failures/failure-world.ts';
import { brokerAs } from './onboarding/broker-cli.ts';
import type { Ran } from './outside-clients/outside-clients.ts';

const REQUESTS = 'credential-broker-local-requests';
const DEAD_REQUESTS = `${REQUESTS}-dlq`;
const POISON = '{"poison":"customer-secret"';

let world: FailureWorld;
const broker = brokerAs(() => world.stack.awsConfigFile);
/** Ids of events: one that never reached the queue, one that was worked on. */
let undelivered: string;
let settled: string;

beforeAll(async () => {
  world = await startFailureWorld();
  undelivered = await askWhileTheQueueIsShut();
  settled = await world.ask();
  // As SQS moves what was received too often.
  world.stack.queues.send(DEAD_REQUESTS, bodyOf(settled));
  world.stack.queues.send(DEAD_REQUESTS, POISON);
  for (let tries = 0; tries < 3; tries += 1) breakCall(world, 'jobClaims', 'unavailable');
  await world.ask();
  await world.pass(60);
  await world.pass(120);
}, 90_000);
afterAll(() => world.close());

/** A queue whose policy no longer lets the rule in. */
async function askWhileTheQueueIsShut(): Promise<string> {
  const settings = world.stack.queues.findQueue(REQUESTS);
  if (settings?.policy === undefined) throw new Error('the request queue has no policy');
  const { policy } = settings;
  Object.assign(settings, { policy: { Statement: [] } });
  const eventId = await world.ask();
  Object.assign(settings, { policy });
  return eventId;
}

function bodyOf(eventId: string): string {
  const body = world.world.messagesSeen().find((seen) => seen.includes(eventId));
  if (body === undefined) throw new Error('the event was never on a queue');
  return body;
}

async function listed(): Promise<DeadLetterList> {
  const { stdout, stderr } = await broker('dead-letters', 'list', '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

async function redriven(...options: readonly string[]): Promise<Redriven> {
  const { stdout, stderr } = await broker('dead-letters', 'redrive', '--json', ...options);
  expect(stderr).toBe('');
  await world.stack.idle();
  return JSON.parse(stdout);
}

const ledger = () => readLedger(world.world.dynamo, world.world.tables.ledger);
async function recordsOf(eventId: string) {
  const { requests, issuances } = await ledger();
  const of = requests.filter(({ origin }) => origin.eventId === eventId);
  const made = issuances.filter(({ requestId }) => of.some(({ recordId }) => recordId === requestId));
  return {
    decisions: of.map(({ decision }) => decision),
    states: made.map(({ state, attempt }) => ({ state, attempt })),
  };
}

describe('dead letters', () => {
  it('are listed with what they are, why they lie there and what a redrive would do, however often', async () => {
    const wanted = {
      queues: [
        { queue: 'requests', letters: 2, inHand: 0 },
        { queue: 'rule', letters: 1, inHand: 0 },
        { queue: 'job-failures', letters: 1, inHand: 0 },
      ],
      letters: expect.arrayContaining([
        expect.objectContaining({ queue: 'rule', kind: 'request', tenantId: 'tenant-5', why: 'NO_PERMISSIONS' }),
        expect.objectContaining({ kind: 'illegible', why: 'request.malformed' }),
        expect.objectContaining({
          kind: 'jobFailure',
          tries: 3,
          why: expect.stringMatching(/^RetriesExhausted, \w+$/),
        }),
      ]),
    };
    const first = await listed();
    expect(first).toMatchObject(wanted);
    const again = await listed();
    expect(again).toMatchObject(wanted);
    expect(again.letters.map(({ redrive }) => redrive.verdict).sort()).toEqual([
      'illegible',
      'ownedBySweeper',
      'safe',
      'settled',
    ]);
  });

  it('show nothing of what is in them', async () => {
    const shown: Ran[] = [];
    // One after the other: who looks has them in hand.
    for (const { messageId } of (await listed()).letters) shown.push(await broker('dead-letters', 'show', messageId));
    const text = shown.map(({ stdout }) => stdout).join('');
    expect(shown.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(text).toContain('it is not settled: the broker would take it up');
    expect(text).not.toMatch(/poison|customer-secret|ciphertext|sealed/);
  });

  it('are for people a table', async () => {
    const { exitCode, stdout, stderr } = await broker('dead-letters', 'list');
    expect([exitCode, stdout.split('\n').length]).toEqual([0, 6]);
    expect(stdout).toMatch(/^LETTER +QUEUE +WHAT +WHY +TRIED +SENT +REDRIVE\n/);
    expect(stderr).toContain('To send again what is safe: broker dead-letters redrive');
  });

  it('that are good come through exactly once, and the others stay', async () => {
    expect(await recordsOf(undelivered)).toEqual({ decisions: [], states: [] });
    expect(await redriven()).toEqual({ redriven: 1, kept: { settled: 1, illegible: 1 }, more: false });
    const once = { decisions: ['allowed'], states: [{ state: 'completed', attempt: 1 }] };
    expect(await recordsOf(undelivered)).toEqual(once);
    expect(await redriven()).toMatchObject({ redriven: 0 });
    expect(await recordsOf(undelivered)).toEqual(once);
    expect((await listed()).queues.map(({ letters }) => letters)).toEqual([2, 0, 1]);
  });

  it('that are settled or a job’s change nothing, asked for by name', async () => {
    const before = await ledger();
    const ids = (await listed()).letters.map(({ messageId }) => messageId);
    expect(await redriven('--letters', ids.join(','))).toEqual({
      redriven: 0,
      kept: { settled: 1, illegible: 1, ownedBySweeper: 1 },
      more: false,
    });
    expect(await ledger()).toEqual(before);
  });

  it('that are settled and put back on the queue by hand change nothing either', async () => {
    const before = await ledger();
    world.stack.queues.send(REQUESTS, bodyOf(settled));
    await world.stack.idle();
    expect(await ledger()).toEqual(before);
    expect(world.stack.queues.snapshot().filter(({ queueName }) => queueName === REQUESTS)).toEqual([]);
  });

  it('that there are not are said to be unknown', async () => {
    const { exitCode, stderr } = await broker('dead-letters', 'show', 'no-such-letter');
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('letter.unknown')]);
  });
});
