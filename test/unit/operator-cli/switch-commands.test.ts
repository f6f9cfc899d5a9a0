import { describe, expect, it } from 'vitest';
import type { SwitchesView } from '../../../lib/management/management-views.ts';
import { refusal, repliesTo } from '../../support/management-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../support/run-broker.ts';

const HOUR_MS = 3_600_000;
const BY = 'arn:aws:sts::111111111111:assumed-role/operators/ada';
const off = { sinceMs: CLI_NOW_MS - 2 * HOUR_MS, by: BY, reason: 'incident\u001b[31m 7' };
const window = { sinceMs: CLI_NOW_MS, untilMs: CLI_NOW_MS + 2 * HOUR_MS, by: BY, reason: 'TICKET-1' };

const allOn: SwitchesView = {
  switches: [{ kind: 'global' }, { kind: 'job', name: 'scan-account' }, { kind: 'job', name: 'process-logs' }],
};
const jobOff: SwitchesView = {
  switches: [{ kind: 'global' }, { kind: 'job', name: 'scan-account' }, { kind: 'job', name: 'process-logs', off }],
};
const globalOff: SwitchesView = {
  switches: [
    { kind: 'global', off },
    { kind: 'job', name: 'scan-account' },
  ],
};
const replayOpen: SwitchesView = { ...allOn, replay: window };

type Case = {
  readonly argv: readonly string[];
  readonly answers?: Parameters<typeof repliesTo>[0];
  readonly exitCode: number;
  /** What is asked, with its body where it has one. */
  readonly asks: readonly (readonly [string, unknown?])[];
};

const why = ['--reason', 'incident 7'];
const reason = { reason: 'incident 7' };
const GLOBAL = '/switches/global';
const JOB = '/switches/jobs/process-logs';
const REPLAY = '/switches/replay';

