import type { InvokeCommand, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { scheduleRoutes } from '../../../lib/management/schedule-routes.ts';
import type { ScheduleConfig } from '../../../lib/platform/deployment-config/deployment-config.ts';
import type { Route } from '../../../lib/platform/url-routes.ts';
import { makeScheduleOperations } from '../../../lib/scheduling/schedule-operations.ts';
import { advanceWindow, openWindow, openWindows } from '../../../lib/scheduling/windows.ts';
import type { SwitchedOff } from '../../../lib/switches/switches.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryWindowStore } from '../../support/in-memory-window-store.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const CALLER = 'arn:aws:sts::111111111111:assumed-role/operators/ada';
const NOW_MS = Date.parse('2031-05-07T12:00:00Z');
const HOUR_MS = 3_600_000;
const nightly: ScheduleConfig = {
  name: 'nightly',
  job: 'scan-account',
  expression: 'cron(0 3 * * ? *)',
  spreadMinutes: 60,
};
const hourly: ScheduleConfig = { ...nightly, name: 'hourly', expression: 'rate(1 hour)', spreadMinutes: 10 };

function aSchedule(answer: (payload: unknown) => Partial<InvokeCommandOutput> = () => ({})) {
  const store = inMemoryWindowStore();
  const clock = frozenClock(NOW_MS);
  const log = recordedTransitions();
  const paused = new Map<string, SwitchedOff>();
  const invoked: unknown[] = [];
  const operations = makeScheduleOperations({
    schedules: [nightly, hourly],
    store,
    switches: {
      readPause: async (name) => paused.get(name),
      pause: async (name, why) => {
        const standing = paused.get(name) ?? { switchId: `schedule#${name}`, sinceMs: clock.nowMs(), ...why };
        paused.set(name, standing);
        return standing;
      },
      resume: async (name) => {
        paused.delete(name);
      },
    },
    lambda: {
      async send({ input }: InvokeCommand) {
        const payload: unknown = JSON.parse(new TextDecoder().decode(input.Payload as Uint8Array));
        invoked.push([input.FunctionName, input.InvocationType, payload]);
        return { ...answer(payload), $metadata: {} };
      },
    },
    log,
    clock,
    config: { fanOutFunctionName: 'broker-fan-out-schedule' },
  });
  const routes: Readonly<Record<string, Route>> = scheduleRoutes({ schedules: operations });
  const call = (name: string, { params = {}, body }: { params?: Record<string, string>; body?: object } = {}) =>
    routes[name]?.handle({
      caller: CALLER,
      requestId: 'r',
      remainingMs: () => 30_000,
      params,
      query: {},
      body: body === undefined ? undefined : { ...body },
      bytes: undefined,
    });
  return { store, clock, log, invoked, call };
}

const inHours = (hours: number) => NOW_MS + hours * HOUR_MS;
const payloadOf = (answer: unknown) => {
  const bytes = Buffer.from(JSON.stringify(answer));
  return { Payload: bytes as unknown as NonNullable<InvokeCommandOutput['Payload']> };
};
const ofNightly = { params: { schedule: 'nightly' } };

describe('the schedules that an operator sees', () => {
  it('are those of the configuration, with their next times as far as they are known', async () => {
    expect(await aSchedule().call('GET /schedules')).toEqual({
      status: 200,
      answer: {
        schedules: [
          { ...nightly, nextMs: [15, 39, 63, 87, 111].map(inHours), windows: [] },
          { ...hourly, nextMs: [], windows: [] },
        ],
      },
    });
  });

  it('say how far each open window has come, and when a rate comes again once it came', async () => {
    const { store, call } = aSchedule();
    const wanted = { schedule: 'hourly', startMs: inHours(-0.5), closesAtMs: inHours(24.5) };
    await openWindow({ ...wanted, startMs: inHours(-1.5) }, store);
    await openWindow(wanted, store);
    await openWindow({ ...wanted, startMs: inHours(-0.25) + 1, by: CALLER }, store);
    const [first, second] = await openWindows('hourly', store);
    if (first === undefined || second === undefined) throw new Error('no windows');
    await advanceWindow(first, { cursor: { slot: 288 }, sent: 90, left: 0, done: true }, store);
    await advanceWindow(second, { cursor: { slot: 72, afterTenantId: 'acme' }, sent: 20, left: 0, done: false }, store);
    expect(await call('GET /schedules')).toMatchObject({
      answer: {
        schedules: [
          {},
          {
            name: 'hourly',
            latestMs: inHours(-0.5),
            nextMs: [0.5, 1.5, 2.5, 3.5, 4.5].map(inHours),
            windows: [
              { startMs: inHours(-0.5), closesAtMs: inHours(24.5), part: 0.25, sent: 20 },
              { startMs: inHours(-0.25) + 1, closesAtMs: inHours(24.5), part: 0, sent: 0, by: CALLER },
            ],
          },
        ],
      },
    });
  });
});

describe('a pause', () => {
  it('stands as the first one said, and ends; both are on record', async () => {
    const { call, clock, log } = aSchedule();
    const pause = { sinceMs: NOW_MS, by: CALLER, reason: 'quarter end' };
    const paused = await call('PUT /schedules/:schedule/pause', { ...ofNightly, body: { reason: 'quarter end' } });
    expect(paused).toMatchObject({ status: 200, answer: { name: 'nightly', pause } });
    clock.advance(5_000);
    const again = await call('PUT /schedules/:schedule/pause', { ...ofNightly, body: { reason: 'because' } });
    expect(again).toMatchObject({ answer: { pause } });
    expect(await call('GET /schedules')).toMatchObject({ answer: { schedules: [{ pause }, { name: 'hourly' }] } });
    const resumed = await call('DELETE /schedules/:schedule/pause', { ...ofNightly, body: { reason: 'it is over' } });
    expect(resumed).toMatchObject({ status: 200, answer: { name: 'nightly' } });
    expect(resumed).not.toHaveProperty('answer.pause');
    expect(log.lines.map(({ transition, explanation }) => [transition, explanation])).toEqual([
      ['schedule.paused', 'quarter end'],
      ['schedule.paused', 'because'],
      ['schedule.resumed', 'it is over'],
    ]);
  });

  it.each<[string, object | undefined]>([
    ['no reason', undefined],
    ['an empty one', { reason: '' }],
    ['more than one', { reason: 'x', reasons: 'y' }],
  ])('needs one reason: with %s it is refused, and nothing is done', async (_, body) => {
    const { call } = aSchedule();
    for (const name of ['PUT /schedules/:schedule/pause', 'DELETE /schedules/:schedule/pause']) {
      const answer = await call(name, { ...ofNightly, ...(body === undefined ? {} : { body }) });
      expect(answer).toMatchObject({ refused: expect.stringMatching(/^request\./) });
    }
    expect(await call('GET /schedules')).not.toHaveProperty('answer.schedules.0.pause');
  });
});

describe('a run by hand', () => {
  const run = 'POST /schedules/:schedule/run';

  it('is asked of the function that fans out, once, for who asks', async () => {
    const { call, invoked } = aSchedule(() => payloadOf({ schedule: 'nightly', windowStartMs: NOW_MS + 1 }));
    expect(await call(run, ofNightly)).toEqual({
      status: 200,
      answer: { schedule: 'nightly', windowStartMs: NOW_MS + 1 },
    });
    const asked = { kind: 'runNow', schedule: 'nightly', by: CALLER };
    expect(invoked).toEqual([['broker-fan-out-schedule', 'RequestResponse', asked]]);
  });

  it('is refused as the function refuses it', async () => {
    const { call } = aSchedule(() => payloadOf({ refused: 'switch.off', explanation: 'schedule#nightly is off' }));
    expect(await call(run, ofNightly)).toEqual({ refused: 'switch.off', explanation: 'schedule#nightly is off' });
  });

  it.each<[string, () => Partial<InvokeCommandOutput>]>([
    ['fails', () => ({ FunctionError: 'Unhandled', ...payloadOf({ errorMessage: 'x' }) })],
    [
      'cannot be reached',
      () => {
        throw new Error('away');
      },
    ],
    ['says nothing', () => ({})],
    ['says something else', () => payloadOf({ windows: 3 })],
    ['refuses as nobody does', () => payloadOf({ refused: 'tenant.unknown', explanation: 'x' })],
  ])('is an exception where the function %s', async (_, answer) => {
    await expect(aSchedule(answer).call(run, ofNightly)).rejects.toMatchObject({ code: 'schedule.notRun' });
  });
});

describe('a schedule that there is not', () => {
  it.each(['weekly', 'Nightly', 'nightly%23', '', 'constructor'])(
    '%s is refused, and nothing is done',
    async (schedule) => {
      const { call, invoked, log } = aSchedule();
      const of = { params: { schedule } };
      const body = { reason: 'x' };
      for (const answer of [
        call('PUT /schedules/:schedule/pause', { ...of, body }),
        call('DELETE /schedules/:schedule/pause', { ...of, body }),
        call('POST /schedules/:schedule/run', of),
      ]) {
        expect(await answer).toMatchObject({ refused: 'schedule.unknown' });
      }
      expect([invoked, log.lines]).toEqual([[], []]);
    },
  );
});
