import { beforeEach, describe, expect, it } from 'vitest';
import { archiveBatch } from '../../../../lib/audit/archive/archive-batch.ts';
import type { ArchivedChange } from '../../../../lib/audit/archive/archived-change.ts';
import type { StreamChange } from '../../../../lib/audit/archive/stream-event.ts';
import type { PointerRecord } from '../../../../lib/audit/archive/telling/pointer-record.ts';
import { makeWriteChanges } from '../../../../lib/audit/archive/write-changes.ts';
import { BrokerError } from '../../../../lib/errors.ts';
import type { BrokerEvent } from '../../../../lib/platform/broker-events.ts';
import { aRequest } from '../../../support/an-issuance.ts';
import { frozenClock } from '../../../support/frozen-clock.ts';
import { type InMemoryArchive, inMemoryArchive } from '../../../support/in-memory-archive.ts';
import { lives } from '../../../support/issuance-life.ts';
import { recordedTransitions } from '../../../support/recorded-transitions.ts';
import { streamChange } from '../../../support/stream-change.ts';

const HOUR_MS = 60 * 60_000;
const { intended, issued, claimed, completed, settled } = lives;
/** The changes of one issuance that went well. */
const life: readonly StreamChange[] = [
  { after: aRequest('r') },
  { after: intended },
  { before: intended, after: issued },
  { before: issued, after: claimed },
  { before: claimed, after: completed },
  { before: completed, after: settled },
].map((images, index) => streamChange(images, index + 1));
const first = life[0]?.sequenceNumber;

let archive: InMemoryArchive;
let clock: ReturnType<typeof frozenClock>;
let log: ReturnType<typeof recordedTransitions>;
let told: BrokerEvent[];
let pointers: PointerRecord[];
let broken: Set<string>;
beforeEach(() => {
  archive = inMemoryArchive();
  clock = frozenClock();
  log = recordedTransitions();
  told = [];
  pointers = [];
  broken = new Set();
});

function failing(step: string): void {
  if (broken.has(step)) throw new BrokerError('store.unavailable', step);
}

/** One process: what it put it remembers. */
function aProcess({ canaryAccounts = [] }: { canaryAccounts?: readonly string[] } = {}) {
  const bucket = {
    async putNew(key: string, bytes: Uint8Array) {
      failing('put');
      const outcome = await archive.putNew(key, bytes);
      failing('answer');
      return outcome;
    },
  };
  const dependencies = {
    writeChanges: makeWriteChanges({ bucket, clock }),
    async tellFacts(events: readonly BrokerEvent[]) {
      failing('facts');
      told.push(...events);
    },
    async putPointers(records: readonly PointerRecord[]) {
      failing('pointers');
      pointers.push(...records);
    },
    log,
    clock,
    config: { canaryAccounts },
  };
  return (changes: readonly StreamChange[]) => archiveBatch(changes, dependencies);
}

function lines(): readonly ArchivedChange[] {
  return [...archive.objects.values()].flatMap((bytes) => {
    const text = bytes.toString('utf8');
    expect(text.endsWith('\n')).toBe(true);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  });
}

const changeIds = () => lines().map(({ changeId }) => changeId);
const everyId = life.map(({ changeId }) => changeId);
const done = { batchItemFailures: [] };
const again = { batchItemFailures: [{ itemIdentifier: first }] };

