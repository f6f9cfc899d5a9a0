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
/** How many roles are verified together; the cursor is written after each page of them. */
const PAGE = 8;
/** A tenth of the 600 calls a second that STS gives the whole account; a role takes about ten. */
const MILLISECONDS_A_ROLE = 10 * (1000 / 60);
/** What a page may take: the broker's own probes wait for the queue. */
const MINIMUM_REMAINING_MS = 40_000;
/** A role is not due that was verified so recently, be it by hand or just before a crash. */
const FRESH_MS = 15 * 60_000;
/** When so many tenants' trusted roles all deny us at once, the mistake is more likely ours than theirs. */
const IMPLAUSIBLE = 5;
/** For how many ticks a page may fail before it is skipped, so that the roles behind it are verified too. */
const TICKS_A_PAGE = 3;

/**
 * Handles one tick: goes through the slots of the day that have come since the last tick, page by page. It saves how
 * far it has come, so that a crash at any point leaves no role out. Each role is in one slot, so that all are verified
 * once a day, spread over it. Throws `store.*` when the cursor or the list cannot be read.
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

/** There are slots for one day only: whatever is further behind will come round again. */
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

/** A role that cannot be verified does not keep the others from it. `broken`: it may work another time. */
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

/** A verification without any answer does not count. */
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

/** Whether every role that we trusted denies us now, and none became unsafe. */
function allShut(proven: readonly Proven[]): boolean {
  const trusted = proven.filter(({ role }) => role.status === 'trusted');
  const shut = trusted.filter(
    ({ proof }) =>
      proof.status !== 'trusted' && proof.findings.every((finding) => trustFindings[finding].severity !== 'unsafe'),
  );
  const tenants = new Set(shut.map(({ tenant }) => tenant.tenantId));
  return tenants.size >= IMPLAUSIBLE && shut.length === trusted.length;
}
