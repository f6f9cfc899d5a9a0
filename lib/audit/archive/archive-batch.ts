import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { StageDurations } from '../../platform/stage-durations.ts';
import { errorName } from '../../platform/store-error.ts';
import type { TransitionLog } from '../../platform/transition-log.ts';
import { archiveChange, type ReadChange } from './archive-change.ts';
import type { StreamChange } from './stream-event.ts';
import { factsOfChange } from './telling/facts-of-change.ts';
import { pointerRecord } from './telling/pointer-record.ts';
import { pointersOfChange } from './telling/pointers-of-change.ts';
import type { PutPointers } from './telling/put-pointers.ts';
import { stagesOfChange } from './telling/stages-of-change.ts';
import type { TellFacts } from './telling/tell-facts.ts';
import type { WriteChanges } from './write-changes.ts';

export type ArchiveBatchDependencies = {
  readonly writeChanges: WriteChanges;
  readonly tellFacts: TellFacts;
  readonly putPointers: PutPointers;
  /** Receives how long jobs took; when it is left out, the durations are not published. */
  readonly stages?: Pick<StageDurations, 'note' | 'publish'>;
  readonly log: TransitionLog;
  readonly clock: Clock;
  readonly config: { readonly canaryAccounts: readonly string[] };
};

/** The answer to Lambda: the change from which the stream has to deliver again. */
export type BatchAnswer = { readonly batchItemFailures: { readonly itemIdentifier: string }[] };

/**
 * How long facts and pointers may hold up the stream. The stream keeps a change for 24 hours and delivers nothing else
 * meanwhile, so a bus that stays unavailable would cost evidence. After this time they are given up, and a log line
 * says so, which raises an alarm.
 */
const PATIENCE_MS = 6 * 60 * 60_000;

/**
 * Archives a batch of changes: first the log lines for the alarms, then the archive, then the facts, then the pointers.
 * When a step fails, the stream delivers the whole batch again. Each step may run twice without harm: the archive and
 * the table recognise what they already hold, and a fact carries the id of its change.
 */
export async function archiveBatch(
  changes: readonly StreamChange[],
  dependencies: ArchiveBatchDependencies,
): Promise<BatchAnswer> {
  const { writeChanges, log, config } = dependencies;
  const [oldest] = changes;
  if (oldest === undefined) return { batchItemFailures: [] };
  const read = changes.map(archiveChange);
  const canaries = new Set(config.canaryAccounts);
  const facts = read.map((change) => factsOfChange(change, canaries));
  // The lines come before anything that can fail: somebody has to know at once, and a line twice is better than none.
  for (const line of facts.flatMap(({ lines }) => lines)) log.transition(line);
  try {
    await writeChanges(read.map(({ archived }) => archived));
    const events = facts.flatMap((fact) => fact.events);
    await beside('facts', oldest, dependencies, () => dependencies.tellFacts(events));
    await beside('pointers', oldest, dependencies, () => dependencies.putPointers(pointersOf(read, dependencies)));
    noteStages(read, dependencies);
    return { batchItemFailures: [] };
  } catch (error) {
    log.transition({ transition: 'archive.interrupted', explanation: whyOf(error) });
    return { batchItemFailures: [{ itemIdentifier: oldest.sequenceNumber }] };
  }
}

/** Does work that the archive can do without: an error interrupts the batch, unless it has been tried for too long. */
async function beside(
  what: string,
  oldest: StreamChange,
  { clock, log }: Pick<ArchiveBatchDependencies, 'clock' | 'log'>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (clock.nowMs() - oldest.changedAtMs < PATIENCE_MS) throw error;
    log.transition({
      transition: 'archive.gaveUp',
      explanation: `${what} from ${oldest.changeId} on: ${whyOf(error)}`,
    });
  }
}

function noteStages(read: readonly ReadChange[], { stages }: Pick<ArchiveBatchDependencies, 'stages'>): void {
  for (const [stage, milliseconds] of read.flatMap(stagesOfChange)) stages?.note(stage, milliseconds);
  stages?.publish();
}

function pointersOf(read: readonly ReadChange[], { clock }: Pick<ArchiveBatchDependencies, 'clock'>) {
  const nowMs = clock.nowMs();
  return read.flatMap((change) =>
    pointersOfChange(change).map((at) => pointerRecord(at, { to: change.archived.recordId, nowMs })),
  );
}

/**
 * The message of an error of ours; of any other error only its name, because its message may contain the data at hand.
 */
function whyOf(error: unknown): string {
  return error instanceof BrokerError ? `${error.code}: ${error.message}` : errorName(error);
}
