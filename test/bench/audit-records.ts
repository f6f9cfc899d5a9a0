import { settled } from '../../lib/ledger/issuance-endings.ts';
import { sha256Hex } from '../../lib/platform/ids.ts';
import { completedFor, type Recorded, refusedFor, requestFor, seenOf } from '../support/audited-records.ts';
import { START_MS } from '../support/frozen-clock.ts';

export type BenchSize = {
  readonly issuances: number;
  readonly tenants: number;
  readonly days: number;
};

/** Every so many issuances, one has its request and what CloudTrail showed too; every so many was refused. */
const WITH_REQUEST = 100;
const REFUSED = 50;
const RARE = 1_000;
const DAY_MS = 86_400_000;

export function benchName(index: number): string {
  return `bench-${index}`;
}

/** Whose issuance it is, and when: evenly over the days, tenants in turn. */
export function benchIssuance(index: number, { issuances, tenants, days }: BenchSize): Required<Recorded> {
  const tenant = index % tenants;
  return {
    tenantId: `tenant-${tenant}`,
    accountId: String(300_000_000_000 + tenant),
    job: index % 3 === 0 ? 'process-logs' : 'scan-account',
    requester: index % RARE === 0 ? 'rare' : 'scans',
    atMs: START_MS - Math.floor((index / issuances) * days * DAY_MS),
  };
}

/** Indexes of issuances whose request and observation there are too. */
export function benchLookedUp({ issuances }: BenchSize): readonly number[] {
  const indexes = Array.from({ length: Math.floor(issuances / WITH_REQUEST) }, (_, count) => count * WITH_REQUEST);
  return indexes.filter((index) => index % REFUSED !== 1);
}

export function* benchRecords(size: BenchSize): Generator<object> {
  for (let index = 0; index < size.issuances; index += 1) {
    const name = benchName(index);
    const of = benchIssuance(index, size);
    if (index % REFUSED === 1) {
      yield refusedFor(name, of);
      continue;
    }
    const completed = completedFor(name, of);
    yield settled(completed, { reportSha256: sha256Hex('report'), atMs: of.atMs + 60_000 });
    if (index % WITH_REQUEST !== 0) continue;
    yield requestFor(name, of, { input: '{"items":["a","b","c"]}' });
    yield seenOf(completed);
  }
}
