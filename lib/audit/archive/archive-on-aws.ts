import { documentClient, eventBridgeClient, kmsClient, s3Client } from '../../platform/clients.ts';
import { systemClock } from '../../platform/clock.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import type { ArchiveEnvironment } from '../../platform/environment.ts';
import { makeStageDurations } from '../../platform/stage-durations.ts';
import { makeTransitionLog, type TransitionLog } from '../../platform/transition-log.ts';
import { archiveBatch, type BatchAnswer } from './archive-batch.ts';
import { type DigestsMade, makeMakeDigests } from './digests/make-digests.ts';
import { makeSignDigest } from './digests/sign-digest.ts';
import { makeS3ArchiveBucket } from './s3-archive-bucket.ts';
import { readArchiveEvent } from './stream-event.ts';
import { makePutPointers } from './telling/put-pointers.ts';
import { makeTellFacts } from './telling/tell-facts.ts';
import { makeWriteChanges } from './write-changes.ts';

export type ArchiveAnswer = BatchAnswer | DigestsMade;
export type Archive = (event: unknown, invocation: { readonly remainingMs: () => number }) => Promise<ArchiveAnswer>;

/** Assembles the archive on AWS: its bucket, its key, the bus and the pointers' table. Called once per cold start. */
export function archiveOnAws(environment: ArchiveEnvironment, deployment: DeploymentConfig): Archive {
  const clock = systemClock;
  const log = makeTransitionLog(deployment);
  const bucket = makeS3ArchiveBucket({ s3: s3Client(), config: environment });
  const sign = makeSignDigest({ kms: kmsClient(), config: environment });
  const makeDigests = makeMakeDigests({ bucket, sign, log, clock, config: deployment });
  const batches = {
    writeChanges: makeWriteChanges({ bucket, clock }),
    tellFacts: makeTellFacts({ events: eventBridgeClient(), config: environment }),
    putPointers: makePutPointers({ dynamo: documentClient(), config: environment }),
    stages: makeStageDurations({ clock }),
    log,
    clock,
    config: { canaryAccounts: placedCanaries(environment, deployment, log) },
  };
  return async (event, invocation) => {
    const read = readArchiveEvent(event);
    return read.kind === 'tick' ? makeDigests(invocation) : archiveBatch(read.changes, batches);
  };
}

/**
 * The broker's own account is known only here. Nothing is ever issued for it, so a canary there is misplaced: that is
 * logged, and is no reason to stop archiving.
 */
function placedCanaries(
  { brokerAccountId }: ArchiveEnvironment,
  { canaryAccounts }: DeploymentConfig,
  log: TransitionLog,
): readonly string[] {
  if (canaryAccounts.includes(brokerAccountId)) {
    log.transition({ transition: 'canary.misplaced', accountId: brokerAccountId });
  }
  return canaryAccounts.filter((accountId) => accountId !== brokerAccountId);
}
