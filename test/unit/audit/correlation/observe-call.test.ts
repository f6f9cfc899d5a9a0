import { describe, expect, it } from 'vitest';
import { makeAnnouncements } from '../../../../lib/audit/correlation/announcements.ts';
import { observationIdOfDenial } from '../../../../lib/audit/correlation/observation-record.ts';
import { BrokerError } from '../../../../lib/errors.ts';
import { CORRELATION_SHARD } from '../../../../lib/platform/table-keys.ts';
import { OUR_STORIES, type Story } from '../../../support/correlation/call-stories.ts';
import { allowedRecord, deniedRecord } from '../../../support/correlation/cloudtrail-record.ts';
import { type CorrelationWorld, correlationWorld, roles } from '../../../support/correlation/correlation-world.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const ROLE = 'arn:aws:iam::222222222222:role/credential-broker/scanner';

function stray(name: string, change: Partial<Parameters<typeof allowedRecord>[0]> = {}) {
  const call = { requestId: `sts-${name}`, accessKeyId: `ASIA${name}`, sessionName: 'nobody', roleArn: ROLE };
  return allowedRecord({ ...call, atMs: START_MS, ...change });
}

/** As somebody would write it who may write to the ledger. */
const PLANTED = {
  eventId: 'planted',
  stsRequestId: 'sts-a',
  atMs: START_MS,
  receivedAtMs: START_MS,
  callerRoleArn: roles.arnOf('issue-credentials'),
  roleArn: ROLE,
  errorCode: 'AccessDenied',
};

function deniedStray(name: string) {
  return deniedRecord({ requestId: `sts-${name}`, roleArn: ROLE, atMs: START_MS });
}

function issued(world: CorrelationWorld): { readonly story: Story; readonly sessionName: string } {
  const story = OUR_STORIES['issued']?.({ name: 'one', accountId: '222222222222', atMs: START_MS });
  if (story === undefined) throw new Error('no story');
  for (const { item } of story.ledger) world.records.put(item);
  const sessionName = /"roleSessionName":"([^"]+)"/.exec(JSON.stringify(story.calls))?.[1] ?? '';
  return { story, sessionName };
}

const lines = (world: CorrelationWorld) => world.lines.map(({ transition }) => transition);

