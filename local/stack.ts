import type { AccountsDocument } from './accounts/accounts-document.ts';
import { attachManagedPolicies } from './accounts/attach-managed-policies.ts';
import type { StackClock } from './clock.ts';
import type { DynamoDb } from './dynamodb/dynamodb-service.ts';
import { startHttpServer } from './http/server.ts';
import type { IdentityStore } from './iam/identity-store.ts';
import { systemIds } from './ids.ts';
import type { KeyStore } from './kms/key-store.ts';
import type { FunctionPool } from './lambda/function-pool.ts';
import type { FunctionLogLine } from './lambda/log-lines.ts';
import type { BucketStore } from './s3/bucket-store.ts';
import type { QueueStore } from './sqs/queue-store.ts';
import { buildStores } from './stack/build-stores.ts';
import { type Cleanups, createCleanups } from './stack/cleanups.ts';
import type { AnsweredCall } from './stack/deferred-services.ts';
import type { Faults } from './stack/faults.ts';
import { prepareStack } from './stack/prepare.ts';
import { readPackagedTemplate } from './stack/read-packaged.ts';
import { runFunctions } from './stack/run-functions.ts';
import type { StackOptions } from './stack/stack-options.ts';
import type { StackCloudTrail } from './stack/start-cloudtrail.ts';
import { type Transition, transitionIn } from './stack/transition.ts';
import { waitUntilIdle } from './stack/wait-until-idle.ts';
import { writeProfiles } from './stack/write-profiles.ts';
import type { StackHome } from './stack-home.ts';
import type { Wiring } from './template/wiring.ts';

export type Stack = {
  readonly endpoint: string;
  readonly port: number;
  readonly home: StackHome;
  /** Profiles for every principal of the accounts file, and `customer-<accountId>` for every emulated account. */
  readonly awsConfigFile: string;
  /** JSON lines; the file does not exist before the first record. */
  readonly cloudTrailFile: string;
  /** The trail, and the delivery of its records as events on the default bus: by default at once and once. */
  readonly cloudTrail: StackCloudTrail;
  readonly clock: StackClock;
  /** Moves the stack's clock; whatever falls due starts before this returns, and `idle` waits for it. */
  advance(milliseconds: number): void;
  /** Resolves when no invocation runs and no message waits for a function; see `waitUntilIdle`. */
  idle(): Promise<void>;
  readonly accounts: AccountsDocument;
  readonly wiring: Wiring;
  readonly identities: IdentityStore;
  readonly queues: QueueStore;
  readonly keys: KeyStore;
  readonly buckets: BucketStore;
  readonly functions: Pick<FunctionPool, 'invoke' | 'kill' | 'activity'>;
  /** Every item of every table by table name, in DynamoDB's wire JSON. */
  readonly snapshotTables: DynamoDb['snapshotTables'];
  /** Breaks calls on purpose, for tests and demonstrations. */
  readonly faults: Faults;
  /** Calls back for every call over the wire, once it is answered. Returns the function that ends the subscription. */
  onCall(listener: (call: AnsweredCall) => void): () => void;
  /** Calls back for every line that a function writes. Returns the function that ends the subscription. */
  onFunctionLog(listener: (line: FunctionLogLine) => void): () => void;
  /** Calls back for every transition that a function logs. Returns the function that ends the subscription. */
  onTransition(listener: (transition: Transition) => void): () => void;
  /** Stops everything: sockets, workers, timers, and the folder if it was a temporary one. */
  close(): Promise<void>;
};

/** Starts the whole embedded stack from the package. A start that fails half-way leaves nothing behind. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const cleanups = createCleanups();
  try {
    return await start(options, cleanups);
  } catch (error) {
    await cleanups.run().catch(() => undefined);
    throw error;
  }
}

async function start(options: StackOptions, cleanups: Cleanups): Promise<Stack> {
  const base = await prepareStack(options, cleanups);
  const { clock, home, identities, deferred, log, calls } = base;
  const server = await startHttpServer({
    port: options.port,
    services: deferred.served,
    findCredential: identities.findCredential,
    clock,
    ids: systemIds,
    log: (message, error) => log(`${message}: ${error instanceof Error ? error.stack : String(error)}`),
  });
  cleanups.add(() => server.close());
  const { endpoint, port } = server;
  const wiring = await readPackagedTemplate(options.packageDir, { ...home, endpoint });
  const { managedPolicies } = wiring;
  attachManagedPolicies(base.accounts, { accountsFile: options.accountsFile, store: identities, managedPolicies });
  const stores = await buildStores({ ...base, wiring, endpoint, ids: systemIds });
  const running = runFunctions({ ...base, options, cleanups, wiring, stores, endpoint });
  const { accounts, buckets, cloudTrailFile } = base;
  return {
    endpoint,
    port,
    home,
    clock,
    accounts,
    identities,
    buckets,
    cloudTrailFile,
    cloudTrail: running.cloudTrail,
    wiring,
    awsConfigFile: await writeProfiles(base, endpoint),
    queues: stores.queues,
    keys: stores.keys,
    functions: running.pool,
    snapshotTables: stores.dynamoDb.snapshotTables,
    faults: base.faults,
    advance: (milliseconds) => clock.advance(milliseconds),
    idle: () => waitUntilIdle(running),
    onCall: calls.add,
    onFunctionLog: base.functionLines.add,
    onTransition: (listener) =>
      base.functionLines.add((line) => {
        const transition = transitionIn(line);
        if (transition !== undefined) listener(transition);
      }),
    close: cleanups.run,
  };
}
