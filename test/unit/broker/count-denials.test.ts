import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { makeCountDenial } from '../../../lib/broker/count-denials.ts';
import type { CounterRow, Counters } from '../../../lib/limits/counters.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { inMemoryCounters } from '../../support/in-memory-counters.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const denied = { tenantId: 'acme', accountId: '222222222222', roleArn: 'arn:aws:iam::222222222222:role/x/scanner' };

function world({ lambdaIsAway = false, tableIsAway = false, tableSaysNothing = false } = {}) {
  const asked: unknown[] = [];
  const rows: CounterRow[] = [];
  const log = recordedTransitions();
  const away = () => Promise.reject(new Error('away'));
  const counters = inMemoryCounters();
  const change: Counters['change'] = (row, by) => {
    rows.push(row);
    if (tableSaysNothing) return Promise.resolve(undefined);
    return tableIsAway ? away() : counters.change(row, by);
  };
  const countDenial = makeCountDenial({
    counters: { change },
    lambda: {
      async send(command: unknown) {
        if (lambdaIsAway || !(command instanceof InvokeCommand)) return away();
        const { FunctionName, InvocationType, Payload } = command.input;
        asked.push({
          FunctionName,
          InvocationType,
          order: JSON.parse(new TextDecoder().decode(Payload as Uint8Array)),
        });
      },
    },
    clock: frozenClock(),
    log,
    config: { verifyTrustFunctionName: 'verify-trust' },
  });
  return { countDenial, asked, rows, log };
}

async function times(count: number, note: () => Promise<void>): Promise<void> {
  for (let time = 0; time < count; time += 1) await note();
}

describe('counting what STS denies', () => {
  it('has a role verified at its fifth denial, and at its tenth', async () => {
    const { countDenial, asked } = world();
    await times(4, () => countDenial(denied));
    expect(asked).toEqual([]);
    await countDenial(denied);
    expect(asked).toEqual([
      {
        FunctionName: 'verify-trust',
        InvocationType: 'Event',
        order: {
          kind: 'check',
          tenantId: 'acme',
          accountId: '222222222222',
          roleName: 'scanner',
          by: 'issue-credentials',
        },
      },
    ]);
    await times(5, () => countDenial(denied));
    expect(asked).toHaveLength(2);
  });

  it('counts each role for itself', async () => {
    const { countDenial, asked } = world();
    await times(4, () => countDenial(denied));
    await times(4, () => countDenial({ ...denied, roleArn: `${denied.roleArn}-2` }));
    expect(asked).toEqual([]);
  });

  it('keeps a count for a day after the last denial, in a row of its own', async () => {
    const { countDenial, rows } = world();
    await countDenial(denied);
    await countDenial({ ...denied, roleArn: `${denied.roleArn}-2` });
    const expiresAtSeconds = Math.ceil(START_MS / 1000) + 86_400;
    expect(rows).toEqual([
      { counter: expect.any(String), expiresAtSeconds },
      { counter: expect.any(String), expiresAtSeconds },
    ]);
    expect(rows[0]?.counter).not.toBe(rows[1]?.counter);
  });

  it('tells that a verification was asked for, and why', async () => {
    const { countDenial, log } = world();
    await times(4, () => countDenial(denied));
    expect(log.lines).toEqual([]);
    await countDenial(denied);
    expect(log.lines).toEqual([
      { transition: 'role.verificationAsked', tenantId: 'acme', accountId: '222222222222', code: 'trust.broken' },
    ]);
  });

  it('asks for nothing, and complains of nothing, where the table does not say how many there were', async () => {
    const { countDenial, asked, log } = world({ tableSaysNothing: true });
    await times(5, () => countDenial(denied));
    expect([asked, log.lines]).toEqual([[], []]);
  });

  it.each([
    ['the function that verifies', { lambdaIsAway: true }, 1],
    ['the table', { tableIsAway: true }, 5],
  ])('never throws, and tells that it is not counted: %s is away', async (_, broken, told) => {
    const { countDenial, log } = world(broken);
    await times(5, () => countDenial(denied));
    const line = { transition: 'role.denialNotCounted', tenantId: 'acme', accountId: '222222222222' };
    expect(log.lines).toEqual(Array(told).fill({ ...line, explanation: 'Error' }));
  });
});
