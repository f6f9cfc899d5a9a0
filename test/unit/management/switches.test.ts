import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeSwitches } from '../../../lib/switches/switches.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { type ManagementWorld, managementWorld } from '../../support/management-world.ts';
import { OPERATOR } from '../../support/url-event.ts';

const HOUR_MS = 3_600_000;
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});
afterEach(async () => {
  for (const path of ['/switches/global', '/switches/jobs/scan-account', '/switches/replay']) await remove(path);
});

const reason = 'incident 7';
const put = (path: string, body: object = { reason }) =>
  world.send({ method: 'PUT', path, body: JSON.stringify(body) });
const remove = (path: string) => world.send({ method: 'DELETE', path, body: JSON.stringify({ reason }) });
const read = () => makeSwitches({ dynamo: world.dynamo, clock: world.clock, config: tables });
const brakes = async () =>
  (await read().read({ job: 'scan-account', tenantId: 'acme' })).map(({ switchId }) => switchId);

/** What was done to a switch, the oldest first. */
async function changesOf(switchId: string) {
  const { Items = [] } = await world.dynamo.send(new ScanCommand({ TableName: tables.switchesTable }));
  return Items.filter(({ changes }) => changes === switchId)
    .sort((one, other) => String(one['switchId']).localeCompare(String(other['switchId'])))
    .map(({ done, by, reason: said }) => ({ done, by, reason: said }));
}

describe('the switches over the API', () => {
  it('are all on to begin with, one for everything and one for each job', async () => {
    expect(await world.get('/switches')).toMatchObject({
      statusCode: 200,
      body: {
        switches: [{ kind: 'global' }, { kind: 'job', name: 'scan-account' }, { kind: 'job', name: 'process-logs' }],
      },
    });
  });

  it.each([
    ['/switches/global', 'global', { kind: 'global' }],
    ['/switches/jobs/scan-account', 'job#scan-account', { kind: 'job', name: 'scan-account' }],
  ])('brake the broker and say who did it: %s', async (path, switchId, shown) => {
    const sinceMs = world.clock.nowMs();
    const { statusCode, body } = await put(path);
    expect([statusCode, await brakes()]).toEqual([200, [switchId]]);
    expect(body.switches).toContainEqual({ ...shown, off: { sinceMs, by: OPERATOR, reason } });
    expect((await remove(path)).body.switches).toContainEqual(shown);
    expect(await brakes()).toEqual([]);
  });

  it('stay off since the first time, and for that reason', async () => {
    const sinceMs = world.clock.nowMs();
    await put('/switches/global');
    world.clock.advance(60_000);
    const { body } = await put('/switches/global', { reason: 'another' });
    expect(body.switches[0]).toEqual({ kind: 'global', off: { sinceMs, by: OPERATOR, reason } });
  });

  it('are no switches of jobs that there are not', async () => {
    for (const job of ['scan-acount', 'Scan-Account', 'a'.repeat(30)]) {
      expect(await put(`/switches/jobs/${job}`)).toMatchObject({ body: { error: { code: 'job.unknown' } } });
    }
  });

  it.each([
    ['without a reason', {}, 'request.fieldInvalid'],
    ['with more than a reason', { reason, untilMs: 1 }, 'request.fieldNotAllowed'],
    ['for a reason that a terminal would obey', { reason: '\u001b[31m' }, 'request.fieldInvalid'],
  ])('are not moved %s', async (_name, body, code) => {
    expect(await put('/switches/global', body)).toMatchObject({ statusCode: 400, body: { error: { code } } });
    expect(await brakes()).toEqual([]);
  });

  it('keep who did what and why, on and off', async () => {
    const before = (await changesOf('job#process-logs')).length;
    world.clock.advance(1_000);
    await put('/switches/jobs/process-logs');
    world.clock.advance(1_000);
    await put('/switches/jobs/process-logs');
    world.clock.advance(1_000);
    await remove('/switches/jobs/process-logs');
    expect((await changesOf('job#process-logs')).slice(before)).toEqual([
      { done: 'off', by: OPERATOR, reason },
      { done: 'on', by: OPERATOR, reason },
    ]);
  });
});

describe('the window for replays', () => {
  it('is open until the time that was said, and told to everybody who asks', async () => {
    const sinceMs = world.clock.nowMs();
    const untilMs = sinceMs + HOUR_MS;
    const replay = { sinceMs, untilMs, by: OPERATOR, reason };
    expect((await put('/switches/replay', { untilMs, reason })).body.replay).toEqual(replay);
    expect((await read().readForReplay({ job: 'scan-account', tenantId: 'acme' })).replay).toMatchObject(replay);
    expect(await brakes()).toEqual([]);
    world.clock.advance(HOUR_MS);
    expect((await world.get('/switches')).body).not.toHaveProperty('replay');
  });

  it('can be ended sooner, and each step of it is kept', async () => {
    const before = (await changesOf('replay')).length;
    world.clock.advance(1_000);
    await put('/switches/replay', { untilMs: world.clock.nowMs() + HOUR_MS, reason });
    world.clock.advance(1_000);
    expect((await remove('/switches/replay')).body).not.toHaveProperty('replay');
    expect((await read().readForReplay({ job: 'scan-account', tenantId: 'acme' })).replay).toBeUndefined();
    expect((await changesOf('replay')).slice(before)).toEqual([
      { done: 'replayAllowed', by: OPERATOR, reason },
      { done: 'replayEnded', by: OPERATOR, reason },
    ]);
  });

  it.each([
    ['in the past', () => world.clock.nowMs()],
    ['more than a day ahead', () => world.clock.nowMs() + 24 * HOUR_MS + 1],
  ])('is not opened until a time %s', async (_name, until) => {
    const answer = await put('/switches/replay', { untilMs: until(), reason });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldInvalid' } } });
    expect((await world.get('/switches')).body).not.toHaveProperty('replay');
  });

  it('may be open for a whole day', async () => {
    expect(await put('/switches/replay', { untilMs: world.clock.nowMs() + 24 * HOUR_MS, reason })).toMatchObject({
      statusCode: 200,
    });
  });
});
