import type { FaultyWorld } from '../support/faulty-world/world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import type { SeededRandom } from './seeded-random.ts';

type Ask = readonly [name: string, body: (id: string) => string];

const LOGS = 'com.example.logs';
const good: readonly [Ask, ...Ask[]] = [
  ['acme', (id) => runJobEvent({ envelope: { id } })],
  ['acme', (id) => runJobEvent({ envelope: { id } })],
  ['acme with a key', (id) => runJobEvent({ envelope: { id }, detail: { idempotencyKey: 'again' } })],
  ['one account of acme', (id) => runJobEvent({ envelope: { id }, detail: { accountIds: ['222222222222'] } })],
  ['globex', (id) => runJobEvent({ envelope: { id }, detail: { tenantId: 'globex' } })],
  ['globex by logs', (id) => runJobEvent({ envelope: { id, source: LOGS }, detail: { tenantId: 'globex' } })],
];
const bad: readonly [Ask, ...Ask[]] = [
  ['acme by logs, which may not', (id) => runJobEvent({ envelope: { id, source: LOGS } })],
  ['by a stranger', (id) => runJobEvent({ envelope: { id, source: 'com.example.nobody' } })],
  ['a tenant that is not there', (id) => runJobEvent({ envelope: { id }, detail: { tenantId: 'nobody' } })],
  ['a field too many', (id) => runJobEvent({ envelope: { id }, detail: { TenantId: 'acme' } })],
  ['no JSON', (id) => `{"id":"${id}"`],
];

/** Puts a good request on the queue; gives what it was. */
export function askForAcme(world: FaultyWorld): string {
  world.queue.add(runJobEvent({ envelope: { id: 'event-1' } }));
  return 'asked: acme (event-1)';
}

/** Puts another request on the queue, now and then under the id of one that was there; gives what it was. */
export function askForSomething(world: FaultyWorld, random: SeededRandom): string {
  const [name, body] = random.pick(random.chance(20) ? bad : good);
  const id = `event-${1 + random.below(6)}`;
  world.queue.add(body(id));
  return `asked: ${name} (${id})`;
}
