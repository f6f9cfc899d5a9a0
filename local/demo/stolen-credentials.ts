import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DemoWorld } from './demo-world.ts';
import type { Narrator } from './narrator.ts';
import { readLedger } from './read-outcome.ts';

const MINUTE_MS = 60_000;
const OBJECT = { Bucket: 'umbrella-research-data', Key: 'trials/2026/summary.txt' };
const OBJECT_REGION = 'eu-central-1';

/**
 * Supposes that somebody took the dead job's credentials out of its memory. The emulated STS knows them, as AWS would;
 * this shows what they can do before the fence and after it. Returns their access key.
 */
export async function tryStolenCredentials(issuanceId: string, world: DemoWorld, narrator: Narrator): Promise<string> {
  const { issuances } = await readLedger(world.dynamo, world.tables.ledger);
  const attempt = issuances.find(({ recordId }) => recordId === issuanceId)?.attempts.at(-1);
  const { accessKeyId = '', fenceMs = 0, expiresAtMs = 0 } = attempt ?? {};
  const stored = world.stack.identities.findCredential(accessKeyId);
  if (stored?.sessionToken === undefined) throw new Error('the emulated STS does not know the session of the dead job');
  const keys = { accessKeyId, secretAccessKey: stored.secretAccessKey, sessionToken: stored.sessionToken };
  const thief = new S3Client({ ...world.connection(keys), region: OBJECT_REGION, maxAttempts: 1 });

  narrator.aside('Suppose that somebody took its credentials out of its memory:');
  narrator.fact('thief', `holds ${accessKeyId}`);
  narrator.fact('now', `list buckets: ${await outcomeOf(() => thief.send(new ListBucketsCommand({})))}`);
  const read = await outcomeOf(() => thief.send(new GetObjectCommand(OBJECT)));
  narrator.good('now', `read ${OBJECT.Key}, which the customer's role allows: ${read}`);
  const write = await outcomeOf(() => thief.send(new PutObjectCommand({ ...OBJECT, Body: 'x' })));
  narrator.good('now', `write an object: ${write}`);

  const nowMs = world.stack.clock.nowMs();
  world.stack.advance(fenceMs - nowMs + 1_000);
  const left = Math.round((expiresAtMs - world.stack.clock.nowMs()) / 1_000);
  const late = await outcomeOf(() => thief.send(new ListBucketsCommand({})));
  narrator.good('fence', `one second past it, ${left} s before STS's own expiry, list buckets: ${late}`);

  // The sweeper runs each minute of the stack's time; the job's report had a minute of grace.
  world.stack.advance(2 * MINUTE_MS);
  await world.stack.idle();
  const { issuances: after } = await readLedger(world.dynamo, world.tables.ledger);
  const state = after.find(({ recordId }) => recordId === issuanceId)?.state ?? 'gone';
  narrator.fact('swept', `two minutes later the sweeper has found no report: ${state}; a re-run is a new request`);
  return accessKeyId;
}

async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'allowed';
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const why = /because .*$/.exec(message)?.[0] ?? /with an explicit deny.*$/.exec(message)?.[0] ?? '';
    return `${error instanceof Error ? error.name : 'Error'} ${why}`.trim();
  }
}
