import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import { openIntended } from '../../../lib/ledger/issuance-intents.ts';
import { makeTenantIssuances } from '../../../lib/ledger/tenant-issuances.ts';
import { anIdentity, aRequest } from '../../support/an-issuance.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { failingWith } from '../../support/failing-dynamo.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const dynamo = withTables();

/** Records an issuance of that tenant at that time, and gives its id. */
async function recorded(name: string, { tenantId = 'acme', atMs = 1_000 } = {}): Promise<string> {
  const ledger = makeLedger({ dynamo: dynamo.client(), log: recordedTransitions(), config: tables });
  const grounds = { owner: 'o', roleArn: 'arn', tenantVersion: 1, roleVersion: 1 };
  const issuance = openIntended({ ...anIdentity(name), tenantId }, grounds, atMs);
  await ledger.open(issuance);
  await ledger.recordRequest(aRequest(name, { tenantId, recordedAtMs: atMs }));
  return issuance.recordId;
}

/** A client to which every query is answered with this one page. */
function answering(page: object): DynamoDBDocumentClient {
  const client = dynamo.client();
  client.middlewareStack.add(() => async () => ({ output: { $metadata: {}, ...page }, response: {} }), {
    step: 'initialize',
  });
  return client;
}

describe("the index of a tenant's issuances", () => {
  it('gives those that were recorded since then, the newest first, and neither requests nor other tenants', async () => {
    const query = makeTenantIssuances({ dynamo: dynamo.client(), config: tables });
    await recorded('old', { atMs: 999 });
    await recorded('other', { tenantId: 'umbrella' });
    const [first, second] = [await recorded('first'), await recorded('second', { atMs: 2_000 })];
    expect(await query({ tenantId: 'acme', sinceMs: 1_000 })).toEqual([second, first]);
    expect(await query({ tenantId: 'nobody', sinceMs: 0 })).toEqual([]);
  });

  it.each([
    ['of a job', 'scan-account.LONG', true],
    ['of a job with a digit', '2nd-scan.LONG', true],
    ['with something before it', 'x scan-account.LONG', false],
    ['with something after it', 'scan-account.LONGx', false],
    ['that is too short', `scan-account.${'a'.repeat(31)}`, false],
    ['of no job', '.LONG', false],
  ])('gives of the ids only those of issuances: one %s', async (_what, id, isGiven) => {
    const recordId = id.replace('LONG', 'a2'.repeat(16));
    const page = { Items: [{ recordId }, { recordId: `req_${'a'.repeat(32)}` }] };
    const query = makeTenantIssuances({ dynamo: answering(page), config: tables });
    expect(await query({ tenantId: 'acme', sinceMs: 0 })).toEqual(isGiven ? [recordId] : []);
  });

  it('takes a page without items, as DynamoDB sends them, for an empty one', async () => {
    const query = makeTenantIssuances({ dynamo: answering({}), config: tables });
    expect(await query({ tenantId: 'acme', sinceMs: 0 })).toEqual([]);
  });

  it('reads every page', async () => {
    const client = dynamo.client();
    client.middlewareStack.add(
      (next) => (request) => {
        const input = request.input;
        return next({ ...request, input: 'IndexName' in input ? { ...input, Limit: 1 } : input });
      },
      { step: 'initialize' },
    );
    const names = ['p1', 'p2', 'p3', 'p4', 'p5'];
    const ids = [];
    for (const name of names) ids.push(await recorded(name, { tenantId: 'paged' }));
    const found = await makeTenantIssuances({ dynamo: client, config: tables })({ tenantId: 'paged', sinceMs: 0 });
    expect([...found].sort()).toEqual([...ids].sort());
  });

  it('does not take a failure for an empty index', async () => {
    const broken = failingWith(dynamo.client(), Object.assign(new Error('x'), { name: 'ThrottlingException' }));
    const query = makeTenantIssuances({ dynamo: broken, config: tables });
    await expect(query({ tenantId: 'acme', sinceMs: 0 })).rejects.toMatchObject({ code: 'store.busy' });
  });
});
