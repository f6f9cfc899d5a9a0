import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createFunctionPool, type FunctionPool } from '../../../../local/lambda/function-pool.ts';
import type { FunctionLogLine } from '../../../../local/lambda/log-lines.ts';
import type { FunctionWiring } from '../../../../local/template/wiring.ts';
import { aFunction } from './a-function.ts';

const bundles = {
  echo: 'let count = 0; export const handler = async (event) => ({ event, count: ++count });',
  inspect: `export const handler = async (event, context) => ({
    environment: process.env, nowMs: Date.now(), newMs: new Date().getTime(), text: Date(), fixed: new Date(0).toISOString(),
    isDate: new Date() instanceof Date, viaConstructor: new (new Date(5).constructor)().getTime(),
    remainingMs: context.getRemainingTimeInMillis(), context: { ...context } });`,
  slow: 'export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return ms; };',
  loop: 'export const handler = async () => { for (;;); };',
  exit: 'export const handler = async () => { process.exit(3); };',
  crash: 'export const handler = () => new Promise(() => setImmediate(() => { throw new Error("out of nowhere"); }));',
  throws: 'export const handler = async () => { throw new RangeError("not that"); };',
  circular: 'export const handler = async () => { const a = {}; a.a = a; return a; };',
  nothing: 'export const handler = async () => {};',
  broken: 'throw new TypeError("at import"); export const handler = 1;',
  unnamed: 'export const other = async () => 1;',
  diesLater: 'export const handler = async () => { setTimeout(() => process.exit(1), 20); };',
  noisy: 'export const handler = async () => { console.log("one\\ntwo"); console.error("three"); };',
};

let folder: string;
const clock = createStackClock();
const lines: FunctionLogLine[] = [];
const pools: FunctionPool[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'function-pool-'));
  for (const [name, code] of Object.entries(bundles)) writeFileSync(join(folder, `${name}.mjs`), code);
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  lines.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

function poolOf(name: keyof typeof bundles, wiring: Partial<FunctionWiring> = {}): FunctionPool {
  const pool = createFunctionPool({
    clock,
    ids: systemIds,
    log: (line) => lines.push(line),
    functions: [
      {
        wiring: aFunction({ name, ...wiring }),
        bundleUrl: pathToFileURL(join(folder, `${name}.mjs`)).href,
        exportName: 'handler',
        environment: { ONLY: 'this' },
      },
    ],
  });
  pools.push(pool);
  return pool;
}

async function invoke(pool: FunctionPool, name: keyof typeof bundles, event: unknown = {}) {
  const { functionError, payload } = await pool.invoke(name, JSON.stringify(event), { requestId: 'request-1' });
  return { functionError, answer: JSON.parse(payload) };
}

