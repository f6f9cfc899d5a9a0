import { describe, expect, it } from 'vitest';
import type { ScheduleView } from '../../../lib/management/management-views.ts';
import { refusal, repliesTo } from '../../support/management-answers.ts';
import { type BrokerRunOptions, CLI_NOW_MS, runBroker } from '../../support/run-broker.ts';

const HOUR_MS = 3_600_000;
const BY = 'arn:aws:sts::111111111111:assumed-role/operators/ada';

const nightly: ScheduleView = {
  name: 'nightly',
  job: 'scan-account',
  expression: 'cron(0 3 * * ? *)',
  spreadMinutes: 60,
  nextMs: [15, 39].map((hours) => CLI_NOW_MS + hours * HOUR_MS),
  latestMs: CLI_NOW_MS - 9 * HOUR_MS,
  windows: [],
};
const hourly: ScheduleView = {
  ...nightly,
  name: 'hourly-logs',
  job: 'process-logs',
  expression: 'rate(1 hour)',
  nextMs: [],
  windows: [
    { startMs: CLI_NOW_MS - HOUR_MS / 2, closesAtMs: CLI_NOW_MS + 24 * HOUR_MS, part: 0.42, sent: 4_200 },
    { startMs: CLI_NOW_MS - 60_000, closesAtMs: CLI_NOW_MS + 25 * HOUR_MS, part: 0.01, sent: 90, by: BY },
  ],
};
const paused: ScheduleView = {
  ...nightly,
  pause: { sinceMs: CLI_NOW_MS - 2 * HOUR_MS, by: BY, reason: 'quarter\u001b[31m end' },
};
const all = { 'GET /schedules': { json: { schedules: [paused, hourly] } } };
const none = { 'GET /schedules': { json: { schedules: [] } } };
const window = { schedule: 'nightly', windowStartMs: CLI_NOW_MS + 7 };
const PAUSE = 'PUT /schedules/nightly/pause';
const RESUME = 'DELETE /schedules/nightly/pause';
const RUN = 'POST /schedules/nightly/run';

type Case = {
  readonly argv: readonly string[];
  readonly answers?: Parameters<typeof repliesTo>[0];
  readonly exitCode: number;
  /** What is asked, with its body where it has one. */
  readonly asks: readonly (readonly [string, unknown?])[];
  readonly options?: BrokerRunOptions;
};

const reason = { reason: 'quarter end' };
const why = ['--reason', 'quarter end'];
const cases: Readonly<Record<string, Case>> = {
  'lists schedules, who paused one, and open windows': {
    argv: ['schedule', 'list'],
    answers: all,
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'lists them as JSON, as the API gave them': {
    argv: ['schedule', 'list', '--json'],
    answers: { 'GET /schedules': { json: { schedules: [nightly] } } },
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'says that there are none': { argv: ['schedule', 'list'], answers: none, exitCode: 0, asks: [['GET /schedules']] },
  'says when each comes next, and that a rate is not known before it came': {
    argv: ['schedule', 'next'],
    answers: all,
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'says when one comes next': {
    argv: ['schedule', 'next', 'nightly'],
    answers: { 'GET /schedules': { json: { schedules: [nightly, hourly] } } },
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'says that a calendar has run out': {
    argv: ['schedule', 'next'],
    answers: { 'GET /schedules': { json: { schedules: [{ ...nightly, nextMs: [] }] } } },
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'gives the next times as JSON': {
    argv: ['schedule', 'next', 'nightly', '--json'],
    answers: all,
    exitCode: 0,
    asks: [['GET /schedules']],
  },
  'says when none comes next': { argv: ['schedule', 'next'], answers: none, exitCode: 0, asks: [['GET /schedules']] },
  'knows no next time of what there is not': {
    argv: ['schedule', 'next', 'weekly'],
    answers: all,
    exitCode: 2,
    asks: [['GET /schedules']],
  },
  'runs one now': {
    argv: ['schedule', 'run-now', 'nightly'],
    answers: { [RUN]: { json: window } },
    exitCode: 0,
    asks: [[RUN]],
  },
  'runs one now and answers as JSON': {
    argv: ['schedule', 'run-now', 'nightly', '--json'],
    answers: { [RUN]: { json: window } },
    exitCode: 0,
    asks: [[RUN]],
  },
  'runs none that is paused': {
    argv: ['schedule', 'run-now', 'nightly'],
    answers: { [RUN]: refusal(503, 'switch.off') },
    exitCode: 5,
    asks: [[RUN]],
  },
  'does not ask twice for a run that nobody answered': {
    argv: ['schedule', 'run-now', 'nightly'],
    answers: { [RUN]: refusal(503, 'schedule.notRun') },
    exitCode: 5,
    asks: [[RUN]],
  },
  'says how to go on when it was interrupted': {
    argv: ['schedule', 'run-now', 'nightly'],
    answers: { [RUN]: { json: window } },
    options: { interruptAfter: { requests: 1 } },
    exitCode: 130,
    asks: [[RUN]],
  },
  'pauses one': {
    argv: ['schedule', 'pause', 'nightly', ...why],
    answers: { [PAUSE]: { json: paused } },
    exitCode: 0,
    asks: [[PAUSE, reason]],
  },
  'pauses one and answers as JSON': {
    argv: ['schedule', 'pause', 'nightly', ...why, '--json'],
    answers: { [PAUSE]: { json: paused } },
    exitCode: 0,
    asks: [[PAUSE, reason]],
  },
  'pauses none without a reason': { argv: ['schedule', 'pause', 'nightly'], exitCode: 2, asks: [] },
  'pauses none that there is not': {
    argv: ['schedule', 'pause', 'nightly', ...why],
    answers: { [PAUSE]: refusal(404, 'schedule.unknown') },
    exitCode: 3,
    asks: [[PAUSE, reason]],
  },
  'resumes one': {
    argv: ['schedule', 'resume', 'nightly', ...why],
    answers: { [RESUME]: { json: nightly } },
    exitCode: 0,
    asks: [[RESUME, reason]],
  },
  'resumes one and answers as JSON': {
    argv: ['schedule', 'resume', 'nightly', ...why, '--json'],
    answers: { [RESUME]: { json: nightly } },
    exitCode: 0,
    asks: [[RESUME, reason]],
  },
  'resumes none without a reason': { argv: ['schedule', 'resume', 'nightly'], exitCode: 2, asks: [] },
  'names the help of its commands': { argv: ['schedule'], exitCode: 2, asks: [] },
  'names the help of one of its commands': { argv: ['schedule', 'list', '--all'], exitCode: 2, asks: [] },
  helps: { argv: ['schedule', '--help'], exitCode: 0, asks: [] },
};

const transcript = new Map<string, string>();

describe('broker schedule', () => {
  it.each(Object.entries(cases))('%s', async (title, { argv, answers = {}, exitCode, asks, options }) => {
    const result = await runBroker(argv, { replies: repliesTo(answers), ...options });
    const asked = result.requests.map(({ asked: what, body }) => (body === undefined ? [what] : [what, body]));
    expect({ exitCode: result.exitCode, asked }).toEqual({ exitCode, asked: asks });
    if (argv.includes('--json')) expect(JSON.parse(result.stdout)).toBeTruthy();
    // Nothing that the terminal would obey.
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    const words = argv.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word}'`)).join(' ');
    const stderr = result.stderr === '' ? '' : `--- on stderr\n${result.stderr}`;
    const shown = `$ broker ${words}\n${result.stdout}${stderr}--- exit ${result.exitCode}`;
    transcript.set(title, `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n`);
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(Object.keys(cases).length);
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('schedule-commands.transcript.md');
  });
});
