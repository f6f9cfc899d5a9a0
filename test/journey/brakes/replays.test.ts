import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import { type FailureWorld, startFailureWorld } from '../failures/failure-world.ts';
import { COMPLETED, NOTHING } from '../failures/standing.ts';
import { brokerAs } from '../onboarding/broker-cli.ts';

const REQUESTS = 'credential-broker-local-requests';

let world: FailureWorld;
/** The event of a request that was completed before any replay. */
let settled: string;
const broker = brokerAs(() => world.stack.awsConfigFile);

beforeAll(async () => {
  world = await startFailureWorld();
  settled = await world.ask();
}, 60_000);
afterAll(() => world.close());

/** Delivers the settled event as EventBridge's archive does: the same event, with the name of the replay. */
async function replay(eventId = settled): Promise<void> {
  const body = world.world.messagesSeen().find((seen) => seen.includes(settled));
  if (body === undefined) throw new Error('the event was never on a queue');
  const event = { ...JSON.parse(body), id: eventId, 'replay-name': 'after-the-outage' };
  world.stack.queues.send(REQUESTS, JSON.stringify(event));
  await world.stack.idle();
}

async function requestOf(eventId: string) {
  const { requests } = await readLedger(world.world.dynamo, world.world.tables.ledger);
  return requests.find(({ origin }) => origin.eventId === eventId);
}

const ledger = async () => (await world.stack.snapshotTables())[world.world.tables.ledger];

async function changesNothingWhenSettled(): Promise<void> {
  const [before, calls] = [await ledger(), world.world.assumeRoleCalls().length];
  expect(before?.length).toBeGreaterThan(0);
  await replay();
  expect(await ledger()).toEqual(before);
  expect(world.world.assumeRoleCalls()).toHaveLength(calls);
  expect(await world.standing(settled)).toEqual(COMPLETED);
}

describe('a replay that nobody has allowed', () => {
  it('is refused on record', async () => {
    await replay('lost-1');
    expect(await requestOf('lost-1')).toMatchObject({
      decision: 'refused',
      refusal: { reason: 'request.replayed', explanation: 'the event comes from a replay; none is allowed now' },
      origin: { replayName: 'after-the-outage' },
    });
    expect(await world.standing('lost-1')).toEqual(NOTHING);
  });

  it('changes nothing of what is settled', changesNothingWhenSettled);
});

describe('a replay that is allowed for a time', () => {
  it('is allowed by who says until when and why', async () => {
    const allowed = await broker('replay', 'allow', '--until', '30m', '--reason', 'OPS-3');
    expect([allowed.exitCode, allowed.stderr]).toEqual([0, expect.stringMatching(/operator\S*: OPS-3/)]);
    expect(allowed.stderr).toContain('To stop sooner: broker replay end --reason <why>');
  });

  it('is decided as any other request', async () => {
    await replay('lost-2');
    expect(await requestOf('lost-2')).toMatchObject({ decision: 'allowed', requester: 'scan-scheduler' });
    expect(await world.standing('lost-2')).toEqual(COMPLETED);
  });

  it('changes nothing of what is settled', changesNothingWhenSettled);

  it('leaves refused what was refused before', async () => {
    await replay('lost-1');
    expect(await requestOf('lost-1')).toMatchObject({ refusal: { reason: 'request.replayed' } });
  });

  it('is refused again when the time is over', async () => {
    await world.pass(31 * 60);
    await replay('lost-3');
    expect(await requestOf('lost-3')).toMatchObject({ refusal: { reason: 'request.replayed' } });
    expect((await broker('replay', 'show')).exitCode).toBe(0);
  });
});
