import { BrokerError } from '../../errors.ts';
import { errorName } from '../../platform/store-error.ts';
import { SLOTS, slotName } from '../../scheduling/slot.ts';
import type { TenantReading, TenantRole } from '../../tenants/tenant.ts';
import type { PageOf, TenantDirectory } from '../../tenants/tenant-registry.ts';
import type { TrustProof } from './assess-trust.ts';
import { trustFindings } from './trust-finding.ts';
import type { VerificationCursor, VerificationCursorStore } from './verification-cursor.ts';
import { recordProof, type VerifierDependencies } from './verify-tenant-roles.ts';

export type ScheduledVerifierDependencies = VerifierDependencies & {
  readonly directory: Pick<TenantDirectory, 'rolesInVerifySlot'>;
  readonly cursors: VerificationCursorStore;
  /** Waits in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
};

export type TickResult = {
  readonly verified: number;
  /** Slots of five minutes that are still to be gone through. */
  readonly slotsBehind: number;
  readonly stopped?: 'outOfTime' | 'implausible' | 'broken' | 'elsewhere';
};

const SLOT_MS = 300_000;
/** Roles verified together; how far it has come is written down after each page. */
const PAGE = 8;
/** Of STS's 600 calls a second for the whole account, a tenth: a role takes about ten. */
const MILLISECONDS_A_ROLE = 10 * (1000 / 60);
/** What a page may take: the broker's own probes wait for the queue. */
const MINIMUM_REMAINING_MS = 40_000;
/** A role that was verified in this time is not due: before a crash, or a moment ago by hand. */
const FRESH_MS = 15 * 60_000;
/** So many tenants whose trusted roles all shut at once are more likely a mistake of ours than of each of them. */
const IMPLAUSIBLE = 5;
/** Ticks that a page may hold up: after them the next one is gone on with, or nobody behind it would be verified. */
const TICKS_A_PAGE = 3;

/**
 * One tick: goes through the slots of the day that have come since the last one, a page at a time, and writes down how
 * far it came, so that a crash at any point leaves no role out. Each role is in one slot, so that all are verified once
 * a day, spread over it. Throws `store.*` when not even the cursor or the list can be read.
 */
export async function verifyOnSchedule(
  { remainingMs }: { readonly remainingMs: () => number },
  verifier: ScheduledVerifierDependencies,
): Promise<TickResult> {
  const { clock, cursors } = verifier;
  const nowSlot = Math.floor(clock.nowMs() / SLOT_MS);
  let cursor = startingAt(await cursors.read(), nowSlot);
  let verified = 0;
  while (cursor.slot <= nowSlot) {
    const slotsBehind = nowSlot - cursor.slot + 1;
    if (remainingMs() < MINIMUM_REMAINING_MS) return { verified, slotsBehind, stopped: 'outOfTime' };
    const page = await verifyPage(cursor, verifier);
    verified += page.verified;
    const next = await cursors.write(cursor, { ...page.next, tickedAtMs: clock.nowMs() });
    if (next === undefined) return { verified, slotsBehind, stopped: 'elsewhere' };
    if (page.stopped !== undefined) return { verified, slotsBehind, stopped: page.stopped };
    cursor = next;
  }
  return { verified, slotsBehind: 0 };
}

/** A day is all the slots there are: what is further behind comes round again. */
function startingAt(cursor: VerificationCursor | undefined, nowSlot: number): VerificationCursor {
  if (cursor === undefined) return { slot: nowSlot, version: 0 };
  const earliest = nowSlot - SLOTS + 1;
  return cursor.slot < earliest ? { slot: earliest, version: cursor.version } : cursor;
}

type PageResult = {
  readonly verified: number;
  readonly next: Pick<VerificationCursor, 'slot' | 'after' | 'ticks'>;
  /** The page is to be tried again, and how many ticks it took is written down. */
  readonly stopped?: 'implausible' | 'broken';
};

