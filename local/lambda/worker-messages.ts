/** What passes between the pool and one worker thread. Payloads are JSON text, as on Lambda's wire. */

/** Given to a worker when it starts; the same for every invocation that it runs. */
export type WorkerStart = {
  readonly bundleUrl: string;
  /** The export of the bundle that is called, `handler` in `functions/scan-account.handler`. */
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly sharedOffset: SharedArrayBuffer;
};

export type WorkerInvocation = {
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  /** The alias or `$LATEST` by which the function was invoked; undefined when it was invoked by its name alone. */
  readonly qualifier?: string | undefined;
  /** The tenant for whom a function that isolates its tenants was invoked. */
  readonly tenantId?: string | undefined;
};

export type WorkerReply =
  | { readonly type: 'ready' }
  | { readonly type: 'initFailed'; readonly payload: string }
  | { readonly type: 'answered'; readonly payload: string }
  | { readonly type: 'failed'; readonly payload: string };