describe('archiving a batch', () => {
  it('makes one object of it, a line each, in its order, and nothing to alarm anybody', async () => {
    expect(await aProcess()(life)).toEqual(done);
    expect(archive.objects.size).toBe(1);
    expect(changeIds()).toEqual(everyId);
    expect(lines().flatMap(({ findings }) => findings)).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('keeps no ticket, whatever the change', async () => {
    await aProcess()(life);
    const bytes = [...archive.objects.values()].join('');
    expect(bytes).not.toContain('wrappedKey');
    expect(bytes).not.toContain('"ticket"');
    expect(bytes).not.toContain('AQID');
    expect(lines()[2]?.record).toMatchObject({ state: 'issued', lastAccessKeyId: issued.lastAccessKeyId });
  });

  it('tells each state once, by ids, tenant and job and nothing else', async () => {
    await aProcess()(life);
    expect(told.map(({ detail }) => detail['state'])).toEqual(['intended', 'issued', 'claimed', 'completed']);
    expect(told[1]).toEqual({
      detailType: 'IssuanceRecorded',
      detail: {
        changeId: 'change3',
        issuanceId: issued.recordId,
        requestId: issued.requestId,
        tenantId: 'acme',
        accountId: '222222222222',
        job: 'scan-account',
        state: 'issued',
      },
    });
  });

  it.each([
    ['job.sessionRevoked', 'job.sessionRevoked'],
    ['job.failed', 'job.failed'],
    ['constructor', undefined],
    ['whatever a job would like the bus to say', undefined],
  ])('tells with which code of ours a job failed, and nothing else of its report: %s', async (code, expected) => {
    const { failedByJob: failed } = lives;
    const report = { ...failed.report, atMs: 1, attempt: 1, outcome: 'failed' as const, code, message: 'm' };
    await aProcess()([streamChange({ before: claimed, after: { ...failed, report } })]);
    const [recorded] = told.filter(({ detailType }) => detailType === 'IssuanceRecorded');
    expect(recorded?.detail).toEqual({
      changeId: expect.any(String),
      issuanceId: issued.recordId,
      requestId: issued.requestId,
      tenantId: 'acme',
      accountId: '222222222222',
      job: 'scan-account',
      state: 'failed',
      ...(expected === undefined ? {} : { code: expected }),
    });
  });

  it('tells nothing that is too large for the bus, whatever somebody wrote into the table', async () => {
    await aProcess()([streamChange({ after: { ...issued, tenantId: 'x'.repeat(300_000) } })]);
    expect(told.map(({ detailType }) => detailType)).toEqual(['IssuanceRecorded', 'IllegalChange']);
    for (const event of told) expect(JSON.stringify(event).length).toBeLessThan(2_000);
  });

  it('does nothing with a batch of nothing', async () => {
    expect(await aProcess()([])).toEqual(done);
    expect(archive.objects.size).toBe(0);
  });

  it.each(['put', 'answer', 'facts', 'pointers'])(
    'asks for the whole batch again when %s fails, and loses nothing',
    async (step) => {
      const run = aProcess();
      broken.add(step);
      expect(await run(life)).toEqual(again);
      clock.advance(1_000);
      broken.clear();
      expect(await run(life)).toEqual(done);
      expect(new Set(changeIds())).toEqual(new Set(everyId));
      expect(told.map(({ detail }) => detail['changeId'])).toEqual(
        expect.arrayContaining(['change2', 'change3', 'change4', 'change5']),
      );
      expect(log.lines).toMatchObject([{ transition: 'archive.interrupted' }]);
    },
  );

  it.each(['facts', 'pointers'])('puts nothing a second time while %s fails for an hour', async (step) => {
    const run = aProcess();
    broken.add(step);
    for (let time = 0; time < HOUR_MS; time += 60_000) {
      expect(await run(life)).toEqual(again);
      clock.advance(60_000);
    }
    expect(changeIds()).toEqual(everyId);
  });

  it('puts only what is new of a batch with other bounds', async () => {
    const run = aProcess();
    broken.add('facts');
    await run(life.slice(0, 4));
    clock.advance(1_000);
    broken.clear();
    expect(await run(life)).toEqual(done);
    expect([...archive.objects.keys()]).toHaveLength(2);
    expect(changeIds()).toEqual(everyId);
  });

  it('puts the same bytes again in another process, which knows nothing of the first', async () => {
    await aProcess()(life);
    clock.advance(1_000);
    expect(await aProcess()(life)).toEqual(done);
    const [one, two] = [...archive.objects.values()];
    expect(archive.objects.size).toBe(2);
    expect(one).toEqual(two);
  });

  it('takes an object that is there with the same bytes for its own, and any other for somebody else’s', async () => {
    await aProcess()(life);
    expect(await aProcess()(life)).toEqual(done);
    expect(archive.objects.size).toBe(1);
    const [key = ''] = archive.objects.keys();
    archive.objects.set(key, Buffer.from('other\n'));
    expect(await aProcess()(life)).toEqual(again);
  });

  it.each([
    ['facts', 'facts from change1 on: store.unavailable: facts'],
    ['pointers', 'pointers from change1 on: store.unavailable: pointers'],
  ])('archives on after six hours without %s, and says so', async (step, explanation) => {
    const run = aProcess();
    broken.add(step);
    clock.advance(6 * HOUR_MS - 1_000);
    expect(await run(life)).toEqual(again);
    clock.advance(1_000);
    expect(await run(life)).toEqual(done);
    expect(log.lines.at(-1)).toEqual({ transition: 'archive.gaveUp', explanation });
  });

  it('never gives up the archive itself', async () => {
    broken.add('put');
    clock.advance(23 * HOUR_MS);
    expect(await aProcess()(life)).toEqual(again);
  });

  it('rings before it archives, for a change that nobody of ours makes', async () => {
    broken.add('put');
    await aProcess()([streamChange({ before: issued, after: { ...issued, tenantId: 'globex' } })]);
    expect(log.lines[0]).toEqual({
      transition: 'ledger.changeIllegal',
      tenantId: 'globex',
      accountId: '222222222222',
      job: 'scan-account',
      explanation: `${issued.recordId}: beyondAttributes, tenantId never change`,
    });
  });

  it('rings for a removal, archives what was there without its ticket, and tells it', async () => {
    await aProcess()([streamChange({ before: issued })]);
    expect(log.lines).toMatchObject([{ transition: 'ledger.recordRemoved', tenantId: 'acme' }]);
    expect(lines()[0]).toMatchObject({ change: 'REMOVE', recordType: 'issuance', record: { state: 'issued' } });
    expect(JSON.stringify(lines())).not.toContain('ticket');
    expect(told).toEqual([
      {
        detailType: 'IllegalChange',
        detail: {
          changeId: 'change1',
          recordId: issued.recordId,
          recordType: 'issuance',
          change: 'REMOVE',
          found: ['removed'],
          tenantId: 'acme',
          accountId: '222222222222',
          job: 'scan-account',
        },
      },
    ]);
  });

  it('keeps of what is no record only the names of its attributes and a hash', async () => {
    await aProcess()([streamChange({ after: { ...claimed, claim: 'AQoDYXdzEPT', ticket: issued.ticket } })]);
    expect(lines()[0]).toMatchObject({
      recordType: 'unreadable',
      recordId: claimed.recordId,
      unreadable: {
        attributes: expect.arrayContaining(['claim', 'trail']),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(lines()[0]).not.toHaveProperty('record');
    expect([...archive.objects.values()].join('')).not.toMatch(/AQoDYXdzEPT|wrappedKey/);
  });

  it('rings once for a canary, when it is touched, whatever comes of it', async () => {
    const run = aProcess({ canaryAccounts: ['222222222222'] });
    await run(life);
    expect(log.lines).toEqual([
      {
        transition: 'canary.touched',
        issuanceId: intended.recordId,
        requestId: intended.requestId,
        tenantId: 'acme',
        accountId: '222222222222',
        job: 'scan-account',
        requester: 'scans',
      },
    ]);
    expect(told.filter(({ detailType }) => detailType === 'CanaryTouched')).toHaveLength(1);
  });
});