const cases: Readonly<Record<string, Case>> = {
  'lists the switches, who moved one, and whether replays are allowed': {
    argv: ['switch', 'list'],
    answers: { 'GET /switches': { json: { ...jobOff, replay: window } } },
    exitCode: 0,
    asks: [['GET /switches']],
  },
  'lists them as JSON': {
    argv: ['switch', 'list', '--json'],
    answers: { 'GET /switches': { json: allOn } },
    exitCode: 0,
    asks: [['GET /switches']],
  },
  'switches everything off': {
    argv: ['switch', 'off', '--global', ...why],
    answers: { [`PUT ${GLOBAL}`]: { json: globalOff } },
    exitCode: 0,
    asks: [[`PUT ${GLOBAL}`, reason]],
  },
  'switches one job off': {
    argv: ['switch', 'off', '--job', 'process-logs', ...why],
    answers: { [`PUT ${JOB}`]: { json: jobOff } },
    exitCode: 0,
    asks: [[`PUT ${JOB}`, reason]],
  },
  'switches one job off and answers as JSON': {
    argv: ['switch', 'off', '--job', 'process-logs', ...why, '--json'],
    answers: { [`PUT ${JOB}`]: { json: jobOff } },
    exitCode: 0,
    asks: [[`PUT ${JOB}`, reason]],
  },
  'switches no job off that there is not': {
    argv: ['switch', 'off', '--job', 'proces-logs', ...why],
    answers: { 'PUT /switches/jobs/proces-logs': refusal(400, 'job.unknown') },
    exitCode: 3,
    asks: [['PUT /switches/jobs/proces-logs', reason]],
  },
  'names the command that stops a tenant': {
    argv: ['switch', 'off', '--tenant', 'acme', ...why],
    exitCode: 2,
    asks: [],
  },
  'names the command that lets a tenant go on': {
    argv: ['switch', 'on', '--tenant', 'acme', ...why],
    exitCode: 2,
    asks: [],
  },
  'switches nothing off that is not named': { argv: ['switch', 'off', ...why], exitCode: 2, asks: [] },
  'switches not two things off at once': {
    argv: ['switch', 'off', '--global', '--job', 'process-logs', ...why],
    exitCode: 2,
    asks: [],
  },
  'switches nothing off without a reason': { argv: ['switch', 'off', '--global'], exitCode: 2, asks: [] },
  'switches everything on': {
    argv: ['switch', 'on', '--global', ...why],
    answers: { [`DELETE ${GLOBAL}`]: { json: allOn } },
    exitCode: 0,
    asks: [[`DELETE ${GLOBAL}`, reason]],
  },
  'switches one job on': {
    argv: ['switch', 'on', '--job', 'process-logs', ...why],
    answers: { [`DELETE ${JOB}`]: { json: allOn } },
    exitCode: 0,
    asks: [[`DELETE ${JOB}`, reason]],
  },
  'says when the switches cannot be reached': {
    argv: ['switch', 'off', '--global', ...why],
    answers: { [`PUT ${GLOBAL}`]: refusal(503, 'store.unavailable') },
    exitCode: 5,
    asks: [[`PUT ${GLOBAL}`, reason]],
  },
  'names the help of switches': { argv: ['switch'], exitCode: 2, asks: [] },
  'helps with switches': { argv: ['switch', 'off', '--help'], exitCode: 0, asks: [] },
  'allows replays for two hours': {
    argv: ['replay', 'allow', '--until', '2h', ...why],
    answers: { [`PUT ${REPLAY}`]: { json: replayOpen } },
    exitCode: 0,
    asks: [[`PUT ${REPLAY}`, { untilMs: CLI_NOW_MS + 2 * HOUR_MS, ...reason }]],
  },
  'allows replays until an instant, and answers as JSON': {
    argv: ['replay', 'allow', '--until', '2026-09-02T16:00+02:00', ...why, '--json'],
    answers: { [`PUT ${REPLAY}`]: { json: replayOpen } },
    exitCode: 0,
    asks: [[`PUT ${REPLAY}`, { untilMs: Date.parse('2026-09-02T14:00:00Z'), ...reason }]],
  },
  'allows no replays until a time of day that is another one elsewhere': {
    argv: ['replay', 'allow', '--until', '2026-09-02T16:00', ...why],
    exitCode: 2,
    asks: [],
  },
  'allows no replays for longer than a day': {
    argv: ['replay', 'allow', '--until', '25h', ...why],
    answers: { [`PUT ${REPLAY}`]: refusal(400, 'request.fieldInvalid') },
    exitCode: 3,
    asks: [[`PUT ${REPLAY}`, { untilMs: CLI_NOW_MS + 25 * HOUR_MS, ...reason }]],
  },
  'allows no replays without an end': { argv: ['replay', 'allow', ...why], exitCode: 2, asks: [] },
  'ends the window': {
    argv: ['replay', 'end', ...why],
    answers: { [`DELETE ${REPLAY}`]: { json: allOn } },
    exitCode: 0,
    asks: [[`DELETE ${REPLAY}`, reason]],
  },
  'shows the window': {
    argv: ['replay', 'show'],
    answers: { 'GET /switches': { json: replayOpen } },
    exitCode: 0,
    asks: [['GET /switches']],
  },
  'shows as JSON that there is none': {
    argv: ['replay', 'show', '--json'],
    answers: { 'GET /switches': { json: allOn } },
    exitCode: 0,
    asks: [['GET /switches']],
  },
  'names the help of replays': { argv: ['replay', 'extend'], exitCode: 2, asks: [] },
  'helps with replays': { argv: ['replay', 'allow', '--help'], exitCode: 0, asks: [] },
};

const transcript = new Map<string, string>();

describe('broker switch and broker replay', () => {
  it.each(Object.entries(cases))('%s', async (title, { argv, answers = {}, exitCode, asks }) => {
    const result = await runBroker(argv, { replies: repliesTo(answers) });
    const asked = result.requests.map(({ asked: what, body }) => (body === undefined ? [what] : [what, body]));
    expect({ exitCode: result.exitCode, asked }).toEqual({ exitCode, asked: asks });
    if (argv.includes('--json')) expect(JSON.parse(result.stdout)).toBeTruthy();
    // Nothing that the terminal would obey.
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    const words = argv.map((word) => (/^[\w./:=@+-]+$/.test(word) ? word : `'${word}'`)).join(' ');
    const stderr = result.stderr === '' ? '' : `--- on stderr\n${result.stderr}`;
    const shown = `$ broker ${words}\n${result.stdout}${stderr}--- exit ${result.exitCode}`;
    transcript.set(title, `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n`);
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(Object.keys(cases).length);
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('switch-commands.transcript.md');
  });
});
