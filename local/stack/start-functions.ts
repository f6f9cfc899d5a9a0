import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { type AsyncInvocations, createAsyncInvocations } from '../lambda/async-invocations.ts';
import { functionEnvironment } from '../lambda/function-environment.ts';
import { createFunctionPool, type FunctionPool, type PooledFunction } from '../lambda/function-pool.ts';
import type { FunctionLog } from '../lambda/log-lines.ts';
import type { Service } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import type { FunctionWiring, Wiring } from '../template/wiring.ts';
import type { FunctionIdentities } from './function-identities.ts';
import { sendFailure } from './send-failure.ts';

export type FunctionsDeps = {
  readonly wiring: Wiring;
  readonly identities: FunctionIdentities;
  readonly home: StackHome;
  readonly endpoint: string;
  /** Holds the bundles: `<module of the handler>.mjs`. */
  readonly functionsDirectory: string;
  readonly sqs: Service;
  readonly clock: StackClock;
  readonly ids: StackIds;
  readonly functionLog: FunctionLog;
  readonly log: (message: string) => void;
};

export type Functions = { readonly pool: FunctionPool; readonly asyncInvocations: AsyncInvocations };

/** The template's functions, ready to be invoked, and the queue of their asynchronous invocations. */
export function startFunctions(deps: FunctionsDeps): Functions {
  const { clock, ids, wiring, functionLog } = deps;
  const functions = wiring.functions.map((each) => pooledFunction(deps, each));
  const pool = createFunctionPool({ functions, clock, ids, log: functionLog });
  const asyncInvocations = createAsyncInvocations({
    pool,
    clock,
    sendFailure: (of, queueArn, record) => sendFailure(deps, { of, queueArn, record }),
    logFailure: (of, problem) => deps.log(`${of.name}: ${problem}`),
  });
  return { pool, asyncInvocations };
}

function pooledFunction(deps: FunctionsDeps, wiring: FunctionWiring): PooledFunction {
  const { home, endpoint, functionsDirectory } = deps;
  const dot = wiring.handler.lastIndexOf('.');
  const bundle = path.join(functionsDirectory, `${wiring.handler.slice(0, dot)}.mjs`);
  if (!existsSync(bundle)) throw new Error(`${wiring.name}: its bundle ${bundle} is not there; run npm run package`);
  return {
    wiring,
    bundleUrl: pathToFileURL(bundle).href,
    exportName: wiring.handler.slice(dot + 1),
    environment: functionEnvironment(
      wiring,
      { region: home.region, endpoint, taskRoot: functionsDirectory },
      deps.identities.credentialsOf(wiring),
    ),
  };
}
