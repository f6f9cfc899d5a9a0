import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../../local/watch/logged-event.ts';
import { loggedEventLine, type Paint } from '../../../../local/watch/logged-event-line.ts';

const plainly: Paint = (_, text) => text;
const marked: Paint = (tone, text) => `<${tone}>${text.trim()}`;

const timestamp = '2026-11-21T12:00:01.567Z';
const request = { timestamp, requestId: 'req_1', requester: 'scan-scheduler', tenantId: 'acme', job: 'scan-account' };
const issuance = { ...request, issuanceId: 'scan-account.abc', attempt: 1, accountId: '222222222222' };
// As `logAndCount` writes it, which a test of its own holds it to.
const run = {
  timestamp,
  issuanceId: 'scan-account.abc',
  attempt: 1,
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
};
const session = 'acme 222222222222 scan-account  scan-account.abc.1';

const cases: readonly { readonly loggedEvent: LoggedEvent; readonly line: string }[] = [
  {
    loggedEvent: { ...request, what: 'request.allowed' },
    line: '12:00:01  allowed          acme scan-account  req_1  by scan-scheduler',
  },
  {
    loggedEvent: { ...request, what: 'request.refused', code: 'tenant.unknown', explanation: 'no tenant has this id' },
    line: '12:00:01  refused          acme scan-account  req_1  by scan-scheduler  tenant.unknown: no tenant has this id',
  },
  {
    loggedEvent: { timestamp, what: 'request.refused', requestId: 'req_2', requester: 'unbound', code: 'no.such' },
    line: '12:00:01  refused          req_2  by unbound  no.such',
  },
  { loggedEvent: { ...issuance, what: 'issuance.intended' }, line: `12:00:01  intended         ${session}` },
  {
    loggedEvent: { ...issuance, what: 'issuance.issued', accessKeyId: 'ASIA1', stsRequestId: 'r-1' },
    line: `12:00:01  issued           ${session}  ASIA1`,
  },
  {
    loggedEvent: { ...issuance, what: 'issuance.denied', stsRequestId: 'r-1', code: 'sts.denied' },
    line: `12:00:01  denied           ${session}  STS request r-1  sts.denied: STS denied AssumeRole and does not say why.`,
  },
  { loggedEvent: { ...issuance, what: 'issuance.leaseExpired' }, line: `12:00:01  lease expired    ${session}` },
  {
    loggedEvent: { ...issuance, what: 'issuance.settled', state: 'completed' },
    line: `12:00:01  settled          ${session}  as completed`,
  },
  { loggedEvent: { ...run, what: 'run.completed' }, line: `12:00:01  completed        ${session}` },
  {
    loggedEvent: { ...run, what: 'run.failed', code: 'job.threw', name: 'TypeError' },
    line: `12:00:01  failed           ${session}  job.threw: TypeError`,
  },
  {
    loggedEvent: { ...run, what: 'claim.refused', because: 'switchedOff' },
    line: `12:00:01  claim refused    ${session}  switchedOff`,
  },
  {
    loggedEvent: {
      timestamp,
      what: 'session.stray',
      accountId: '222222222222',
      sessionName: 'stolen',
      accessKeyId: 'ASIA9',
    },
    line: '12:00:01  session stray    222222222222  stolen  ASIA9',
  },
  {
    loggedEvent: { timestamp, what: 'session.deniedStray', accountId: '222222222222', stsRequestId: 'r-9' },
    line: '12:00:01  session denied stray  222222222222  STS request r-9',
  },
  {
    loggedEvent: {
      timestamp,
      what: 'session.matched',
      issuanceId: 'scan-account.abc',
      sessionName: 'scan-account.abc.2',
      accountId: '222222222222',
    },
    line: '12:00:01  session matched  222222222222  scan-account.abc.2',
  },
  {
    loggedEvent: {
      timestamp,
      what: 'message.again',
      messageId: 'm-1',
      receiveCount: 1,
      explanation: 'a store is away',
    },
    line: '12:00:01  message again    m-1  received 1 time  a store is away',
  },
  {
    loggedEvent: { timestamp, what: 'message.deadLettered', messageId: 'm-1', receiveCount: 3 },
    line: '12:00:01  message dead lettered  m-1  received 3 times',
  },
  { loggedEvent: { what: 'something' }, line: '--:--:--  something' },
  {
    loggedEvent: { timestamp, what: 'url.answered', route: 'POST /tenants' },
    line: '12:00:01  url answered     POST /tenants',
  },
];

describe('loggedEventLine', () => {
  it.each(cases)('tells $loggedEvent.what', ({ loggedEvent, line }) => {
    expect(loggedEventLine(loggedEvent, plainly)).toBe(line);
  });

  it.each([
    ['good', 'request.allowed', 'issuance.issued', 'run.completed'],
    ['no', 'request.refused', 'issuance.denied', 'claim.refused', 'issuance.expired'],
    [
      'broken',
      'issuance.failed',
      'run.failed',
      'issuance.unknown',
      'session.stray',
      'session.deniedStray',
      'session.missing',
      'message.deadLettered',
      'report.notWritten',
    ],
    ['plain', 'issuance.intended', 'issuance.settled', 'message.again'],
  ])('paints as %s: %s …', (tone, ...whats) => {
    for (const what of whats) expect(loggedEventLine({ what }, marked)).toContain(`  <${tone}>`);
  });

  it('shows what would act on the terminal instead of obeying it', () => {
    const explanation = 'a\u001b[2Jb\nc\u202ed\u2028e';
    const line = loggedEventLine({ what: 'request.refused', tenantId: 'x\r', explanation }, plainly);
    expect(line).toContain('a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{2028}e');
    expect(line).toContain('x\\u{d}');
  });
});
