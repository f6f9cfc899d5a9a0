import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeProbeLedger } from '../../lib/probes/dynamo-probe-ledger.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith, losingAnswers } from '../support/failing-dynamo.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { inMemoryProbeLedger } from '../support/in-memory-probe-ledger.ts';
import { accepted, aProbe, probeLedgerContract } from './probe-ledger.contract.ts';

const dynamo = withTables();
const inDynamo = (client = dynamo.client()) => makeProbeLedger({ dynamo: client, config: tables });

probeLedgerContract('in memory', inMemoryProbeLedger);
probeLedgerContract('in DynamoDB', () => inDynamo());

describe('a write of a probe whose answer is lost', () => {
  it('was made when it opened the probe', async () => {
    const record = aProbe();
    expect(await inDynamo(losingAnswers(dynamo.client(), 1)).open(record)).toBe(true);
    expect(await inDynamo().read(record.recordId)).toEqual(record);
  });

  it('was made when it closed the probe', async () => {
    const record = { ...aProbe(), calledAtMs: START_MS };
    await inDynamo().open(record);
    expect(await inDynamo(losingAnswers(dynamo.client(), 1)).close(accepted(record))).toBe(true);
    expect(await inDynamo().read(record.recordId)).toEqual(accepted(record));
  });

  it('gives nobody the call: better no call than two', async () => {
    const record = aProbe();
    await inDynamo().open(record);
    expect(await inDynamo(losingAnswers(dynamo.client(), 1)).start(record, START_MS)).toBe(false);
    expect(await inDynamo().start(record, START_MS)).toBe(false);
  });
});

describe('the table of probes', () => {
  it('is read with consistency, and errors are of the store', async () => {
    const client = dynamo.client();
    const consistent: unknown[] = [];
    client.middlewareStack.add(
      (next) => (request) => {
        consistent.push(new Map(Object.entries(request.input)).get('ConsistentRead'));
        return next(request);
      },
      { step: 'initialize' },
    );
    await inDynamo(client).read(aProbe().recordId);
    expect(consistent).toEqual([true]);
    const broken = inDynamo(failingWith(dynamo.client(), new Error('secret message')));
    for (const call of [broken.open(aProbe()), broken.read('x'), broken.start(aProbe(), 1), broken.close(aProbe())]) {
      await expect(call).rejects.toMatchObject({ code: 'store.unavailable' });
    }
  });

  it('gives no item that is not the record of a probe', async () => {
    const record = aProbe();
    const Item = { ...record, outcome: 'maybe' };
    await dynamo.client().send(new PutCommand({ TableName: tables.ledgerTable, Item }));
    await expect(inDynamo().read(record.recordId)).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });

  it('has a probe in the indexes of the audit: by tenant, day, access key and denied request', async () => {
    const record = { ...aProbe(), calledAtMs: START_MS };
    await inDynamo().open(record);
    await inDynamo().close(accepted(record));
    const { Item } = await dynamo
      .client()
      .send(new GetCommand({ TableName: tables.ledgerTable, Key: { recordId: record.recordId } }));
    const keys = ['tenantId', 'recordedAtMs', 'day', 'lastAccessKeyId'];
    expect(Object.keys({ ...Item })).toEqual(expect.arrayContaining(keys));
    expect(Item).not.toHaveProperty('dueShard');
  });
});
