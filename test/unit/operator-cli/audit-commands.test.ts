import { describe, expect, it } from 'vitest';
import {
  AN_ISSUANCE_ID,
  anIssuanceView,
  aRecordPage,
  aRefusedView,
  aStory,
  aStrayView,
  everyRecord,
} from '../../support/audit-answers.ts';
import { refusal, repliesTo } from '../../support/management-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../support/run-broker.ts';

const KEY = 'ASIAEXAMPLEKEY000001';
const LIVE = anIssuanceView({ state: 'issued', isLive: true });
const MINUTE_MS = 60_000;

type Case = {
  readonly argv: readonly string[];
  readonly answers?: Parameters<typeof repliesTo>[0];
  readonly columns?: number;
  readonly exitCode: number;
  /** What is asked, and with which query. */
  readonly asks: readonly (readonly [string, Readonly<Record<string, string>>?])[];
};

const page = { json: aRecordPage(everyRecord) };
const TENANT = 'GET /tenants/acme/records';
const EXPLAIN = `GET /issuances/${AN_ISSUANCE_ID}`;

/** A listing whose question goes to one route, with nothing in the way. */
function asks(argv: readonly string[], route: string, query: Readonly<Record<string, string>> = {}): Case {
  const answers = { [route]: { json: aRecordPage([anIssuanceView()]) } };
  return { argv: ['audit', ...argv], answers, exitCode: 0, asks: [[route, query]] };
}

