import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../lib/ledger/issuance.ts';
import { tables } from '../support/dynamo-tables.ts';
import type { FaultyWorld } from '../support/faulty-world/world.ts';

/** What is checked once all has ended: every session is accounted for, and nothing that comes again changes anything. */
export async function afterTheEnd(world: FaultyWorld): Promise<readonly string[]> {
  return [
    ...(await unaccountedSessions(world)),
    ...strangeSessions(world),
    ...(await wronglyBound(world)),
    ...(await changedByReplays(world)),
  ];
}

/** I13: every session that STS made is on record as ours, or its answer is on record as lost. */
async function unaccountedSessions(world: FaultyWorld): Promise<readonly string[]> {
  const issuances = new Map((await issuancesOf(world)).map((issuance) => [issuance.recordId, issuance]));
  return world.sts.minted.flatMap(({ issuanceId, attempt, accessKeyId }) => {
    const announced = issuances.get(issuanceId)?.attempts.find((one) => one.attempt === attempt);
    const known = announced?.accessKeyId === accessKeyId || announced?.outcome === 'unknown';
    return known ? [] : [`I13: nobody answers for the session ${accessKeyId} of ${issuanceId}.${attempt}`];
  });
}

/** I4: what a job opened is the session that STS made for its own attempt, whole. */
function strangeSessions({ host, sts }: FaultyWorld): readonly string[] {
  const strange = host.runs.filter(
    (run) => !sts.minted.some(({ roleArn: _role, ...session }) => isDeepStrictEqual(session, run)),
  );
  return strange.map(({ issuanceId, attempt }) => `I4: the job of ${issuanceId}.${attempt} had another session`);
}

const ASKS_FOR: Readonly<Record<string, readonly string[]>> = {
  scans: ['acme', 'globex'],
  logs: ['globex'],
  support: ['acme'],
};

/** I5: whoever asked might. */
async function wronglyBound(world: FaultyWorld): Promise<readonly string[]> {
  const wrong = (await issuancesOf(world)).filter(
    ({ requester, tenantId }) => !ASKS_FOR[requester]?.includes(tenantId),
  );
  return wrong.map(
    ({ recordId, requester, tenantId }) => `I5: ${recordId} for ${tenantId} was asked for by ${requester}`,
  );
}

/** I11: everything that was ever on the queue comes again, in the other order, and changes no record and calls nobody. */
async function changedByReplays(world: FaultyWorld): Promise<readonly string[]> {
  const ended = structuredClone(await world.store.items(tables.ledgerTable));
  const assumed = world.sts.asked.length;
  for (const body of [...world.queue.everSent].reverse()) world.queue.add(body);
  await world.settle();
  const now = new Map((await world.store.items(tables.ledgerTable)).map((item) => [String(item['recordId']), item]));
  const changed = ended.filter((item) => !isDeepStrictEqual(now.get(String(item['recordId'])), item));
  return [
    ...changed.map(({ recordId }) => `I11: ${recordId} was changed by messages that came again`),
    ...(world.sts.asked.length === assumed ? [] : ['I11: messages that came again made STS calls']),
  ];
}

/** Those that can be read: a wiring with a safety taken out may spoil some, which is told elsewhere. */
async function issuancesOf(world: FaultyWorld): Promise<readonly Issuance[]> {
  const items = await world.store.items(tables.ledgerTable);
  return items.flatMap((item) => {
    const read = v.safeParse(issuanceSchema, item);
    return read.success ? [read.output] : [];
  });
}
