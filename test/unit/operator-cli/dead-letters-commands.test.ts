import { describe, expect, it } from 'vitest';
import type { DeadLetterList, DeadLetterView, Redriven } from '../../../lib/dead-letters/dead-letter-api.ts';
import { refusal, repliesTo } from '../../support/management-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../support/run-broker.ts';

const HOUR_MS = 3_600_000;
const ID = '5f2c1c66-9b1e-4b3f-8a52-0a6f3f0f7a01';
const times = { sentAtMs: CLI_NOW_MS - 3 * HOUR_MS, firstReceivedAtMs: CLI_NOW_MS };

const request: DeadLetterView = {
  messageId: ID,
  queue: 'rule',
  kind: 'request',
  tenantId: 'acme',
  job: 'scan-account',
  from: 'com.example.scans\u001b[31m',
  askedAtMs: times.sentAtMs,
  why: 'NO_PERMISSIONS',
  tries: 185,
  received: 1,
  ...times,
  redrive: { safe: true, verdict: 'safe', explanation: 'it is not settled: the broker would take it up' },
};
const no = { safe: false, explanation: 'why' } as const;
const others: readonly DeadLetterView[] = [
  { ...request, queue: 'requests', kind: 'continue', why: 'x', redrive: { ...no, verdict: 'movedOn' } },
  {
    messageId: 'm-1',
    queue: 'rule',
    kind: 'schedule',
    schedule: 'broker-schedule-nightly',
    why: 'x',
    received: 2,
    ...times,
    redrive: { ...no, verdict: 'runByHand' },
  },
  {
    messageId: 'm-2',
    queue: 'requests',
    kind: 'illegible',
    why: 'request.malformed',
    received: 7,
    ...times,
    redrive: { ...no, verdict: 'illegible' },
  },
  {
    messageId: 'm-3',
    queue: 'job-failures',
    kind: 'jobFailure',
    tenantId: 'acme',
    job: 'scan-account',
    issuanceId: 'scan-account.x',
    why: 'RetriesExhausted, Error',
    tries: 3,
    received: 1,
    ...times,
    redrive: { ...no, verdict: 'ownedBySweeper' },
  },
];
const list: DeadLetterList = {
  queues: [
    { queue: 'requests', letters: 2, inHand: 0 },
    { queue: 'rule', letters: 2, inHand: 1 },
    { queue: 'job-failures', letters: 1, inHand: 0 },
  ],
  letters: [request, ...others],
};
const empty: DeadLetterList = { queues: [{ queue: 'rule', letters: 0, inHand: 0 }], letters: [] };
const redriven: Redriven = { redriven: 1, kept: { illegible: 1, settled: 12 }, more: false };

type Case = {
  readonly argv: readonly string[];
  readonly answers?: Parameters<typeof repliesTo>[0];
  readonly exitCode: number;
  readonly asks: readonly (readonly [string, unknown?])[];
};

