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
  /** Told how long jobs took; left out, nobody is. */
  readonly stages?: Pick<StageDurations, 'note' | 'publish'>;
  readonly log: TransitionLog;
  readonly clock: Clock;
  readonly config: { readonly canaryAccounts: readonly string[] };
};

/** What Lambda is answered: from which change on the stream is to hand over again. */
export type BatchAnswer = { readonly batchItemFailures: { readonly itemIdentifier: string }[] };

/**
 * How long facts and pointers may hold up the stream. The stream keeps a change for 24 hours and hands nothing else over
 * meanwhile: a bus that stays away would cost evidence. After it they are given up, and a line says so, which rings.
 */
const PATIENCE_MS = 6 * 60 * 60_000;

/**
 * Archives a batch of changes: first the alarms' lines, then the archive, then the facts, then the pointers. Whatever
 * fails, the whole batch is asked for again, and each step does no harm twice: the archive and the table know what they
 * have, and a fact bears the id of its change.
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
  // Before anything that can fail: somebody is to know at once, and twice rather than not.
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

/** Does what the archive can do without, unless it has been tried for too long. */
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

/** The message of an error of ours; of another only its name, for it may hold what it was about. */
function whyOf(error: unknown): string {
  return error instanceof BrokerError ? `${error.code}: ${error.message}` : errorName(error);
}
