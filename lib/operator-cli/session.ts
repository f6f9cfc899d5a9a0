import type { FunctionUrlClient } from '../client/function-url-client.ts';
import type { ManagementClient } from '../client/management-client.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { ReadStage } from './commands/config-commands.ts';
import type { ExitCode } from './exit-code.ts';
import type { TableStyle } from './terminal/table.ts';

/** The destination of a command's output. */
export type Printer = {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** The present width of the terminal. */
  readonly columns?: number | undefined;
};

export type Target = {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly stage?: string | undefined;
};

/** Everything that a command knows about the process that it runs in. */
export type World = {
  readonly stdout: Printer;
  readonly stderr: Printer;
  readonly colour: boolean;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Aborted by Ctrl-C; its reason is an `Interrupted`. */
  readonly interrupted: AbortSignal;
  readonly open: (target: Target) => Promise<Opened>;
  /** Opens the URL of another function. Throws `ApiError`, `CommandError`. */
  readonly openFunctionUrl: (functionName: string, target: Target) => Promise<FunctionUrlClient>;
  /** Left out if there is no clone whose `config/<stage>.yml` could be read. */
  readonly readStage?: ReadStage | undefined;
};

export type Opened = { readonly client: ManagementClient; readonly region: string };

/** One run of a command. */
export type Session = World & {
  /** Ctrl-C ends its calls. */
  readonly client: ManagementClient;
  /** The same client, but a call that has begun is completed: for what must be cleaned up. */
  readonly patientClient: ManagementClient;
  /** Calls a function other than the one that manages tenants; the first call finds its URL. Ctrl-C ends its calls. */
  readonly functionUrl: (functionName: string) => FunctionUrlClient;
  /** The region of the deployment. */
  region(): Promise<string>;
  /** Whether standard output has only JSON. */
  readonly json: boolean;
  readonly style: TableStyle;
  /** Writes the result to standard output. */
  print(text: string): void;
  /** Writes additional information for a person to standard error. */
  say(line: string): void;
};

export type Action = (session: Session) => Promise<ExitCode>;

/** Prints the result as the API returned it. */
export function printJson({ stdout }: Pick<World, 'stdout'>, answer: unknown): void {
  stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}

/** Waits; throws `Interrupted` on Ctrl-C. */
export async function pause({ sleep, interrupted }: Pick<World, 'sleep' | 'interrupted'>, durationMs: number) {
  await sleep(durationMs, interrupted);
  interrupted.throwIfAborted();
}

/** A client whose calls end when the signal is aborted. */
export function withSignal(client: ManagementClient, signal: AbortSignal): ManagementClient {
  return {
    call: (name, ...options) => {
      signal.throwIfAborted();
      const [given] = options;
      // The options are those of the route, plus one member that every route takes.
      return client.call(name, ...([{ ...given, signal }] as unknown as typeof options));
    },
  };
}
