import { tables } from '../../support/dynamo-tables.ts';
import { storeInDynalite } from '../../support/faulty-world/store.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';
import { auditOf, type TimedCall } from './audit-of-outcome.ts';
import { type Counted, sumOf } from './counted.ts';
import { itemBytes } from './item-size.ts';
import type { LocalTables } from './local-tables.ts';
import { logBytes } from './log-bytes.ts';
import { meteredStore } from './metered-store.ts';
import type { Outcome } from './outcomes.ts';

export type OutcomeRun = {
  readonly state: string | undefined;
  readonly largestItemBytes: number;
  /** By who needs it: the request's own way, and the audit's. */
  readonly pipeline: Counted;
  readonly audit: Counted;
};

/** One request with this outcome, from its event to the last row of its audit, over the deployed tables. */
export async function runOutcome(outcome: Outcome, { dynamo }: LocalTables): Promise<OutcomeRun> {
  const calls: TimedCall[] = [];
  let nowMs = () => 0;
  const store = meteredStore(await storeInDynalite(dynamo), (call) => {
    // Once a minute, whether or not anything is due: no issuance's.
    if (call.index !== 'due') calls.push({ ...call, atMs: nowMs() });
  });
  const world = await faultyWorld({ store });
  nowMs = () => world.clock.nowMs();
  await outcome.prepare(world);
  calls.length = 0;
  const before = world.faults.calls.length;
  world.ask();
  await settled(world);
  const sites = world.faults.calls.slice(before).filter(({ process }) => process !== 'test');
  const pipeline = pipelineCounts(world, { calls, sites });
  const [issuance] = await world.issuances();
  const audit = await auditOf(world, calls, { attempts: issuance?.attempts ?? [], errorOfSts: outcome.errorOfSts });
  const items = await store.items(tables.ledgerTable);
  return { state: issuance?.state, largestItemBytes: Math.max(...items.map(itemBytes)), pipeline, audit };
}

/** Ends what is open: nothing more than what was prepared breaks. */
async function settled(world: FaultyWorld): Promise<void> {
  for (let minute = 0; minute < 30; minute += 1) {
    await world.drain();
    await world.runJobs();
    const open = (await world.store.items(tables.ledgerTable)).some(({ dueAtMs }) => dueAtMs !== undefined);
    if (!open && world.queue.messages.length === 0) return;
    world.clock.advance(60_000);
    await world.sweep();
  }
  throw new Error('an outcome does not come to its end');
}

type Site = FaultyWorld['faults']['calls'][number];

/** What the pipeline asked of its tables and of everything else; each row of its counters fits one unit. */
function pipelineCounts(
  world: FaultyWorld,
  { calls, sites }: { readonly calls: readonly TimedCall[]; readonly sites: readonly Site[] },
): Counted {
  const at = (...names: string[]) => sites.filter(({ site }) => names.includes(site)).length;
  const invocations = (kind: Site['process']) =>
    new Set(sites.filter(({ process }) => process === kind).map(({ processId }) => processId)).size;
  const counters = { reads: at('limits.read'), writes: at('limits.change') + world.pipeline.denialsNoted.length };
  const tables = sumOf(calls);
  const brokerInvocations = invocations('broker');
  return {
    dynamoCalls: tables.dynamoCalls + counters.reads + counters.writes,
    readUnits: tables.readUnits + counters.reads,
    writeUnits: tables.writeUnits + counters.writes,
    kmsCalls: at('kms.dataKey', 'kms.decrypt'),
    stsCalls: at('sts.assume'),
    lambdaInvocations: brokerInvocations + invocations('job'),
    brokerInvocations,
    // Each message is sent, received as often as it is worked on, and deleted.
    sqsRequests: 2 * world.queue.everSent.length + brokerInvocations + at('sqs.backOff', 'sqs.deadLetter'),
    eventBridgeEvents: 1,
    streamRecords: 0,
    s3Puts: 0,
    logBytes: logBytes(world.log.lines),
  };
}
