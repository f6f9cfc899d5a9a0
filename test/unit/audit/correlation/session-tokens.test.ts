import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import { OUR_STORIES, STRAY_STORIES } from '../../../support/correlation/call-stories.ts';
import { allowedRecord, CANARY, EXTERNAL_ID_CANARY } from '../../../support/correlation/cloudtrail-record.ts';
import { correlationWorld, type Effect } from '../../../support/correlation/correlation-world.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const scene = { name: 'canary', accountId: '222222222222', atMs: START_MS };
const call = {
  requestId: 'sts-canary',
  atMs: START_MS,
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  sessionName: 'canary',
  accessKeyId: 'ASIACANARY',
};

/** Everything that the function leaves behind, wherever it leaves it, and what it throws. */
async function leftBehind(
  world: ReturnType<typeof correlationWorld>,
  deliver: () => Promise<unknown>,
): Promise<string> {
  const thrown: unknown[] = [];
  const answer = await deliver().catch((error: unknown) => {
    thrown.push(error);
    return undefined;
  });
  const errors = thrown.map((error) => {
    if (!(error instanceof Error)) return String(error);
    return [error.message, error.stack, JSON.stringify(error), String(error.cause), JSON.stringify(error.cause)].join();
  });
  const { ledger, told, lines, waiting } = world;
  return JSON.stringify([[...ledger.items.values()], told, lines, waiting, answer, errors]);
}

function expectClean(text: string): void {
  for (const secret of [CANARY, EXTERNAL_ID_CANARY]) {
    for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]) {
      expect(text.includes(form)).toBe(false);
    }
  }
}

/** The record with one thing of it broken, wherever it is. */
function broken(): readonly unknown[] {
  const record = allowedRecord(call);
  const cut = Object.keys(record).map((key) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)),
  );
  const odd = Object.keys(record).flatMap((key) =>
    [CANARY, null, 7, [CANARY], { [CANARY]: CANARY }].map((value) => ({ ...record, [key]: value })),
  );
  const deep = [
    { ...record, responseElements: { credentials: { sessionToken: CANARY }, assumedRoleUser: null } },
    { ...record, requestParameters: { externalId: EXTERNAL_ID_CANARY } },
    { ...record, [CANARY]: CANARY, additionalEventData: { token: CANARY } },
  ];
  return [...cut, ...odd.filter((each) => !standsWhereItIsKept(each)), ...deep, [record], CANARY, undefined];
}

/** What is kept of a record is ids, times and names: a token in the place of one of them cannot be told from it. */
function standsWhereItIsKept(record: object): boolean {
  const kept = ['eventID', 'requestID', 'sourceIPAddress', 'userAgent', 'errorCode', 'awsRegion', 'recipientAccountId'];
  return kept.some((name) => new Map<string, unknown>(Object.entries(record)).get(name) === CANARY);
}

describe('a session token in CloudTrail’s records', () => {
  it.each([...Object.entries(OUR_STORIES), ...Object.entries(STRAY_STORIES)])(
    'is dropped at the door: %s',
    async (_, story) => {
      const world = correlationWorld();
      const { ledger, calls } = story(scene);
      for (const { item } of ledger) world.records.put(item);
      for (const { record } of calls) expectClean(await leftBehind(world, () => world.deliver(record)));
      world.clock.advance(2 * 60 * 60_000);
      expectClean(await leftBehind(world, () => world.tick()));
      expect(world.ledger.items.size).toBeGreaterThan(0);
    },
  );

  it('is in no line about a record of another shape', async () => {
    const world = correlationWorld();
    for (const record of broken()) expectClean(await leftBehind(world, () => world.deliver(record)));
    expect(world.lines.some(({ transition }) => transition === 'cloudtrail.malformed')).toBe(true);
  });

  it.each<[string, readonly Effect[]]>([
    ['the ledger', ['write']],
    ['the ledger and the queue', ['write', 'send']],
    ['the bus', ['tell']],
  ])('goes nowhere when %s cannot be had', async (_, effects) => {
    const world = correlationWorld();
    world.faults.before = (effect) => {
      if (effects.includes(effect)) throw new BrokerError('store.unavailable', 'away');
    };
    expectClean(await leftBehind(world, () => world.deliver(allowedRecord(call))));
    world.faults.before = () => undefined;
    expect(world.waiting.length).toBe(effects.length === 1 && effects[0] === 'write' ? 1 : 0);
    const Records = world.waiting.map((event) => ({ messageId: 'm', body: JSON.stringify(event) }));
    expectClean(await leftBehind(world, () => world.invoke({ Records })));
  });

  it('goes nowhere with an error that nobody foresaw', async () => {
    const world = correlationWorld();
    world.faults.before = () => {
      throw new TypeError(`cannot read ${CANARY}`);
    };
    const text = await leftBehind(world, () => world.deliver(allowedRecord(call)));
    // It can wait nowhere: Lambda tries the event again, and writes down what was thrown.
    expect(text).toContain('a record could not be taken: TypeError');
    expectClean(text);
  });
});