describe('createFunctionPool', () => {
  it('runs invocations one after the other in the same worker', async () => {
    const pool = poolOf('echo');
    expect(await invoke(pool, 'echo', { a: 1 })).toEqual({ answer: { event: { a: 1 }, count: 1 } });
    expect(await invoke(pool, 'echo', 2)).toEqual({ answer: { event: 2, count: 2 } });
  });

  it('gives a function its own environment and nothing of the machine', async () => {
    const { answer } = await invoke(poolOf('inspect'), 'inspect');
    expect(answer.environment).toEqual({ ONLY: 'this', AWS_LAMBDA_LOG_STREAM_NAME: expect.any(String) });
  });

  it('gives a function a context of Lambda, with the time left counted down from its time-out', async () => {
    const { answer } = await invoke(poolOf('inspect', { timeoutSeconds: 7 }), 'inspect');
    expect(answer.context).toMatchObject({
      functionName: 'inspect',
      awsRequestId: 'request-1',
      memoryLimitInMB: '128',
    });
    expect(answer.context.invokedFunctionArn).toBe('arn:aws:lambda:eu-west-1:111111111111:function:inspect');
    expect(answer.remainingMs).toBeGreaterThan(5000);
    expect(answer.remainingMs).toBeLessThanOrEqual(7000);
  });

  it('tells a function by which alias it was invoked, each time', async () => {
    const pool = poolOf('inspect');
    const arnBy = async (qualifier?: string) => {
      const { payload } = await pool.invoke('inspect', '{}', { qualifier });
      return JSON.parse(payload).context.invokedFunctionArn;
    };
    const unqualified = 'arn:aws:lambda:eu-west-1:111111111111:function:inspect';
    expect(await arnBy('billing')).toBe(`${unqualified}:billing`);
    expect(await arnBy()).toBe(unqualified);
    expect(await arnBy('$LATEST')).toBe(`${unqualified}:$LATEST`);
  });

  it('shifts every way to ask for the time, in a worker that already runs as well', async () => {
    const pool = poolOf('inspect');
    await invoke(pool, 'inspect');
    clock.advance(3_600_000);
    const { answer } = await invoke(pool, 'inspect');
    const nowMs = clock.nowMs();
    for (const atMs of [answer.nowMs, answer.newMs, answer.viaConstructor, Date.parse(answer.text) + 1000]) {
      expect(Math.abs(atMs - nowMs)).toBeLessThan(5000);
    }
    expect(answer).toMatchObject({ isDate: true, fixed: '1970-01-01T00:00:00.000Z' });
  });

  const failing: readonly { name: keyof typeof bundles; answer: object }[] = [
    { name: 'throws', answer: { errorType: 'RangeError', errorMessage: 'not that', trace: expect.any(Array) } },
    { name: 'circular', answer: { errorType: 'Runtime.MarshalError' } },
    { name: 'broken', answer: { errorType: 'TypeError', errorMessage: 'at import' } },
    { name: 'unnamed', answer: { errorType: 'Runtime.HandlerNotFound' } },
    {
      name: 'exit',
      answer: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') },
    },
    { name: 'crash', answer: { errorMessage: expect.stringContaining('out of nowhere') } },
    {
      name: 'loop',
      answer: { errorMessage: 'RequestId: request-1 Error: Task timed out after 0.15 seconds' },
    },
  ];
  it.each(failing)(
    'contains a function that ends in "$name" and goes on with a new worker',
    async ({ name, answer }) => {
      const pool = poolOf(name, { timeoutSeconds: name === 'loop' ? 0.15 : 5 });
      const first = await invoke(pool, name);
      expect(first).toEqual({ functionError: 'Unhandled', answer: expect.objectContaining(answer) });
      expect(await invoke(pool, name)).toEqual(first);
      expect(pool.activity()).toBe(0);
    },
  );

  it('answers null for a handler that returns nothing', async () => {
    expect(await poolOf('nothing').invoke('nothing', '{}')).toEqual({ payload: 'null' });
  });

  it('runs four at a time and lets the rest wait for their turn', async () => {
    const pool = poolOf('slow');
    const startedAt = performance.now();
    const all = Array.from({ length: 6 }, () => invoke(pool, 'slow', 300));
    expect(pool.activity()).toBe(6);
    await Promise.all(all);
    expect(performance.now() - startedAt).toBeGreaterThan(550);
    expect(pool.activity()).toBe(0);
  });

  it('keeps to a reserved concurrency of one', async () => {
    const pool = poolOf('echo', { reservedConcurrency: 1 });
    const answers = await Promise.all([1, 2, 3].map((event) => invoke(pool, 'echo', event)));
    expect(answers.map(({ answer }) => answer.count)).toEqual([1, 2, 3]);
  });

  it('kills what runs, on purpose', async () => {
    const pool = poolOf('slow', { timeoutSeconds: 20 });
    await invoke(pool, 'slow', 1);
    const dying = invoke(pool, 'slow', 10_000);
    expect(pool.kill('slow')).toBe(1);
    expect(await dying).toMatchObject({ functionError: 'Unhandled', answer: { errorType: 'Runtime.ExitError' } });
    expect(await invoke(pool, 'slow', 1)).toEqual({ answer: 1 });
  });

  it('uses no worker that died after its invocation', async () => {
    const pool = poolOf('diesLater');
    await invoke(pool, 'diesLater');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await invoke(pool, 'diesLater')).toEqual({ answer: null });
  });

  it('ends a running invocation when it closes', async () => {
    const pool = poolOf('loop', { timeoutSeconds: 20 });
    const running = invoke(pool, 'loop');
    await pool.close();
    expect(await running).toMatchObject({ functionError: 'Unhandled' });
  });

  it('hands on what a function writes, line by line with its name', async () => {
    await invoke(poolOf('noisy'), 'noisy');
    await expect.poll(() => lines.length).toBe(3);
    expect(lines).toContainEqual({ functionName: 'noisy', stream: 'stdout', line: 'two' });
    expect(lines).toContainEqual({ functionName: 'noisy', stream: 'stderr', line: 'three' });
  });
});
