import type { FunctionUrlClient } from '../client/function-url-client.ts';
import type { ManagementClient } from '../client/management-client.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { ReadStage } from './commands/config-commands.ts';
import type { ExitCode } from './exit-code.ts';
import type { TableStyle } from './terminal/table.ts';

/** Where a command writes to. */
export type Printer = {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Of the terminal, as wide as it is now. */
  readonly columns?: number | undefined;
};

export type Target = {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly stage?: string | undefined;
};

/** All that a command knows of the process that it runs in. */
export type World = {
  readonly stdout: Printer;
  readonly stderr: Printer;
  readonly colour: boolean;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  /** Ends early, and well, when the signal says so. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Ctrl-C; its reason is an `Interrupted`. */
  readonly interrupted: AbortSignal;
  readonly open: (target: Target) => Promise<Opened>;
  /** Another function's URL. Throws `ApiError`, `CommandError`. */
  readonly openFunctionUrl: (functionName: string, target: Target) => Promise<FunctionUrlClient>;
  /** Left out where there is no clone to read `config/<stage>.yml` of. */
  readonly readStage?: ReadStage | undefined;
};

export type Opened = { readonly client: ManagementClient; readonly region: string };

/** One command that is being run. */
export type Session = World & {
  /** Calls end with Ctrl-C. */
  readonly client: ManagementClient;
  /** The same, but a call that has begun is brought to its end: for what must be cleaned up. */
  readonly patientClient: ManagementClient;
  /** Of another function than the one that manages tenants, found with the first call. Calls end with Ctrl-C. */
  readonly functionUrl: (functionName: string) => FunctionUrlClient;
  /** Of the deployment. */
  region(): Promise<string>;
  /** Only JSON on standard output. */
  readonly json: boolean;
  readonly style: TableStyle;
  /** The result, on standard output. */
  print(text: string): void;
  /** What a person wants to know beside it, on standard error. */
  say(line: string): void;
};

export type Action = (session: Session) => Promise<ExitCode>;

/** The result as the API gave it. */
export function printJson({ stdout }: Pick<World, 'stdout'>, answer: unknown): void {
  stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}

/** Waits; throws `Interrupted` on Ctrl-C. */
export async function pause({ sleep, interrupted }: Pick<World, 'sleep' | 'interrupted'>, durationMs: number) {
  await sleep(durationMs, interrupted);
  interrupted.throwIfAborted();
}

/** The client whose calls end when the signal says so. */
export function withSignal(client: ManagementClient, signal: AbortSignal): ManagementClient {
  return {
    call: (name, ...options) => {
      signal.throwIfAborted();
      const [given] = options;
      // The options are those of the route, with one member more that every route takes.
      return client.call(name, ...([{ ...given, signal }] as unknown as typeof options));
    },
  };
}