const REDRIVE = 'POST /dead-letters/redrive';
const cases: Readonly<Record<string, Case>> = {
  'lists letters, what they are and whether they are safe to redrive': {
    argv: ['dead-letters', 'list'],
    answers: { 'GET /dead-letters': { json: list } },
    exitCode: 0,
    asks: [['GET /dead-letters']],
  },
  'lists one queue, so many, as JSON': {
    argv: ['dead-letters', 'list', '--queue', 'rule', '--limit', '5', '--json'],
    answers: { 'GET /dead-letters': { json: list } },
    exitCode: 0,
    asks: [['GET /dead-letters']],
  },
  'says that there are none': {
    argv: ['dead-letters', 'list'],
    answers: { 'GET /dead-letters': { json: empty } },
    exitCode: 0,
    asks: [['GET /dead-letters']],
  },
  'knows three queues': { argv: ['dead-letters', 'list', '--queue', 'requests-dlq'], exitCode: 2, asks: [] },
  'shows a letter': {
    argv: ['dead-letters', 'show', ID],
    answers: { [`GET /dead-letters/${ID}`]: { json: request } },
    exitCode: 0,
    asks: [[`GET /dead-letters/${ID}`]],
  },
  'shows a letter as JSON': {
    argv: ['dead-letters', 'show', ID, '--json'],
    answers: { [`GET /dead-letters/${ID}`]: { json: request } },
    exitCode: 0,
    asks: [[`GET /dead-letters/${ID}`]],
  },
  'shows no letter that there is not': {
    argv: ['dead-letters', 'show', ID],
    answers: { [`GET /dead-letters/${ID}`]: refusal(404, 'letter.unknown') },
    exitCode: 3,
    asks: [[`GET /dead-letters/${ID}`]],
  },
  'redrives what is safe': {
    argv: ['dead-letters', 'redrive'],
    answers: { [REDRIVE]: { json: redriven } },
    exitCode: 0,
    asks: [[REDRIVE, {}]],
  },
  'redrives certain letters of a queue, so many at most, and answers as JSON': {
    argv: ['dead-letters', 'redrive', '--queue', 'rule', '--letters', `${ID},m-1`, '--max', '2', '--json'],
    answers: { [REDRIVE]: { json: redriven } },
    exitCode: 0,
    asks: [[REDRIVE, { queue: 'rule', messageIds: [ID, 'm-1'], max: 2 }]],
  },
  'redrives nothing for a number that is none': {
    argv: ['dead-letters', 'redrive', '--max', 'all'],
    exitCode: 2,
    asks: [],
  },
  'says when the queues cannot be reached': {
    argv: ['dead-letters', 'redrive'],
    answers: { [REDRIVE]: refusal(503, 'store.unavailable') },
    exitCode: 5,
    asks: [[REDRIVE, {}]],
  },
  'names the help of dead letters': { argv: ['dead-letters'], exitCode: 2, asks: [] },
  'helps with dead letters': { argv: ['dead-letters', 'redrive', '--help'], exitCode: 0, asks: [] },
};

const transcript = new Map<string, string>();

describe('broker dead-letters', () => {
  it.each(Object.entries(cases))('%s', async (title, { argv, answers = {}, exitCode, asks }) => {
    const result = await runBroker(argv, { replies: repliesTo(answers) });
    const asked = result.requests.map(({ asked: what, body }) => (body === undefined ? [what] : [what, body]));
    expect({ exitCode: result.exitCode, asked }).toEqual({ exitCode, asked: asks });
    if (argv.includes('--json')) expect(JSON.parse(result.stdout)).toBeTruthy();
    // Nothing that the terminal would obey.
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    const stderr = result.stderr === '' ? '' : `--- on stderr\n${result.stderr}`;
    const shown = `$ broker ${argv.join(' ')}\n${result.stdout}${stderr}--- exit ${result.exitCode}`;
    transcript.set(title, `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n`);
  });

  it('goes on until every letter was looked at, and says how far it is', async () => {
    const run = await runBroker(['dead-letters', 'redrive'], {
      replies: (_, count) => ({ json: count < 2 ? { redriven: 100, kept: { tooOld: 1 }, more: true } : redriven }),
    });
    expect(run.asked).toEqual([REDRIVE, REDRIVE, REDRIVE]);
    expect(run.stderr).toContain('redriven 100, left 1\n');
    expect(run.stdout).toBe(
      'LETTERS  STATE     WHY\n201      redriven\n2        left      tooOld\n1        left      illegible\n12       left      settled\n',
    );
  });

  it('sends no more than it was told to, over all calls', async () => {
    const run = await runBroker(['dead-letters', 'redrive', '--max', '150'], {
      replies: (_, count) => ({ json: { redriven: count === 0 ? 100 : 50, kept: {}, more: true } }),
    });
    expect(run.requests.map(({ body }) => body)).toEqual([{ max: 150 }, { max: 50 }]);
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(Object.keys(cases).length);
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('dead-letters-commands.transcript.md');
  });
});
