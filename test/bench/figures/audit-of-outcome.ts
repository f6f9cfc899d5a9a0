import { archiveBatch } from '../../../lib/audit/archive/archive-batch.ts';
import { makePutPointers } from '../../../lib/audit/archive/telling/put-pointers.ts';
import { makeWriteChanges } from '../../../lib/audit/archive/write-changes.ts';
import { readAssumeRole } from '../../../lib/audit/cloudtrail-event.ts';
import { makeAnnouncements } from '../../../lib/audit/correlation/announcements.ts';
import { makeAnnouncingRecords } from '../../../lib/audit/correlation/dynamo-announcing-records.ts';
import { makeObservationLedger } from '../../../lib/audit/correlation/dynamo-observation-ledger.ts';
import { observeCall } from '../../../lib/audit/correlation/observe-call.ts';
import { allowedRecord, deniedRecord } from '../../support/correlation/cloudtrail-record.ts';
import { roles } from '../../support/correlation/correlation-world.ts';
import { tables } from '../../support/dynamo-tables.ts';
import { dynamoOver } from '../../support/faulty-world/dynamo-calls.ts';
import { makeFaults } from '../../support/faulty-world/faults.ts';
import type { FaultyWorld } from '../../support/faulty-world/world.ts';
import { inMemoryArchive } from '../../support/in-memory-archive.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';
import { streamChange } from '../../support/stream-change.ts';
import { type Counted, sumOf } from './counted.ts';
import { logBytes } from './log-bytes.ts';
import type { MeteredCall } from './metered-store.ts';

/** As `serverless.yml` maps the stream: so long a batch waits, and so many changes it takes. */
const BATCH_MS = 5_000;
const BATCH_SIZE = 100;

/** The calls of STS, as the issuance has them. */
export type CallsMade = {
  readonly attempts: readonly { readonly attempt: number; readonly intendedAtMs: number }[];
  readonly errorOfSts: 'AccessDenied' | 'Throttling' | undefined;
};

export type TimedCall = MeteredCall & { readonly atMs: number };

/**
 * What the audit of one request costs: CloudTrail's record of each call of STS held against the ledger, and every change
 * of the ledger archived, the audit's own rows with them. `calls` grows while the audit writes.
 */
export async function auditOf(world: FaultyWorld, calls: readonly TimedCall[], made: CallsMade): Promise<Counted> {
  const ofPipeline = calls.length;
  const log = recordedTransitions();
  const archive = archiveOver(world, log);
  await archive.take(changesIn(calls));
  const observed = await observe(world, made, log);
  let taken = ofPipeline;
  // What the archive writes itself, pointers, is a change too.
  while (taken < calls.length) {
    const more = calls.slice(taken);
    taken = calls.length;
    await archive.take(changesIn(more));
  }
  const own = calls.slice(ofPipeline);
  return {
    ...sumOf(own),
    kmsCalls: 0,
    stsCalls: 0,
    lambdaInvocations: archive.batches() + observed,
    brokerInvocations: 0,
    sqsRequests: 0,
    eventBridgeEvents: archive.facts(),
    streamRecords: changesIn(calls).length,
    s3Puts: archive.objects.size,
    logBytes: logBytes(log.lines),
  };
}

function changesIn(calls: readonly TimedCall[]): readonly TimedCall[] {
  return calls.filter(({ table, change }) => table === tables.ledgerTable && change !== undefined);
}

function archiveOver(world: FaultyWorld, log: ReturnType<typeof recordedTransitions>) {
  const { clock } = world;
  const bucket = inMemoryArchive();
  let [batches, facts, count] = [0, 0, 0];
  const dependencies = {
    writeChanges: makeWriteChanges({ bucket, clock }),
    tellFacts: async (events: readonly unknown[]) => {
      facts += events.length;
    },
    putPointers: makePutPointers({ dynamo: dynamoOf(world), config: tables }),
    log,
    clock,
    config: { canaryAccounts: [] },
  };
  return {
    objects: bucket.objects,
    batches: () => batches,
    facts: () => facts,
    async take(changes: readonly TimedCall[]): Promise<void> {
      for (const batch of batched(changes)) {
        const told = batch.map(({ change }) => streamChange(change ?? {}, ++count));
        const answer = await archiveBatch(told, dependencies);
        if (answer.batchItemFailures.length > 0) throw new Error('the archive did not take a change');
        batches += 1;
      }
    },
  };
}

function batched(changes: readonly TimedCall[]): readonly (readonly TimedCall[])[] {
  const batches: TimedCall[][] = [];
  for (const change of changes) {
    const last = batches.at(-1);
    const fits = last !== undefined && change.atMs - (last[0]?.atMs ?? 0) < BATCH_MS && last.length < BATCH_SIZE;
    if (fits) last.push(change);
    else batches.push([change]);
  }
  return batches;
}

/** CloudTrail's records of the calls, one event each. Gives how many there were. */
async function observe(
  world: FaultyWorld,
  { attempts, errorOfSts }: CallsMade,
  log: ReturnType<typeof recordedTransitions>,
): Promise<number> {
  const { clock, sts } = world;
  const dynamo = dynamoOf(world);
  const records = makeAnnouncingRecords({ dynamo, config: tables });
  const correlation = {
    ledger: makeObservationLedger({ dynamo, config: tables }),
    announcements: makeAnnouncements({ records, roles, clock }),
    roles,
    clock,
    log,
    tell: () => Promise.reject(new Error('nothing here is a stray')),
  };
  const atOf = (wanted: number) => attempts.find(({ attempt }) => attempt === wanted)?.intendedAtMs ?? clock.nowMs();
  const allowed = sts.minted.map(({ issuanceId, attempt, accessKeyId, roleArn }, index) =>
    allowedRecord({
      requestId: `sts-${index + 1}`,
      atMs: atOf(attempt),
      roleArn,
      accessKeyId,
      sessionName: `${issuanceId}.${attempt}`,
    }),
  );
  const roleArn = sts.asked[0]?.RoleArn ?? '';
  const refused =
    errorOfSts === undefined
      ? []
      : [deniedRecord({ requestId: `sts-${errorOfSts}`, atMs: atOf(1), roleArn, errorCode: errorOfSts })];
  for (const record of [...refused, ...allowed]) {
    const reading = readAssumeRole(record);
    if (reading.kind !== 'assumeRole') throw new Error('a record that is none of an AssumeRole');
    await observeCall(reading.event, correlation);
  }
  return allowed.length + refused.length;
}

function dynamoOf({ store, clock }: FaultyWorld) {
  return dynamoOver(store.send, makeFaults(clock));
}
