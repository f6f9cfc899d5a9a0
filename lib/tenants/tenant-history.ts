import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { CHANGES_PREFIX, changeRecord, ROLES_PREFIX, TENANT_RECORD } from '../platform/table-keys.ts';
import { changeSchema } from './change.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import { readStoredRole, readStoredTenant, type StoredItem } from './tenant-items.ts';
import type { Page, PageOf, RecordedChange } from './tenant-registry.ts';
import type { TenantsTable } from './tenants-table.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const recordedSchema = v.strictObject({
  tenantId: v.string(),
  /** `change#<record>#<version>`. */
  record: v.pipe(v.string(), v.startsWith(CHANGES_PREFIX)),
  /** The record of what was changed. */
  of: v.string(),
  version: count,
  changeId: v.optional(v.string()),
  change: changeSchema,
});

/** Copies the last change of this item to a record of its own. Doing so twice changes nothing. */
export async function recordPreviousChange(before: StoredItem, table: TenantsTable): Promise<void> {
  const { tenantId, record, lastChange, changeId, changeVersion: version = before.version } = before;
  if (lastChange === undefined) return;
  const item: v.InferOutput<typeof recordedSchema> = {
    tenantId,
    record: changeRecord(record, version),
    of: record,
    version,
    change: lastChange,
    ...(changeId === undefined ? {} : { changeId }),
  };
  await table.put(item);
}

/** Whether this write made this version, even when another change followed it. */
export async function changeIsRecorded(
  { tenantId, record, version, writeId }: { tenantId: string; record: string; version: number; writeId: string },
  table: TenantsTable,
): Promise<boolean> {
  const item = await table.read({ tenantId, record: changeRecord(record, version) });
  return item?.['changeId'] === writeId;
}

/**
 * A page of the changes of a tenant and its roles, the newest first. All records are read for each page, because their
 * keys are not in the order of time; changes are rare, and one read gives three thousand.
 *
 * @throws request.fieldInvalid for an `after` that no page gave.
 */
export async function readChanges(
  tenantId: string,
  { limit, after }: Page,
  table: TenantsTable,
): Promise<PageOf<RecordedChange>> {
  const from = after === undefined ? undefined : readPageToken(positionSchema, after);
  const all = (await readAllChanges(tenantId, table)).sort(newestFirst);
  const left = from === undefined ? all : all.filter((change) => newestFirst(positionOf(change), from) > 0);
  const rows = left.slice(0, limit);
  const last = rows.at(-1);
  return {
    rows,
    ...(last === undefined || left.length <= rows.length ? {} : { next: writePageToken(positionOf(last)) }),
  };
}

async function readAllChanges(tenantId: string, table: TenantsTable): Promise<RecordedChange[]> {
  // The items are read first: a change that is replaced meanwhile is among the records then, so that none is missing.
  const [tenant, roles] = await Promise.all([
    table.read({ tenantId, record: TENANT_RECORD }),
    table.readAll({ tenantId, prefix: ROLES_PREFIX }),
  ]);
  const records = await table.readAll({ tenantId, prefix: CHANGES_PREFIX });
  try {
    const items = [...(tenant === undefined ? [] : [readStoredTenant(tenant)]), ...roles.map(readStoredRole)];
    const changes = [
      ...items.flatMap(lastChangeOf),
      ...records.map((item) => {
        const { of, version, change } = v.parse(recordedSchema, item);
        return { ...change, record: of, version };
      }),
    ];
    return [...new Map(changes.map((change) => [changeRecord(change.record, change.version), change])).values()];
  } catch (error) {
    throw storeError(error, 'the changes of the tenant could not be read');
  }
}

function lastChangeOf({ lastChange, record, changeVersion, version }: StoredItem): RecordedChange[] {
  return lastChange === undefined ? [] : [{ ...lastChange, record, version: changeVersion ?? version }];
}

const positionSchema = v.strictObject({
  atMs: count,
  record: v.pipe(v.string(), v.maxLength(200)),
  version: count,
});
type Position = v.InferOutput<typeof positionSchema>;

function positionOf({ atMs, record, version }: RecordedChange): Position {
  return { atMs, record, version };
}

function newestFirst(one: Position, other: Position): number {
  if (one.atMs !== other.atMs) return other.atMs - one.atMs;
  if (one.record !== other.record) return one.record < other.record ? -1 : 1;
  return other.version - one.version;
}
