import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { lambdaCodec } from '../../../../local/http/lambda-protocol.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createFunctionPool, type FunctionPool } from '../../../../local/lambda/function-pool.ts';
import { refuseUnfitTenancy } from '../../../../local/template/refuse-unfit-tenancy.ts';
import type { Wiring } from '../../../../local/template/wiring.ts';
import { aFunction } from './a-function.ts';

const isolated = aFunction({ name: 'isolated', isolatesTenants: true });

/** Remembers, past each invocation, for whom it ran: what must never be of two tenants. */
const REMEMBERS = `const ranFor = [];
  export const handler = async (ms, { tenantId }) => {
    ranFor.push(tenantId);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ranFor, tenantId };
  };`;

let folder: string;
const pools: FunctionPool[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-isolation-'));
  writeFileSync(join(folder, 'remembers.mjs'), REMEMBERS);
});
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));
afterAll(() => rmSync(folder, { recursive: true }));

function poolOf(wiring: Parameters<typeof aFunction>[0] = isolated): FunctionPool {
  const bundleUrl = pathToFileURL(join(folder, 'remembers.mjs')).href;
  const definition = { wiring: aFunction({ ...wiring, name: 'isolated' }), bundleUrl, exportName: 'handler' };
  const pool = createFunctionPool({
    clock: createStackClock(),
    ids: systemIds,
    log: () => undefined,
    functions: [{ ...definition, environment: {} }],
  });
  pools.push(pool);
  return pool;
}

async function runFor(tenantId: string | undefined, pool: FunctionPool, ms = 0) {
  const { payload } = await pool.invoke('isolated', String(ms), { tenantId });
  const answer: { ranFor: readonly string[]; tenantId: string } = JSON.parse(payload);
  return answer;
}

describe('a function in tenant isolation mode', () => {
  it('never runs two tenants in one process, and one tenant again in its own', async () => {
    const pool = poolOf();
    expect(await runFor('acme', pool)).toEqual({ ranFor: ['acme'], tenantId: 'acme' });
    expect(await runFor('globex', pool)).toEqual({ ranFor: ['globex'], tenantId: 'globex' });
    expect(await runFor('acme', pool)).toEqual({ ranFor: ['acme', 'acme'], tenantId: 'acme' });
  });

  it('keeps to that when many run at once, wait for their turn and outnumber what is kept warm', async () => {
    const pool = poolOf();
    const tenants = Array.from({ length: 24 }, (_, index) => `tenant-${(index * 7) % 9}`);
    const answers = await Promise.all(tenants.map((tenantId) => runFor(tenantId, pool, 1)));
    expect(answers.map(({ tenantId }) => tenantId)).toEqual(tenants);
    const mixed = answers.filter(({ ranFor }) => new Set(ranFor).size > 1);
    expect(mixed).toEqual([]);
  });

  it('is the only kind that is told a tenant', async () => {
    await expect(runFor(undefined, poolOf())).rejects.toThrow('isolates its tenants and was given none');
    await expect(runFor('acme', poolOf({}))).rejects.toThrow('takes no tenant');
    expect(await runFor(undefined, poolOf({}))).toEqual({ ranFor: [null] });
  });
});

describe('the tenant of an invocation', () => {
  it('comes in the header that the SDK sends', () => {
    const request = {
      method: 'POST',
      path: '/2015-03-31/functions/isolated/invocations',
      rawQuery: '',
      query: new Map<string, readonly string[]>(),
      headers: new Map([['x-amz-tenant-id', 'acme']]),
      sourceIp: '127.0.0.1',
      body: Buffer.from('{}'),
    };
    expect(lambdaCodec.decode(request).input).toMatchObject({ FunctionName: 'isolated', TenantId: 'acme' });
  });
});

describe('a template with an isolated function', () => {
  const rule = { logicalId: 'R', name: 'r', arn: 'r', busName: 'default', state: 'ENABLED' } as const;
  const base: Wiring = {
    functions: [isolated, aFunction()],
    mappings: [],
    streamMappings: [],
    queues: [],
    buses: [],
    rules: [],
    ruleInvocations: [],
    tables: [],
    keys: [],
    roles: [],
    managedPolicies: [],
    buckets: [],
  };
  const mappingOf = (functionName: string) => ({
    logicalId: 'M',
    functionName,
    queueName: 'q',
    batchSize: 1,
    functionResponseTypes: [],
    enabled: true,
  });

  it('is taken where only the API invokes it', () => {
    const others = {
      mappings: [mappingOf('worker')],
      rules: [{ ...rule, targets: [{ id: 't', arn: aFunction().arn }] }],
    };
    expect(() => refuseUnfitTenancy({ ...base, ...others })).not.toThrow();
  });

  it.each<[string, Partial<Wiring>]>([
    ['a function URL', { functions: [{ ...isolated, urlAuthType: 'AWS_IAM' }] }],
    ['an event source mapping', { mappings: [mappingOf('isolated')] }],
    ['being the target of a rule', { rules: [{ ...rule, targets: [{ id: 't', arn: isolated.arn }] }] }],
  ])('is refused with %s', (what, wiring) => {
    expect(() => refuseUnfitTenancy({ ...base, ...wiring })).toThrow(`does not go with ${what}`);
  });
});
