import { makeFunctionUrlClient } from '../../lib/client/function-url-client.ts';
import { makeManagementClient } from '../../lib/client/management-client.ts';
import { Interrupted } from '../../lib/operator-cli/command-error.ts';
import { runCli } from '../../lib/operator-cli/run-cli.ts';
import type { Target, World } from '../../lib/operator-cli/session.ts';
import { countingIds } from './counting-ids.ts';
import {
  type FunctionUrlServer,
  type Replies,
  type SeenRequest,
  startFunctionUrlServer,
} from './function-url-server.ts';

export const CLI_NOW_MS = Date.parse('2026-09-02T12:00:00Z');

export type BrokerRun = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly SeenRequest[];
  /** `GET /tenants` and so on, in order. */
  readonly asked: readonly string[];
  readonly sleptMs: number;
};

export type BrokerRunOptions = {
  readonly replies?: Replies;
  /** Of a terminal; undefined: output goes to a program. */
  readonly columns?: number;
  readonly colour?: boolean;
  readonly open?: (target: Target) => ReturnType<World['open']>;
  readonly region?: string;
  /** Ctrl-C, as soon as this many requests were seen or this much was slept. */
  readonly interruptAfter?: { readonly requests?: number; readonly sleptMs?: number };
  readonly timeoutMs?: number;
  /** By how much the clock moves with each request. */
  readonly msPerRequest?: number;
  /** As in a clone. */
  readonly readStage?: World['readStage'];
};

/** Runs a command line of `broker` against a server of its own, by a clock that stands still but for its pauses. */
export async function runBroker(argv: readonly string[], options: BrokerRunOptions = {}): Promise<BrokerRun> {
  const stop = new AbortController();
  let nowMs = CLI_NOW_MS;
  const limit = options.interruptAfter;
  const server = await startFunctionUrlServer((request, count) => {
    if (limit?.requests !== undefined && count + 1 >= limit.requests) stop.abort(new Interrupted());
    nowMs += options.msPerRequest ?? 0;
    return options.replies?.(request, count) ?? {};
  });
  const written = { stdout: '', stderr: '' };
  const printer = (stream: keyof typeof written) => ({
    write: (text: string) => {
      written[stream] += text;
    },
    isTerminal: options.columns !== undefined,
    columns: options.columns,
  });
  const world: World = {
    stdout: printer('stdout'),
    stderr: printer('stderr'),
    colour: options.colour === true,
    clock: { nowMs: () => nowMs },
    ids: countingIds(),
    interrupted: stop.signal,
    sleep: async (durationMs) => {
      nowMs += durationMs;
      if (limit?.sleptMs !== undefined && nowMs - CLI_NOW_MS >= limit.sleptMs) stop.abort(new Interrupted());
    },
    open: options.open ?? (async () => opened(server, options)),
    openFunctionUrl: async () => makeFunctionUrlClient(targetOf(server, options)),
    readStage: options.readStage,
  };
  try {
    const exitCode = await runCli(argv, world);
    const { seen } = server;
    const sleptMs = nowMs - CLI_NOW_MS;
    return { exitCode, ...written, requests: seen, asked: seen.map(({ asked }) => asked), sleptMs };
  } finally {
    await server.close();
  }
}

function opened(server: FunctionUrlServer, options: BrokerRunOptions) {
  const target = targetOf(server, options);
  return { client: makeManagementClient(target), region: target.region };
}

function targetOf({ url }: FunctionUrlServer, { region = 'eu-west-1', timeoutMs }: BrokerRunOptions) {
  return {
    url,
    region,
    credentials: async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' }),
    pauseBeforeRetryMs: 1,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}
