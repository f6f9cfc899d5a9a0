import { SLOTS, slotName } from '../scheduling/slot.ts';
import type { TenantReading, TenantRole } from '../tenants/tenant.ts';
import type { TenantDirectory } from '../tenants/tenant-registry.ts';
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
  readonly stopped?: 'outOfTime' | 'implausible' | 'elsewhere';
};

const SLOT_MS = 300_000;
/** Roles verified together; how far it has come is written down after each page. */
const PAGE = 8;
/** Of STS's 600 calls a second for the whole account, a tenth: a role takes about ten. */
const MILLISECONDS_A_ROLE = 10 * (1000 / 60);
/** What a page may take: the broker's own probes wait for the queue. */
const MINIMUM_REMAINING_MS = 40_000;
/** A role that was verified in this time is not due: by hand, or before a crash. */
const FRESH_MS = 6 * 3_600_000;
/** So many trusted roles that all shut at once are more likely a mistake of ours than of every customer. */
const IMPLAUSIBLE = 5;

type Proven = { readonly tenant: TenantReading['tenant']; readonly role: TenantRole; readonly proof: TrustProof };

/**
 * One tick: goes through the slots of the day that have come since the last one, a page at a time, and writes down how
 * far it came, so that a crash at any point leaves no role out. Each role is in one slot, so that all are verified once
 * a day, spread over it.
 */
export async function verifyOnSchedule(
  { remainingMs }: { readonly remainingMs: () => number },
  verifier: ScheduledVerifierDependencies,
): Promise<TickResult> {
  const nowSlot = Math.floor(verifier.clock.nowMs() / SLOT_MS);
  let cursor = await verifier.cursors.read();
  // A day is all the slots there are: what is further behind comes round again.
  if (cursor === undefined || cursor.slot < nowSlot - SLOTS + 1) {
    cursor = { slot: cursor === undefined ? nowSlot : nowSlot - SLOTS + 1, version: cursor?.version ?? 0 };
  }
  let verified = 0;
  while (cursor.slot <= nowSlot) {
    const behind = nowSlot - cursor.slot + 1;
    if (remainingMs() < MINIMUM_REMAINING_MS) return { verified, slotsBehind: behind, stopped: 'outOfTime' };
    const page = await verifyPage(cursor, verifier);
    if (page === 'implausible') return { verified, slotsBehind: behind, stopped: page };
    verified += page.verified;
    const next = await verifier.cursors.write(cursor, { ...page.next, tickedAtMs: verifier.clock.nowMs() });
    if (next === undefined) return { verified, slotsBehind: behind, stopped: 'elsewhere' };
    cursor = next;
  }
  return { verified, slotsBehind: 0 };
}

type PageResult = { readonly verified: number; readonly next: Pick<VerificationCursor, 'slot' | 'after'> };

async function verifyPage(
  { slot, after }: VerificationCursor,
  verifier: ScheduledVerifierDependencies,
): Promise<PageResult | 'implausible'> {
  const page = await verifier.directory.rolesInVerifySlot({
    slot: slotName(slot % SLOTS),
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  const startedAtMs = verifier.clock.nowMs();
  const proven = (await Promise.all(page.rows.map((row) => proveIfDue(row, verifier)))).flatMap((each) => each ?? []);
  if (allShut(proven)) {
    verifier.log.transition({ transition: 'verification.implausible', code: 'trust.broken', left: proven.length });
    return 'implausible';
  }
  for (const each of proven) await recordProof({ ...each, by: 'verify-trust' }, verifier);
  const tookMs = verifier.clock.nowMs() - startedAtMs;
  const shareMs = proven.length * MILLISECONDS_A_ROLE;
  if (tookMs < shareMs) await verifier.pause(shareMs - tookMs);
  const next = page.next === undefined ? { slot: slot + 1 } : { slot, after: page.next };
  return { verified: proven.length, next };
}

async function proveIfDue(
  row: Pick<TenantRole, 'tenantId' | 'record'>,
  { registry, verifyRole, clock }: ScheduledVerifierDependencies,
): Promise<Proven | undefined> {
  const accountId = row.record.split('#')[1] ?? '';
  const reading = await registry.readTenant(row.tenantId, [accountId]);
  const role = reading?.roles.find(({ record }) => record === row.record);
  if (reading === undefined || role === undefined || reading.tenant.status === 'offboarded') return undefined;
  if (role.verifiedAtMs !== undefined && clock.nowMs() - role.verifiedAtMs < FRESH_MS) return undefined;
  const { proof } = await verifyRole({ tenant: reading.tenant, role });
  return { tenant: reading.tenant, role, proof };
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
