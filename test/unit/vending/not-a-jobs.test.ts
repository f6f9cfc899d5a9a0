import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { sweptForCaller } from '../../../lib/ledger/caller-issuance.ts';
import { brokerRecordBody } from '../../../lib/requests/broker-record.ts';
import { anIntended } from '../../support/an-issuance.ts';
import { tables } from '../../support/dynamo-tables.ts';
import { endsWell } from '../../support/faulty-world/ends-well.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { vended, vendIn } from '../../support/faulty-world/vending.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

/** Puts a record of the broker's own on the queue, as only its functions can, and has it handled. */
async function tell(world: FaultyWorld, record: Parameters<typeof brokerRecordBody>[0]): Promise<void> {
  world.queue.add(brokerRecordBody(record));
  await world.drain();
}

/** Nobody but the caller got anything, and STS was called once. */
async function staysTheCallers(world: FaultyWorld): Promise<void> {
  expect(world.sts.minted).toHaveLength(1);
  expect(world.lambda.invocations).toEqual([]);
  expect(world.sites()).not.toContain('kms.dataKey');
  expect(await world.violations()).toEqual([]);
}

describe('an issuance for a caller', () => {
  it('is never continued by a message, when it was given out', async () => {
    const world = await faultyWorld();
    await vended(world);
    const before = await world.issuance();
    await tell(world, { brokerRecord: 'continue', issuanceId: before.recordId, trailHead: before.trailHead });
    expect(await world.issuance()).toEqual(before);
    await world.settle();
    await staysTheCallers(world);
  });

  it('is never continued by a message, when its call has died', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('ledger.issued', 'crashBefore');
    await vendIn(world);
    const before = await world.issuance();
    world.clock.advance(60_000);
    await tell(world, { brokerRecord: 'continue', issuanceId: before.recordId, trailHead: before.trailHead });
    expect(await world.issuance()).toEqual(before);
    await world.settle();
    await staysTheCallers(world);
  });

  it('is never opened for the job, when its call died before the intent', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('ledger.intended', 'crashBefore');
    await vendIn(world);
    const [request] = await world.requests();
    const requestId = request?.recordId ?? 'none';
    await tell(world, { brokerRecord: 'account', requestId, accountId: '222222222222' });
    expect(await world.issuances()).toEqual([]);
    expect(world.sts.asked).toEqual([]);
  });

  it('is swept at its fence, not before', async () => {
    const world = await faultyWorld();
    await vended(world);
    const [{ fenceMs = 0 } = {}] = (await world.issuance()).attempts;
    world.clock.set(fenceMs - 1);
    await world.sweep();
    expect((await world.issuance()).state).toBe('issued');
    world.clock.set(fenceMs);
    await world.sweep();
    expect((await world.issuance()).state).toBe('expired');
    await endsWell(world);
  });

  it('is left to its call while the lease runs', async () => {
    const world = await faultyWorld();
    const meanwhile = gate();
    world.faults.breakAt('sts.assume', { stall: meanwhile });
    const run = await vendIn(world);
    world.clock.advance(20_000);
    await world.sweep();
    meanwhile.open();
    expect(await run.finally).toMatchObject({ end: 'done', result: { statusCode: 200 } });
    await endsWell(world);
  });

  it('is put off by a sweep that comes while its lease runs', () => {
    const intended = { ...anIntended('a'), delivery: 'caller' as const };
    const { leaseUntilMs } = intended;
    expect(sweptForCaller(intended, leaseUntilMs - 1)).toEqual({ ...intended, dueAtMs: leaseUntilMs });
    expect(sweptForCaller(intended, leaseUntilMs)).toMatchObject({ state: 'failed' });
  });
});

describe('a request for a run of the job', () => {
  it('is no ground for giving its session to a caller, whatever its id', async () => {
    const asked = await faultyWorld();
    asked.faults.breakAt('ledger.intended', 'crashBefore');
    await vendIn(asked);
    const [{ delivery, caller: _caller, ...forJob } = { delivery: undefined, caller: '' }] = await asked.requests();
    expect(delivery).toBe('caller');
    const world = await faultyWorld();
    await world.store.send(new PutCommand({ TableName: tables.ledgerTable, Item: forJob }));
    expect(await vended(world)).toMatchObject({ status: 409, body: { error: { code: 'request.idConflict' } } });
    expect(world.sts.asked).toEqual([]);
  });
});