const cases: Readonly<Record<string, Case>> = {
  'tells the story of an issuance': {
    argv: ['audit', 'explain', AN_ISSUANCE_ID],
    answers: { [EXPLAIN]: { json: aStory() } },
    exitCode: 0,
    asks: [[EXPLAIN]],
  },
  'tells the story in ASCII, and what it cost to find': {
    argv: ['audit', 'explain', AN_ISSUANCE_ID, '--ascii', '--cost'],
    answers: { [EXPLAIN]: { json: aStory({ unknowns: [], trailHolds: false }) } },
    exitCode: 0,
    asks: [[EXPLAIN]],
  },
  'tells the story of what was refused, of which little is known': {
    argv: ['audit', 'explain', AN_ISSUANCE_ID],
    answers: {
      [EXPLAIN]: {
        json: {
          ...aStory({
            issuance: aRefusedView,
            trail: aStory().trail.slice(0, 1),
            unknowns: [],
            attempts: [],
            steps: [],
            decision: { decided: 'refused', rule: 'account.notVerified', explanation: 'the role is pending' },
          }),
          request: undefined,
          sessionPolicy: undefined,
        },
      },
    },
    exitCode: 0,
    asks: [[EXPLAIN]],
  },
  'tells of a session that is live, late in CloudTrail and not alone there': {
    argv: ['audit', 'explain', AN_ISSUANCE_ID],
    answers: {
      [EXPLAIN]: {
        json: aStory({
          issuance: LIVE,
          attempts: aStory().attempts.map((each) => ({
            ...each,
            verdict: 'late',
            observed: [...each.observed, ...aStrayView.calls],
          })),
        }),
      },
    },
    exitCode: 0,
    asks: [[EXPLAIN]],
  },
  'tells no story of an issuance that there is not': {
    argv: ['audit', 'explain', AN_ISSUANCE_ID],
    answers: { [EXPLAIN]: refusal(404, 'audit.unknown') },
    exitCode: 3,
    asks: [[EXPLAIN]],
  },
  'lists the records of a tenant': {
    argv: ['audit', 'tenant', 'acme'],
    answers: { [TENANT]: page },
    exitCode: 0,
    asks: [[TENANT]],
  },
  'lists them on a terminal that is too narrow for ids in a column': {
    argv: ['audit', 'tenant', 'acme'],
    answers: { [TENANT]: page },
    columns: 80,
    exitCode: 0,
    asks: [[TENANT]],
  },
  'lists them as CSV that no spreadsheet takes for formulas': {
    argv: ['audit', 'tenant', 'acme', '--format', 'csv'],
    answers: { [TENANT]: page },
    exitCode: 0,
    asks: [[TENANT]],
  },
  'lists them as events of OCSF, one a line': {
    argv: ['audit', 'tenant', 'acme', '--format', 'ocsf'],
    answers: { [TENANT]: page },
    exitCode: 0,
    asks: [[TENANT]],
  },
  'gives the head of CSV where there is nothing': {
    argv: ['audit', 'tenant', 'acme', '--format', 'csv', '--cost'],
    answers: { [TENANT]: { json: aRecordPage([]) } },
    exitCode: 0,
    asks: [[TENANT]],
  },
  'says that there is nothing': {
    argv: ['audit', 'tenant', 'acme', '--state', 'denied'],
    answers: { [TENANT]: { json: aRecordPage([], { searchedToMs: CLI_NOW_MS - 90 * MINUTE_MS }) } },
    exitCode: 0,
    asks: [[TENANT, { state: 'denied' }]],
  },
  'says that there may be something further back': {
    argv: ['audit', 'tenant', 'acme', '--limit', '5'],
    answers: { [TENANT]: { json: aRecordPage([], { searchedToMs: CLI_NOW_MS - 90 * MINUTE_MS, cursor: 'next' }) } },
    exitCode: 0,
    asks: [[TENANT, { limit: '5' }]],
  },
  'says what comes after a page, when CloudTrail was never looked at': {
    argv: ['audit', 'tenant', 'acme', '--from', '2h', '--cursor', 'this'],
    answers: {
      [TENANT]: {
        json: aRecordPage([anIssuanceView(), aRefusedView], {
          searchedToMs: CLI_NOW_MS - 90 * MINUTE_MS,
          cursor: 'next',
          currency: { readAtMs: CLI_NOW_MS, reads: 'index' },
        }),
      },
    },
    exitCode: 0,
    asks: [[TENANT, { from: '2026-09-02T10:00:00.000Z', cursor: 'this' }]],
  },
  'asks for a time and with filters, and answers as JSON': {
    ...asks(
      [
        ...['tenant', 'acme', '--from', '2h', '--to', '2026-09-02T11:30Z', '--type', 'issuance', '--account'],
        ...['222222222222', '--job', 'scan-account', '--requester', 'scans', '--state', 'completed', '--json'],
      ],
      TENANT,
      {
        from: '2026-09-02T10:00:00.000Z',
        to: '2026-09-02T11:30:00.000Z',
        type: 'issuance',
        account: '222222222222',
        job: 'scan-account',
        requester: 'scans',
        state: 'completed',
      },
    ),
  },
  'asks by account': asks(['account', '222222222222', '--tenant', 'acme'], 'GET /accounts/222222222222/records', {
    tenant: 'acme',
  }),
  'asks whose a key was': asks(['key', KEY], `GET /access-keys/${KEY}`),
  'knows nobody who had a key': {
    argv: ['audit', 'key', 'ASIAUNKNOWN'],
    answers: { 'GET /access-keys/ASIAUNKNOWN': refusal(404, 'audit.unknown') },
    exitCode: 3,
    asks: [['GET /access-keys/ASIAUNKNOWN']],
  },
  'asks by session name': asks(['session', `${AN_ISSUANCE_ID}.1`], `GET /sessions/${AN_ISSUANCE_ID}.1`),
  'asks by the id of a call of STS': asks(['sts-request', '7d1f'], 'GET /sts-requests/7d1f'),
  'asks by requester': asks(['requester', 'scans'], 'GET /requesters/scans/records'),
  'asks by job': asks(['job', 'scan-account'], 'GET /jobs/scan-account/records'),
  'asks by day': asks(['day', '2026-09-02', '--tenant', 'acme'], 'GET /days/2026-09-02/records', { tenant: 'acme' }),
  'asks for strays': {
    argv: ['audit', 'exceptions', 'stray', '--from', '7d'],
    answers: { 'GET /exceptions/stray/records': { json: aRecordPage([aStrayView]) } },
    exitCode: 0,
    asks: [['GET /exceptions/stray/records', { from: '2026-08-26T12:00:00.000Z' }]],
  },
  'asks for what is live': {
    argv: ['audit', 'live', '--tenant', 'acme'],
    answers: { 'GET /live-sessions': { json: aRecordPage([LIVE]) } },
    exitCode: 0,
    asks: [['GET /live-sessions', { tenant: 'acme' }]],
  },
  'has no time range for what is live': { argv: ['audit', 'live', '--from', '2h'], exitCode: 2, asks: [] },
  'asks for no day that there is not': { argv: ['audit', 'day', '2026-02-30'], exitCode: 2, asks: [] },
  'asks for no end that there is not': { argv: ['audit', 'exceptions', 'completed'], exitCode: 2, asks: [] },
  'asks for no time that ends before it begins': {
    argv: ['audit', 'tenant', 'acme', '--from', '1h', '--to', '2h'],
    exitCode: 2,
    asks: [],
  },
  'has one format at a time': {
    argv: ['audit', 'tenant', 'acme', '--json', '--format', 'csv'],
    exitCode: 2,
    asks: [],
  },
  'passes on what a cursor is refused for': {
    argv: ['audit', 'tenant', 'acme', '--cursor', 'forged'],
    answers: { [TENANT]: refusal(400, 'audit.cursorInvalid') },
    exitCode: 3,
    asks: [[TENANT, { cursor: 'forged' }]],
  },
  'says when the ledger cannot be read': {
    argv: ['audit', 'live'],
    answers: { 'GET /live-sessions': refusal(503, 'store.unavailable') },
    exitCode: 5,
    asks: [['GET /live-sessions'], ['GET /live-sessions']],
  },
  'names the commands of the audit': { argv: ['audit'], exitCode: 2, asks: [] },
  'helps with one question': { argv: ['audit', 'exceptions', '--help'], exitCode: 0, asks: [] },
};

const transcript = new Map<string, string>();

describe('broker audit', () => {
  it.each(Object.entries(cases))('%s', async (title, { argv, answers = {}, exitCode, asks: wanted, columns }) => {
    const result = await runBroker(argv, { replies: repliesTo(answers), ...(columns && { columns }) });
    const asked = result.requests.map(({ asked: what, query }) => [what, query]);
    expect({ exitCode: result.exitCode, asked }).toEqual({
      exitCode,
      asked: wanted.map(([what, query = {}]) => [what, query]),
    });
    if (argv.includes('--json') && exitCode === 0) expect(JSON.parse(result.stdout)).toBeTruthy();
    // Nothing that the terminal would obey.
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    const stderr = result.stderr === '' ? '' : `--- on stderr\n${result.stderr}`;
    const terminal = columns === undefined ? '' : `  # ${columns} columns`;
    const shown = `$ broker ${argv.join(' ')}${terminal}\n${result.stdout}${stderr}--- exit ${result.exitCode}`;
    transcript.set(title, `## ${title}\n\n\`\`\`\n${shown.replaceAll('\r\n', '\n')}\n\`\`\`\n`);
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(Object.keys(cases).length);
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('audit-commands.transcript.md');
  });
});
