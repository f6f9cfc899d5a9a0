import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import { OUR_STORIES, type Story } from '../../../support/correlation/call-stories.ts';
import { deniedRecord } from '../../../support/correlation/cloudtrail-record.ts';
import { type CorrelationWorld, correlationWorld, FIT } from '../../../support/correlation/correlation-world.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const MINUTE_MS = 60_000;
const ROLE = 'arn:aws:iam::222222222222:role/credential-broker/scanner';

function story(kind: string, name: string, atMs = START_MS): Story {
  const make = OUR_STORIES[kind];
  if (make === undefined) throw new Error(`no story ${kind}`);
  return make({ name, accountId: '222222222222', atMs });
}

function recorded(world: CorrelationWorld, ...stories: readonly Story[]): void {
  for (const { item } of stories.flatMap(({ ledger }) => ledger)) world.records.put(item);
}

async function shown(world: CorrelationWorld, { calls }: Story): Promise<void> {
  for (const { record } of calls) await world.deliver(record);
}

/** Ticks every five minutes, for so long. */
async function wait(world: CorrelationWorld, minutes: number): Promise<void> {
  for (let gone = 0; gone < minutes; gone += 5) {
    world.clock.advance(5 * MINUTE_MS);
    await world.tick();
  }
}

const told = (world: CorrelationWorld) => world.told.map(({ detailType }) => detailType);

