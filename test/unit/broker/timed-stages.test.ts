import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/broker/broker-dependencies.ts';
import { timedLedger, timedMessages, timedRegistry } from '../../../lib/broker/timed-stages.ts';
import type { Ledger } from '../../../lib/ledger/ledger.ts';
import type { StageDurations } from '../../../lib/platform/stage-durations.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { aRequest } from '../../support/an-issuance.ts';
import { inMemoryLedger } from '../../support/in-memory-ledger.ts';
import { lives } from '../../support/issuance-life.ts';

let told: (string | number)[][];
beforeEach(() => {
  told = [];
});

const stages = {
  note: (stage: string, milliseconds: number) => void told.push([stage, milliseconds]),
  publish: () => void told.push(['published']),
};
const clock = { nowMs: () => 10_000 };

function aMessage(over: Partial<Message> = {}): Message {
  return { messageId: 'm', body: '', receiveCount: 1, sentAtMs: 9_400, remainingMs: () => 30_000, ...over };
}

describe('a message that is worked on', () => {
  it('tells how long it was on the queue, and then what was noted of it', async () => {
    const run = timedMessages(async () => 'settled', { stages, clock });
    await expect(run(aMessage())).resolves.toBe('settled');
    expect(told).toEqual([['queue', 600], ['published']]);
  });

  it.each([
    ['that comes again', aMessage({ receiveCount: 2 })],
    ['that SQS put no time on', aMessage({ sentAtMs: undefined })],
  ])('tells of no wait where it is one %s', async (_what, message) => {
    await timedMessages(async () => 'settled', { stages, clock })(message);
    expect(told).toEqual([['published']]);
  });

  it('publishes where it breaks, too', async () => {
    const run = timedMessages(() => Promise.reject(new Error('broken')), { stages, clock });
    await expect(run(aMessage())).rejects.toThrow('broken');
    expect(told.at(-1)).toEqual(['published']);
  });
});

/** Tells of each call that is measured, and lets it through. */
const timed: StageDurations['timed'] =
  (stage, work) =>
  (...given) => {
    told.push([stage]);
    return work(...given);
  };

describe('a part of the pipeline that is measured', () => {
  const { intended } = lives;
  const dueNow = { nowMs: 0, limit: 1 };

  it('is the registry, at each reading of a tenant', async () => {
    const registry = timedRegistry({ readTenant: async (tenantId) => aTenant({ tenantId }) }, { timed });
    expect(await registry.readTenant('globex')).toEqual(aTenant({ tenantId: 'globex' }));
    expect(told).toEqual([['lookUp']]);
  });

  it.each<[string, (ledger: Ledger) => Promise<unknown>, readonly string[]]>([
    ['the record of a request', (ledger) => ledger.recordRequest(aRequest('one')), ['record']],
    ['the opening of an issuance', (ledger) => ledger.open(intended), ['record']],
    ['a change of one', (ledger) => ledger.advance(intended, intended), ['record']],
    ['no reading of a request', (ledger) => ledger.readRequest('one'), []],
    ['no reading of an issuance', (ledger) => ledger.readIssuance(intended.recordId), []],
    ['no question of what is due', (ledger) => ledger.due(dueNow), []],
    ['no putting off', (ledger) => ledger.postpone(intended.recordId, 1), []],
  ])('is the ledger, at its writes, and does the same: %s', async (_what, ask, named) => {
    const [plain, measured] = [inMemoryLedger(), inMemoryLedger()];
    expect(await ask(timedLedger(measured, { timed }))).toEqual(await ask(plain));
    expect(measured.items).toEqual(plain.items);
    expect(told).toEqual(named.map((stage) => [stage]));
  });
});
