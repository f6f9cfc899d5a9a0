import { describe, expect, it } from 'vitest';
import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import { BrokerError } from '../../../lib/errors.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import { closedProbe } from '../../../lib/probes/probe-record.ts';
import { makeProbeThroughBroker } from '../../../lib/probes/probe-through-broker.ts';
import { parseQueueMessage } from '../../../lib/requests/parse-request.ts';
import { aRole, aTenant, externalIdOf } from '../../support/a-tenant.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryProbeLedger } from '../../support/in-memory-probe-ledger.ts';

const role = aRole();
const { tenant } = aTenant();
const externalId = externalIdOf('acme');
const DENIED: Assumption = { outcome: 'denied', code: 'sts.denied', stsRequestId: 'sts-1' };

/** A broker that answers so, this many milliseconds after it was asked; time passes in the pauses alone. */
function world({ answer = undefined as Assumption | undefined, afterMs = 0 } = {}) {
  const clock = frozenClock();
  const beganAtMs = clock.nowMs();
  const probes = inMemoryProbeLedger();
  const sent: string[] = [];
  const state: { sending: () => Promise<void> } = { sending: () => Promise.resolve() };
  const probe = makeProbeThroughBroker({
    probes,
    clock,
    ids: countingIds(),
    async sendToQueue(body) {
      await state.sending();
      sent.push(body);
    },
    async pause(milliseconds) {
      clock.advance(milliseconds);
      const [record] = probes.items.values();
      if (answer === undefined || record?.outcome !== 'open' || clock.nowMs() - beganAtMs < afterMs) return;
      const called = { ...record, calledAtMs: clock.nowMs() };
      await probes.start(record, called.calledAtMs);
      await probes.close(closedProbe(called, answer, clock.nowMs()));
    },
  });
  return { probe, probes, sent, state, tookMs: () => clock.nowMs() - beganAtMs };
}

describe('a probe through the broker', () => {
  it('is recorded, ordered by the hash of the external ID, and read from its record', async () => {
    const { probe, probes, sent } = world({ answer: DENIED, afterMs: 2_000 });
    const { recordId, ...result } = await probe({ tenant, role, externalId });
    expect(result).toEqual({ probe: 'brokerRightExternalId', outcome: 'denied' });
    expect(probes.items.get(recordId)).toMatchObject({ by: 'issue-credentials', outcome: 'denied' });
    const { tenantId, accountId, roleArn } = role;
    const order = { probeId: recordId, tenantId, accountId, roleArn, externalIdSha256: sha256Hex(externalId) };
    expect(sent.map(parseQueueMessage)).toEqual([{ read: true, message: { kind: 'probe', ...order } }]);
    expect(sent.join()).not.toContain(externalId);
  });

  it('says nothing of an external ID where there is none', async () => {
    const { probe, sent } = world({ answer: DENIED });
    await probe({ tenant, role, externalId: undefined });
    expect(sent.join()).not.toContain('externalId');
  });

  it('proves nothing when nobody answers for fifteen seconds', async () => {
    const { probe, tookMs } = world();
    expect(await probe({ tenant, role, externalId })).toMatchObject({ outcome: 'inconclusive' });
    expect(tookMs()).toBe(15_000);
  });

  it('waits no longer than for the answer', async () => {
    const { probe, tookMs } = world({ answer: DENIED, afterMs: 900 });
    await probe({ tenant, role, externalId });
    expect(tookMs()).toBe(1_000);
  });

  it('orders nothing that is not on record, and says when the queue is away', async () => {
    const { probe, probes, sent, state } = world();
    state.sending = () => Promise.reject(new BrokerError('store.unavailable', 'the queue could not be written'));
    await expect(probe({ tenant, role, externalId })).rejects.toMatchObject({ code: 'store.unavailable' });
    expect([...probes.items.values()]).toMatchObject([{ outcome: 'open' }]);
    probes.open = () => Promise.resolve(false);
    await expect(probe({ tenant, role, externalId })).rejects.toMatchObject({ code: 'internal' });
    expect(sent).toEqual([]);
  });
});