async function verifyPage(cursor: VerificationCursor, verifier: ScheduledVerifierDependencies): Promise<PageResult> {
  const { slot, after, ticks = 0 } = cursor;
  const place = { slot, ...(after === undefined ? {} : { after }) };
  const page = await verifier.directory.rolesInVerifySlot({ ...place, slot: slotName(slot % SLOTS), limit: PAGE });
  const startedAtMs = verifier.clock.nowMs();
  const { proven, broken } = await provePage(page, verifier);
  const implausible = allShut(proven);
  if (implausible) {
    verifier.log.transition({ transition: 'verification.implausible', code: 'trust.broken', left: proven.length });
  }
  const believed = implausible ? proven.filter(({ role }) => role.status !== 'trusted') : proven;
  for (const each of believed) await recordProof({ ...each, by: 'verify-trust' }, verifier);
  await keepToShare({ roles: proven.length, startedAtMs }, verifier);
  const verified = believed.length;
  if ((implausible || broken) && ticks + 1 < TICKS_A_PAGE) {
    return { verified, next: { ...place, ticks: ticks + 1 }, stopped: implausible ? 'implausible' : 'broken' };
  }
  return { verified, next: page.next === undefined ? { slot: slot + 1 } : { slot, after: page.next } };
}

type Row = Pick<TenantRole, 'tenantId' | 'record'>;
type Proven = { readonly tenant: TenantReading['tenant']; readonly role: TenantRole; readonly proof: TrustProof };

/** One role that cannot be verified keeps none of the others from it. `broken`: it may be possible at another time. */
async function provePage({ rows }: PageOf<Row>, verifier: ScheduledVerifierDependencies) {
  const outcomes = await Promise.allSettled(rows.map((row) => proveIfDue(row, verifier)));
  const proven: Proven[] = [];
  let broken = false;
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') {
      proven.push(...outcome.value);
    } else {
      const error: unknown = outcome.reason;
      broken ||= error instanceof BrokerError && error.retryable;
      notVerified(rows[index], error, verifier);
    }
  }
  return { proven, broken };
}

function notVerified(row: Row | undefined, error: unknown, { log }: ScheduledVerifierDependencies): void {
  const code = error instanceof BrokerError ? error.code : 'internal';
  const accountId = row?.record.split('#')[1] ?? '';
  const explanation = error instanceof BrokerError ? error.message : errorName(error);
  log.transition({
    transition: 'role.notVerified',
    ...(row === undefined ? {} : { tenantId: row.tenantId }),
    accountId,
    code,
    explanation,
  });
}

async function proveIfDue(
  row: Row,
  { registry, verifyRole, clock }: ScheduledVerifierDependencies,
): Promise<readonly Proven[]> {
  const accountId = row.record.split('#')[1] ?? '';
  const reading = await registry.readTenant(row.tenantId, [accountId]);
  const role = reading?.roles.find(({ record }) => record === row.record);
  if (reading === undefined || role === undefined || reading.tenant.status === 'offboarded') return [];
  if (isFresh(role, clock.nowMs())) return [];
  const { proof } = await verifyRole({ tenant: reading.tenant, role });
  return [{ tenant: reading.tenant, role, proof }];
}

/** A verification that had no answers was none. */
function isFresh({ verifiedAtMs, findings }: TenantRole, nowMs: number): boolean {
  if (verifiedAtMs === undefined || findings.includes('probe.inconclusive')) return false;
  return nowMs - verifiedAtMs < FRESH_MS;
}

async function keepToShare(
  { roles, startedAtMs }: { readonly roles: number; readonly startedAtMs: number },
  { pause, clock }: ScheduledVerifierDependencies,
): Promise<void> {
  const leftMs = roles * MILLISECONDS_A_ROLE - (clock.nowMs() - startedAtMs);
  if (leftMs > 0) await pause(leftMs);
}

/** Did every role that we trusted shut itself to us, and to nobody's benefit? */
function allShut(proven: readonly Proven[]): boolean {
  const trusted = proven.filter(({ role }) => role.status === 'trusted');
  const shut = trusted.filter(
    ({ proof }) =>
      proof.status !== 'trusted' && proof.findings.every((finding) => trustFindings[finding].severity !== 'unsafe'),
  );
  const tenants = new Set(shut.map(({ tenant }) => tenant.tenantId));
  return tenants.size >= IMPLAUSIBLE && shut.length === trusted.length;
}