describe('a session that CloudTrail does not show', () => {
  it('is missing after an hour, and told of once', async () => {
    const world = correlationWorld();
    recorded(world, story('issued', 'one'));
    await wait(world, 60);
    expect(told(world)).toEqual(['TrailSilent']);
    await wait(world, 120);
    expect(told(world)).toEqual(['TrailSilent', 'SessionMissing']);
    expect(world.told[1]?.detail).toMatchObject({
      accountId: '222222222222',
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
  });

  it('is not missing when it comes in time, nor when another attempt of it was never made', async () => {
    const world = correlationWorld();
    const stories = ['issued', 'vended', 'lost, and not made', 'denied', 'probe of the broker', 'the decoy itself'].map(
      (kind) => story(kind, kind),
    );
    recorded(world, ...stories);
    for (const each of stories) await shown(world, each);
    await wait(world, 180);
    expect(told(world)).toEqual([]);
  });

  it('of a later attempt is missing an hour after that attempt', async () => {
    const world = correlationWorld();
    const late = story('lost, and not made', 'late');
    recorded(world, late);
    await wait(world, 60);
    expect(told(world)).not.toContain('SessionMissing');
    await wait(world, 10);
    expect(world.alerts().map(({ detailType }) => detailType)).toContain('SessionMissing');
  });

  it('is late, and no stray, when it comes after all', async () => {
    const world = correlationWorld();
    const one = story('issued', 'one');
    recorded(world, one);
    await wait(world, 70);
    await shown(world, one);
    expect(world.lines.map(({ transition }) => transition)).toContain('session.late');
    expect(told(world).filter((type) => type === 'SessionStray')).toEqual([]);
  });

  it('is told of once, whether the walk is cut short, crashes or loses its place', async () => {
    const world = correlationWorld();
    recorded(world, ...Array.from({ length: 250 }, (_, index) => story('issued', `${index}`, START_MS + index)));
    await wait(world, 60);
    let crashes = 0;
    world.faults.after = (effect) => {
      if (effect === 'tell') crashes += 1;
      if (effect === 'tell' && crashes % 20 === 0) throw new Error('crashed');
    };
    for (let tick = 0; tick < 20; tick += 1) {
      world.clock.advance(MINUTE_MS);
      await world.tick().catch(() => undefined);
    }
    world.faults.after = () => undefined;
    world.loseState();
    await wait(world, 20);
    const missing = world.alerts().filter(({ detailType }) => detailType === 'SessionMissing');
    expect(missing).toHaveLength(250);
  });

  it('is not missing while what waited for a down function comes first', async () => {
    const world = correlationWorld();
    const one = story('issued', 'one');
    await wait(world, 5);
    recorded(world, one);
    world.clock.advance(90 * MINUTE_MS);
    await world.tick();
    await shown(world, one);
    await wait(world, 60);
    expect(told(world)).not.toContain('SessionMissing');
  });

  it('keeps nobody from the others when its record is illegible', async () => {
    const world = correlationWorld();
    recorded(world, story('issued', 'one'), story('issued', 'two', START_MS + 1));
    const read = world.dependencies.records.read;
    let first = '';
    world.dependencies.records.read = async (recordId) => {
      first ||= recordId;
      if (recordId === first) throw new BrokerError('store.itemInvalid', 'its shape is wrong');
      return read(recordId);
    };
    await wait(world, 80);
    expect(world.alerts().filter(({ detailType }) => detailType === 'SessionMissing')).toHaveLength(1);
  });
});

describe('how far CloudTrail was held against the ledger', () => {
  it('is an hour ago, and a little', async () => {
    const world = correlationWorld();
    await world.tick();
    const behindMs = world.clock.nowMs() - (world.state()?.correlatedUpToMs ?? 0);
    expect(behindMs).toBeGreaterThan(60 * MINUTE_MS);
    expect(behindMs).toBeLessThan(65 * MINUTE_MS);
  });

  it('is said when it is more than an hour behind, and not before', async () => {
    const world = correlationWorld();
    const behind = () => world.lines.filter(({ transition }) => transition === 'correlation.behind').length;
    await wait(world, 180);
    expect(behind()).toBe(0);
    for (const expected of [0, 12]) {
      for (let gone = 0; gone < 60; gone += 5) {
        world.clock.advance(5 * MINUTE_MS);
        await world.tick(() => 0);
      }
      expect(behind()).toBe(expected);
    }
    await wait(world, 60);
    expect(behind()).toBe(12);
  });

  it('is said when more calls wait to be judged again than a tick judges', async () => {
    const world = correlationWorld();
    for (let index = 0; index < 1_200; index += 1) {
      const call = { requestId: `flood-${index}`, roleArn: ROLE, atMs: START_MS };
      await world.deliver(deniedRecord(call));
    }
    world.clock.advance(5 * MINUTE_MS);
    await world.tick();
    expect(world.lines.filter(({ transition }) => transition === 'correlation.behind')).toHaveLength(1);
    await world.tick();
    expect(world.lines.filter(({ transition }) => transition === 'correlation.behind')).toHaveLength(1);
  });

  it('is as far as a tick without time came, and goes on from there', async () => {
    const world = correlationWorld();
    recorded(
      world,
      ...Array.from({ length: 250 }, (_, index) => story('issued', `${index}`, START_MS + index * 1_000)),
    );
    world.clock.advance(120 * MINUTE_MS);
    let left = 3;
    await world.tick(() => {
      left -= 1;
      return left > 0 ? 60_000 : 0;
    });
    const first = world.state()?.correlatedUpToMs ?? 0;
    await world.tick();
    expect(first).toBeLessThan(START_MS);
    expect(world.state()?.correlatedUpToMs).toBe(world.clock.nowMs() - 62 * MINUTE_MS);
  });
});

describe('silence', () => {
  it('is told once, and once more after it was broken', async () => {
    const world = correlationWorld();
    const stories = ['one', 'two', 'three'].map((name, index) =>
      story('issued', name, START_MS + index * 100 * MINUTE_MS),
    );
    recorded(world, ...stories);
    await wait(world, 55);
    expect(told(world)).toEqual(['TrailSilent']);
    const [, second] = stories;
    await wait(world, 50);
    if (second !== undefined) await shown(world, second);
    await wait(world, 100);
    expect(world.lines.filter(({ transition }) => transition === 'trail.heard')).toHaveLength(1);
    await wait(world, 60);
    expect(told(world).filter((type) => type === 'TrailSilent')).toHaveLength(2);
  });

  it('is told however many are refused or denied in that time', async () => {
    const world = correlationWorld();
    recorded(world, story('issued', 'made'));
    for (let index = 0; index < 600; index += 1) recorded(world, story('denied', `denied-${index}`, START_MS + index));
    await wait(world, 40);
    expect(told(world)).toEqual(['TrailSilent']);
  });

  it('is none when nothing was made', async () => {
    const world = correlationWorld();
    recorded(world, story('denied', 'one'));
    await wait(world, 120);
    expect(told(world)).toEqual([]);
  });
});

describe('a trail that is not fit', () => {
  it('is told of when it becomes so, once a day while it stays so, and not when it is mended', async () => {
    const world = correlationWorld();
    await wait(world, 5);
    world.setTrails([{ ...FIT, isLogging: false }]);
    await wait(world, 30);
    expect(world.told).toMatchObject([{ detailType: 'TrailUnfit', detail: { finding: 'notLogging' } }]);
    await wait(world, 24 * 60);
    expect(told(world)).toEqual(['TrailUnfit', 'TrailUnfit']);
    world.setTrails([]);
    await wait(world, 5);
    expect(world.told.at(-1)?.detail).toEqual({ finding: 'noTrail' });
    world.setTrails([FIT]);
    await wait(world, 5);
    expect(world.lines.at(-1)?.transition).toBe('trail.fit');
  });
});

describe('two ticks at a time', () => {
  it('do everything once', async () => {
    const world = correlationWorld();
    recorded(world, story('issued', 'one'));
    await wait(world, 60);
    world.clock.advance(5 * MINUTE_MS);
    const outcomes = await Promise.allSettled([world.tick(), world.tick()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(world.alerts().filter(({ detailType }) => detailType === 'SessionMissing')).toHaveLength(1);
  });
});
