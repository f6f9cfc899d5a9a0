import type { KMSClient } from '@aws-sdk/client-kms';
import { archiveChange } from '../../lib/audit/archive/archive-change.ts';
import { archivedLine } from '../../lib/audit/archive/archived-change.ts';
import { factsOfChange } from '../../lib/audit/archive/telling/facts-of-change.ts';
import { tables } from '../support/dynamo-tables.ts';
import { everyPrint } from '../support/every-print.ts';
import type { Call, Fault } from '../support/faulty-world/faults.ts';
import type { Gate, Run } from '../support/faulty-world/process.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import { streamChange } from '../support/stream-change.ts';
import { canaries } from '../unit/broker/sts-answers.ts';

/** All that a run left anywhere, by the name of the place, and what must stand in none of them. */
export type LeakyRun = {
  readonly places: Readonly<Record<string, readonly unknown[]>>;
  readonly secrets: readonly string[];
  /** The lines that the deployed loggers are to write. */
  readonly world: FaultyWorld;
};

/** The n-th call of a run (counted from 0) meets a fault; those of counters are no part of it. */
export type ChooseFault = (call: Call, at: number, gates: Gate[]) => Fault | undefined;

/**
 * One request, from the event to its end, as `happyPath` does it, and everything that it wrote, answered or threw on the
 * way: each version of each row, each message, each invocation, each context of a key, each line of the archive.
 */
export async function leakyRun(
  choose: ChooseFault,
  prepare: (world: FaultyWorld) => void = () => undefined,
): Promise<LeakyRun> {
  const world = await faultyWorld();
  prepare(world);
  const rows: object[] = [];
  const archive: unknown[] = [];
  watchTables(world, rows, archive);
  const contexts: unknown[] = [];
  watchKeys(world.pipeline.job.kms, contexts);
  const endings: unknown[] = [];
  const gates: Gate[] = [];
  let count = -1;
  world.faults.choose = (call) => {
    if (call.process === 'test' || call.site.startsWith('limits.')) return undefined;
    count += 1;
    return choose(call, count, gates);
  };
  world.ask();
  for (let round = 0; round < 3; round += 1) {
    const started: Run<unknown>[] = [];
    for (const message of world.queue.receive(1)) started.push(await world.handle([message]));
    for (const invocation of world.lambda.invocations.filter(({ over }) => !over)) {
      endings.push(await world.host.run(invocation));
    }
    world.clock.advance(60_000);
    started.push(await world.sweep());
    endings.push(...started.map(({ now }) => now));
  }
  for (const one of gates) one.open();
  await new Promise(setImmediate);
  await world.settle();
  return {
    places: {
      'the tables': rows,
      'the archive and its facts': archive,
      'the contexts of keys': contexts,
      'the request queue': world.queue.everSent,
      'the dead letters': world.queue.deadLetters,
      'the invocations of jobs': world.lambda.invocations,
      'the log': world.log.lines,
      'what jobs observe': world.host.observed,
      'answers and errors': endings.map(everyPrint),
    },
    secrets: [
      ...world.sts.minted.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]),
      ...world.sts.asked.flatMap(({ ExternalId }) => ExternalId ?? []),
      ...Object.values(canaries),
    ],
    world,
  };
}

/** Every version of every row but the registry's, where external IDs live, and what the archive makes of it. */
function watchTables({ store }: FaultyWorld, rows: object[], archive: unknown[]): void {
  const { memory } = store;
  if (memory === undefined) throw new Error('the store is not in memory');
  const watching = memory.onWrite;
  memory.onWrite = (table, change) => {
    watching?.(table, change);
    if (table === tables.tenantsTable) return;
    rows.push(change.after);
    if (table !== tables.ledgerTable) return;
    const read = archiveChange(streamChange(change, archive.length + 1));
    archive.push(archivedLine(read.archived), factsOfChange(read, new Set(['222222222222'])));
  };
}

function watchKeys(kms: Pick<KMSClient, 'send'>, contexts: unknown[]): void {
  const send: (command: never) => unknown = kms.send.bind(kms);
  Object.assign(kms, {
    send(command: { readonly input: { readonly EncryptionContext?: unknown } }) {
      contexts.push(command.input.EncryptionContext);
      return Reflect.apply(send, kms, [command]);
    },
  });
}

/** An error as the SDK makes them of an answer that it cannot read: everything that it read hides in it. */
export function talkativeError(name: string): Error {
  const { secretAccessKey, sessionToken, externalId } = canaries;
  const body = `<SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken>`;
  const error = new Error(`${body} for ${externalId}`, { cause: new Error(`${externalId} ${body}`) });
  const hidden = { $responseBodyText: body, $response: { body: Buffer.from(body), headers: { 'x-id': externalId } } };
  for (const [key, value] of Object.entries(hidden)) Object.defineProperty(error, key, { value, enumerable: false });
  return Object.assign(error, {
    name,
    $fault: 'server',
    input: { ExternalId: externalId },
    $metadata: { attempts: 1 },
  });
}
