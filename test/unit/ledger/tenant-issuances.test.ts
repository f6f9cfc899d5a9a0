import { describe, expect, it } from 'vitest';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import { openIntended } from '../../../lib/ledger/issuance-transitions.ts';
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

describe("the index of a tenant's issuances", () => {
  it('gives those that were recorded since then, the newest first, and neither requests nor other tenants', async () => {
    const query = makeTenantIssuances({ dynamo: dynamo.client(), config: tables });
    await recorded('old', { atMs: 999 });
    await recorded('other', { tenantId: 'umbrella' });
    const [first, second] = [await recorded('first'), await recorded('second', { atMs: 2_000 })];
    expect(await query({ tenantId: 'acme', sinceMs: 1_000 })).toEqual([second, first]);
    expect(await query({ tenantId: 'nobody', sinceMs: 0 })).toEqual([]);
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