describe('a call that CloudTrail shows', () => {
  it('is told once when it comes to several at the same time', async () => {
    const world = correlationWorld();
    await Promise.all(Array.from({ length: 6 }, () => world.deliver(stray('a'))));
    expect(world.told).toHaveLength(1);
    expect(lines(world)).toEqual(['session.stray']);
  });

  it('is told beside others of its name that come at the same time, each once', async () => {
    const world = correlationWorld();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => world.deliver(stray(name))));
    world.clock.advance(10 * 60_000);
    await world.tick();
    expect(world.told.map(({ detail }) => detail['accessKeyId']).sort()).toEqual(['ASIAa', 'ASIAb', 'ASIAc', 'ASIAd']);
  });

  it('is told by whoever tells of another already, each once', async () => {
    const world = correlationWorld();
    const { promise: bus, resolve: open } = Promise.withResolvers<void>();
    const { tell } = world.dependencies;
    world.dependencies.tell = async (event) => {
      await bus;
      await tell(event);
    };
    const first = world.deliver(stray('a'));
    await new Promise(setImmediate);
    await world.deliver(stray('b'));
    expect(world.told).toEqual([]);
    open();
    await first;
    expect(world.told.map(({ detail }) => detail['accessKeyId'])).toEqual(['ASIAa', 'ASIAb']);
    world.clock.advance(10 * 60_000);
    await world.tick();
    expect(world.told).toHaveLength(2);
  });

  it('of a function that never assumes a role is told as that, whatever name it bears', async () => {
    const world = correlationWorld();
    await world.deliver(stray('a', { caller: 'scan-account' }));
    expect(world.told[0]?.detail).toMatchObject({ why: 'otherCaller' });
  });

  it('is told by the tick when the bus was away, and the alarm rings at once', async () => {
    const world = correlationWorld();
    world.faults.before = (effect) => {
      if (effect === 'tell') throw new Error('away');
    };
    await world.deliver(stray('a'));
    expect(world.told).toEqual([]);
    expect(lines(world)).toEqual(['session.stray', 'stray.notTold']);
    world.faults.before = () => undefined;
    world.clock.advance(60_000);
    await world.tick();
    expect(world.told).toEqual([]);
    world.clock.advance(2 * 60_000);
    await world.tick();
    await world.tick();
    expect(world.told).toHaveLength(1);
  });

  it('of our own is found among any number of others under its name', async () => {
    const world = correlationWorld();
    const { story, sessionName } = issued(world);
    for (let index = 0; index < 60; index += 1) await world.deliver(stray(`${index}`, { sessionName }));
    for (const { record } of story.calls) await world.deliver(record);
    const [record] = world.ledger.items.values();
    expect(record).toMatchObject({ uncounted: 29, of: expect.stringMatching(/^scan-account\./) });
    expect(record?.calls).toHaveLength(32);
    expect(lines(world).filter((line) => line === 'session.matched')).toHaveLength(1);
    // Those that are only counted are told too: somebody who fills a name gains nothing by it.
    const expected = Array.from({ length: 60 }, (_, index) => `ASIA${index}`);
    expect(world.told.map(({ detail }) => detail['accessKeyId'])).toEqual(expected);
    expect(world.ledger.findings).toEqual([]);
  });

  it('beyond those that are kept waits until its call is answered, and is told then', async () => {
    const world = correlationWorld();
    const { story, sessionName } = issued(world);
    const [open] = story.ledger;
    if (open === undefined) throw new Error('no intent');
    world.records.put(open.item);
    const name = sessionName;
    for (let index = 0; index < 40; index += 1) await world.deliver(stray(`${index}`, { sessionName: name }));
    expect(world.told).toEqual([]);
    expect(world.waiting).toHaveLength(9);
    world.clock.advance(60 * 60_000);
    await world.tick();
    const Records = world.waiting.map((event, at) => ({ messageId: `m${at}`, body: JSON.stringify(event) }));
    expect(await world.invoke({ Records })).toEqual({ batchItemFailures: [] });
    expect(world.told.length).toBeGreaterThanOrEqual(39);
  });

  it.each<[string, object, object]>([
    ['a session', stray('a'), {}],
    ['a denied call that is yet to come', deniedStray('a'), { calls: [{ ...PLANTED, receivedAtMs: 9e15 }] }],
    ['a denied call, said to be of an issuance', deniedStray('a'), { of: `scan-account.${'a'.repeat(32)}` }],
    ['a session, due in a time to come', stray('a'), { dueShard: CORRELATION_SHARD, dueAtMs: 9e15 }],
    ['a session, due where nothing is looked for', stray('a'), { dueAtMs: START_MS }],
    ['a session, due in another shard', stray('a'), { dueShard: 'due#0', dueAtMs: START_MS }],
  ])('is told although somebody put it on record before, as if it were judged: %s', async (_what, record, planted) => {
    const world = correlationWorld();
    await world.deliver(record);
    const [there] = world.ledger.items.values();
    if (there === undefined) throw new Error('nothing is on record');
    const { exception: _stray, day: _day, dueAtMs: _due, dueShard: _shard, ...rest } = there;
    const forger = correlationWorld();
    await forger.ledger.write(undefined, { ...rest, ...planted, version: 1, told: [] });
    forger.clock.advance(2 * 60 * 60_000);
    await Promise.all([forger.deliver(record), forger.deliver(record)]);
    await forger.deliver(record);
    expect(forger.told).toHaveLength(1);
    expect([...forger.ledger.items.values()]).toMatchObject([{ exception: 'stray', told: ['sts-a'] }]);
  });

  it('is told beside one that was put on record as if somebody were about to tell of it, for ever', async () => {
    const world = correlationWorld();
    await world.deliver(stray('a'));
    const [there] = world.ledger.items.values();
    if (there === undefined) throw new Error('nothing is on record');
    const forger = correlationWorld();
    const planted = { version: 1, told: [], dueShard: CORRELATION_SHARD, dueAtMs: 9e15 };
    await forger.ledger.write(undefined, { ...there, ...planted });
    await forger.deliver(stray('b'));
    expect(forger.told.map(({ detail }) => detail['accessKeyId']).sort()).toEqual(['ASIAa', 'ASIAb']);
  });

  it('is waited for, and told, although somebody put it on record minutes before, due never', async () => {
    const world = correlationWorld();
    const recordId = observationIdOfDenial('sts-a');
    const rest = { recordType: 'observation', version: 1, uncounted: 0, recordedAtMs: START_MS } as const;
    await world.ledger.write(undefined, { ...rest, recordId, calls: [PLANTED], told: [], lastStsRequestId: 'sts-a' });
    await world.deliver(deniedStray('a'));
    expect(world.told).toEqual([]);
    world.clock.advance(65 * 60_000);
    await world.tick();
    await world.tick();
    expect(world.told).toHaveLength(1);
  });

  it('is told at once when what stands under its name has not the shape of a record', async () => {
    const world = correlationWorld();
    world.dependencies.announcements = makeAnnouncements({
      records: {
        ...world.records,
        read: async () => {
          throw new BrokerError('store.itemInvalid', 'its shape is wrong');
        },
      },
      roles,
      clock: world.clock,
    });
    await world.deliver(stray('a', { sessionName: `scan-account.${'a'.repeat(32)}.1` }));
    expect(world.told.map(({ detail }) => detail['why'])).toEqual(['nameUnknown']);
    expect(world.waiting).toEqual([]);
  });

  it('of another stage, whose name begins with ours, or of another account is not ours to judge', async () => {
    const world = correlationWorld();
    await world.deliver(stray('a', { caller: '2-issue-credentials' }));
    const foreign = { ...stray('b'), userIdentity: { type: 'AWSAccount', accountId: '999999999999' } };
    await world.deliver(foreign);
    expect([...world.ledger.items.values()]).toEqual([]);
    expect(roles.isOurs(roles.arnOf('issue-credentials'))).toBe(true);
  });

  it('says where it belongs, on record and on the bus, in ids and codes alone', async () => {
    const world = correlationWorld();
    const { sessionName } = issued(world);
    await world.deliver(stray('a', { sessionName }));
    const [record] = world.ledger.items.values();
    expect(record).toMatchObject({ exception: 'stray', day: '2031-05-06', accountId: '222222222222', told: ['sts-a'] });
    expect(record).not.toHaveProperty('dueAtMs');
    expect(world.told).toEqual([
      {
        detailType: 'SessionStray',
        detail: {
          alertId: expect.stringMatching(/^[a-z2-7]{32}$/),
          observationId: record?.recordId,
          recordId: record?.of,
          why: 'otherKey',
          stsRequestId: 'sts-a',
          accessKeyId: 'ASIAa',
          atMs: Math.floor(START_MS / 1000) * 1000,
          sessionName,
          roleArn: ROLE,
          callerRoleArn: roles.arnOf('issue-credentials'),
        },
      },
    ]);
  });

  it('waits, stripped, while the ledger is away, and is judged when it is back', async () => {
    const world = correlationWorld();
    world.faults.before = (effect) => {
      if (effect === 'write') throw new Error('away');
    };
    await world.deliver(stray('a'));
    await world.deliver(stray('b', { sessionName: 'another' }));
    const Records = world.waiting.map((event, index) => ({ messageId: `m${index}`, body: JSON.stringify(event) }));
    const bad = { messageId: 'bad', body: '{"eventId":1}' };
    const all = Records.map(({ messageId }) => ({ itemIdentifier: messageId }));
    expect(await world.invoke({ Records })).toEqual({ batchItemFailures: all });
    world.faults.before = () => undefined;
    expect(await world.invoke({ Records: [bad, ...Records] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }],
    });
    expect(world.told).toHaveLength(2);
  });

  it('is nothing when the function is invoked with something else', async () => {
    const world = correlationWorld();
    for (const event of [undefined, {}, { kind: 'tock' }, []]) await world.invoke(event);
    expect(new Set(lines(world))).toEqual(new Set(['cloudtrail.malformed']));
  });
});
