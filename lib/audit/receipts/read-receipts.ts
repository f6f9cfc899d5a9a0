import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import type { Job } from '../../jobs/job.ts';
import { buildSessionPolicy } from '../../jobs/session-policy.ts';
import { issuanceSchema } from '../../ledger/issuance.ts';
import { probeRecordSchema } from '../../probes/probe-record.ts';
import type { AuditStore, RowPosition } from '../questions/audit-store.ts';
import { LISTED_ATTRIBUTES } from '../questions/ledger-attributes.ts';
import { settingsFor, statementsOf } from '../questions/session-policy-view.ts';
import type { Receipt } from './receipt.ts';
import { receiptOfProbe, receiptsOfIssuance } from './receipts-of-record.ts';

/** What receipts are made from, besides the ledger. */
export type ReceiptSources = {
  readonly brokerAccountId: string;
  readonly partition: string;
  readonly jobs: ReadonlyMap<string, Job>;
};

export type ReceiptRange = {
  readonly tenantId: string;
  /** The range is by the time of the record; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly after?: RowPosition | undefined;
};

export type ReceiptRows = {
  readonly receipts: Receipt[];
  /** Where the next page begins; undefined when nothing follows this one. */
  readonly next: RowPosition | undefined;
};

/** How many records one page covers: some announce no call, and some several. */
const ROWS = 100;

/**
 * The receipts of a tenant's records, the oldest first. A record of a call that cannot be read is an error: nothing is
 * signed that leaves it out.
 */
export async function readReceipts(
  { tenantId, fromMs, toMs, after }: ReceiptRange,
  store: AuditStore,
  sources: ReceiptSources,
): Promise<ReceiptRows> {
  if (toMs <= fromMs) return { receipts: [], next: undefined };
  const range = { index: 'byTenant', value: tenantId, filter: {}, order: 'oldestFirst' } as const;
  const { rows, next } = await store.queryRange({ ...range, fromMs, untilMs: toMs - 1, after, limit: ROWS });
  const ids = rows.map(({ recordId }) => recordId);
  const items = await store.readItems(ids, RECEIPT_ATTRIBUTES);
  const records = ids.map((recordId) => readAnnouncement(recordId, items.get(recordId)));
  const [reasons, actionsOf] = await Promise.all([
    readReasons(records, store),
    allowedActions(tenantId, { records, store, sources }),
  ]);
  const receipts = records.flatMap((record) => {
    if (record.recordType === 'issuance') {
      const reason = reasons.get(record.requestId);
      const request = reason === undefined ? {} : { reason };
      return receiptsOfIssuance(record, { request, allowedActions: actionsOf(record.job) });
    }
    // A role that is assumed within our own account is not the customer's.
    const isTheirs = record.recordType === 'probe' && record.accountId !== sources.brokerAccountId;
    return isTheirs ? [receiptOfProbe(record)] : [];
  });
  return { receipts, next };
}

/** The attributes without those that a job may write. */
const RECEIPT_ATTRIBUTES = LISTED_ATTRIBUTES.filter((name) => !['state', 'claim', 'report'].includes(name));

const { recordType, recordId, requestId, accountId, job, requester, attempts, trail, roleArn } =
  issuanceSchema.options[1].entries;
const announcementSchema = v.variant('recordType', [
  v.object({ recordType, recordId, requestId, accountId, job, requester, attempts, trail, roleArn }),
  probeRecordSchema,
  v.object({ recordType: v.picklist(['request', 'strangers', 'observation', 'pointer']) }),
]);
type Announcement = v.InferOutput<typeof announcementSchema>;

function readAnnouncement(id: string, item: unknown): Announcement {
  const read = v.safeParse(announcementSchema, item);
  if (read.success) return read.output;
  throw new BrokerError('store.itemInvalid', `the record ${id} of the ledger cannot be read`);
}

const reasonSchema = v.object({ reason: v.string() });

/** The reasons that the requesters gave, by request. */
async function readReasons(records: readonly Announcement[], store: AuditStore): Promise<ReadonlyMap<string, string>> {
  const requestIds = records.flatMap((record) => (record.recordType === 'issuance' ? [record.requestId] : []));
  const items = await store.readItems(requestIds, ['recordId', 'reason']);
  return new Map(
    [...items].flatMap(([id, item]) => {
      const read = v.safeParse(reasonSchema, item);
      return read.success ? [[id, read.output.reason] as const] : [];
    }),
  );
}

type Actions = {
  readonly records: readonly Announcement[];
  readonly store: AuditStore;
  readonly sources: ReceiptSources;
};

/** Any fence will do: the actions of a policy do not depend on it. */
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/**
 * The actions that the session policies of these jobs allow under the tenant's current settings; none for a job that is
 * gone.
 */
async function allowedActions(tenantId: string, { records, store, sources }: Actions) {
  const names = new Set(records.flatMap((record) => (record.recordType === 'issuance' ? [record.job] : [])));
  const settings = names.size === 0 ? undefined : await store.readSettings(tenantId);
  const actions = new Map(
    [...names].map((name) => [name, actionsOf(sources.jobs.get(name), settings ?? {}, sources.partition)]),
  );
  return (name: string) => actions.get(name) ?? [];
}

function actionsOf(found: Job | undefined, settings: Readonly<Record<string, unknown>>, partition: string) {
  if (found === undefined) return [];
  const policies = [settingsFor(settings, found), found.largestSettings].map((candidate) => {
    return buildSessionPolicy({ job: found, settings: candidate, fenceMs: ANY_FENCE_MS, partition });
  });
  // Settings that no longer fit the job give no policy; the job's own `largestSettings` name the same actions.
  const policy = policies.find(({ built }) => built);
  if (policy?.built !== true) return [];
  const allowed = statementsOf(policy.json).filter(({ effect }) => effect === 'Allow');
  return [...new Set(allowed.flatMap(({ actions }) => actions))].sort();
}
