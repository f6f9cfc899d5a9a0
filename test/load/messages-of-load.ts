import type { Clock } from '../../lib/platform/clock.ts';
import { type SeededRandom, seededRandom } from '../simulate/seeded-random.ts';
import { type EventParts, runJobEvent } from '../support/queue-message.ts';
import { tenantIdOf } from './tenants-of-load.ts';

export type Kind = 'valid' | 'duplicate' | 'permanentPoison' | 'transientPoison';
export type LoadMessage = {
  readonly kind: Kind;
  readonly body: string;
  /** Of the event of a valid request, and of its duplicates. */
  readonly eventId: string | undefined;
};

/** Of a hundred messages. */
export const SHARES = { permanentPoison: 8, transientPoison: 2, duplicate: 5 } as const;

/** An event as it is sent now: one that is older than a day is refused. */
type Send = (id: string, parts?: EventParts) => string;

const poisons: readonly [Poison, ...Poison[]] = [
  () => 'not JSON',
  ({ id }) => `{"id":"${id}"`,
  ({ id, send }) => send(id, { detail: { TenantId: 'acme' } }),
  ({ id, send }) => send(id, { detail: { input: { text: 'x'.repeat(70_000) } } }),
  ({ id, tenantId, send }) => send(id, { envelope: { source: 'com.example.nobody' }, detail: { tenantId } }),
  ({ id, tenantId, send }) => send(id, { envelope: { source: 'com.example.logs' }, detail: { tenantId } }),
  ({ id, send }) => send(id, { detail: { tenantId: 'nobody' } }),
  ({ id, tenantId, send }) => send(id, { detail: { tenantId, job: 'no-such-job' } }),
];
type Poison = (made: { readonly id: string; readonly tenantId: string; readonly send: Send }) => string;

export type MessagesOfLoad = {
  /** A tenth of poison, a twentieth of duplicates. */
  mixed(count: number): readonly LoadMessage[];
  /** Requests that are allowed, each for the first time. */
  clean(count: number): readonly LoadMessage[];
  /** What a mix of so many has beside its valid requests. */
  rest(count: number): readonly LoadMessage[];
};

export type MessagesOptions = { readonly tenants: number; readonly seed: number; readonly clock: Clock };

/** The messages of a load, all of them from one seed, each sent at the time that it is when it is made. */
export function messagesOfLoad({ tenants, seed, clock }: MessagesOptions): MessagesOfLoad {
  const random = seededRandom(seed);
  const sent: LoadMessage[] = [];
  let count = 0;
  const send: Send = (id, { envelope = {}, detail = {} } = {}) =>
    runJobEvent({ envelope: { id, time: new Date(clock.nowMs()).toISOString(), ...envelope }, detail });

  function valid(): LoadMessage {
    count += 1;
    const eventId = `event-${count}`;
    const body = send(eventId, { detail: { tenantId: tenantIdOf(random.below(tenants)) } });
    const message = { kind: 'valid', body, eventId } as const;
    // A request seldom comes again long after it was first sent.
    if (sent.push(message) > 1_000) sent.shift();
    return message;
  }
  function other(kind: Exclude<Kind, 'valid'>): LoadMessage {
    count += 1;
    const id = `poison-${count}`;
    if (kind === 'transientPoison') {
      return { kind, body: send(id, { detail: { tenantId: 'spoilt' } }), eventId: undefined };
    }
    if (kind === 'permanentPoison') {
      return {
        kind,
        body: random.pick(poisons)({ id, tenantId: tenantIdOf(random.below(tenants)), send }),
        eventId: undefined,
      };
    }
    return { ...(sent[random.below(sent.length)] ?? valid()), kind };
  }
  function rest(of: number): readonly LoadMessage[] {
    return Object.entries(SHARES).flatMap(([kind, share]) =>
      Array.from({ length: Math.round((of * share) / 100) }, () => other(kindNamed(kind))),
    );
  }
  const clean = (of: number) => Array.from({ length: of }, valid);
  return {
    clean,
    rest,
    mixed(of) {
      const allowed = clean(of - othersIn(of));
      return shuffled([...allowed, ...rest(of)], random);
    },
  };
}

/** How many of a mix of so many are not valid requests that come for the first time. */
export function othersIn(count: number): number {
  return Object.values(SHARES).reduce((sum, share) => sum + Math.round((count * share) / 100), 0);
}

function kindNamed(name: string): Exclude<Kind, 'valid'> {
  return name === 'transientPoison' || name === 'permanentPoison' ? name : 'duplicate';
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): readonly Item[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const [one, two] = [mixed[last], mixed[other]];
    if (one !== undefined && two !== undefined) [mixed[last], mixed[other]] = [two, one];
  }
  return mixed;
}
