import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { makeNoteDenial } from '../../../lib/broker/denial-count.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryCounters } from '../../support/in-memory-counters.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const denied = { tenantId: 'acme', accountId: '222222222222', roleArn: 'arn:aws:iam::222222222222:role/x/scanner' };

function world({ lambdaIsAway = false, tableIsAway = false } = {}) {
  const asked: unknown[] = [];
  const log = recordedTransitions();
  const away = () => Promise.reject(new Error('away'));
  const noteDenial = makeNoteDenial({
    counters: tableIsAway ? { change: away } : inMemoryCounters(),
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
  return { noteDenial, asked, log };
}

async function times(count: number, note: () => Promise<void>): Promise<void> {
  for (let time = 0; time < count; time += 1) await note();
}

describe('counting what STS denies', () => {
  it('has a role verified at its fifth denial, and at its tenth', async () => {
    const { noteDenial, asked } = world();
    await times(4, () => noteDenial(denied));
    expect(asked).toEqual([]);
    await noteDenial(denied);
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
    await times(5, () => noteDenial(denied));
    expect(asked).toHaveLength(2);
  });

  it('counts each role for itself', async () => {
    const { noteDenial, asked } = world();
    await times(4, () => noteDenial(denied));
    await times(4, () => noteDenial({ ...denied, roleArn: `${denied.roleArn}-2` }));
    expect(asked).toEqual([]);
  });

  it.each([{ lambdaIsAway: true }, { tableIsAway: true }])('never throws: %o', async (broken) => {
    const { noteDenial, log } = world(broken);
    await times(5, () => noteDenial(denied));
    expect(log.lines.at(-1)).toMatchObject({ transition: 'role.denialNotCounted', tenantId: 'acme' });
  });
});
