import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { tables } from '../dynamo-tables.ts';
import { type FaultyWorld, faultyWorld } from './world.ts';

/** A world with one issuance whose owner died before it called STS. */
export async function abandoned(): Promise<FaultyWorld> {
  const world = await faultyWorld();
  world.faults.breakAt('sts.assume', 'crashBefore');
  world.ask();
  await world.pump();
  return world;
}

/** Writes rows behind the back of the broker. */
export async function put(world: FaultyWorld, items: readonly object[]): Promise<void> {
  for (const item of items) {
    await world.store.send(new PutCommand({ TableName: tables.ledgerTable, Item: { ...item } }));
  }
}

/** The issuance again, under other ids, as if there were many. */
export async function copies(world: FaultyWorld, count: number, change: object): Promise<readonly object[]> {
  const issuance = await world.issuance();
  return Array.from({ length: count }, (_, index) => {
    const recordId = `scan-account.${String(index)
      .padStart(32, 'a')
      .replaceAll(/[0189]/g, 'b')}${index}`;
    return { ...issuance, recordId, ...change };
  });
}

/** An issuance whose first attempt ended without a session, now due and handed back. */
export async function handedBack(): Promise<FaultyWorld> {
  const world = await faultyWorld();
  world.faults.breakAt('sts.assume', 'loseResponse');
  world.ask();
  await world.drain();
  world.clock.advance(60_000);
  await world.sweep();
  return world;
}
