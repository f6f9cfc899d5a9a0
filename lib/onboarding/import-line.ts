import * as v from 'valibot';
import { lettersOf } from '../requests/explain-field.ts';
import { JSON_LIMITS, measureJson } from '../requests/json-limits.ts';
import { readFields } from '../requests/read-fields.ts';
import { TENANT_ID, tenantScheduleSchema } from '../tenants/tenant.ts';
import type { LegacyTenant } from '../tenants/tenant-registry.ts';
import { tenantToBe } from './onboard-tenant.ts';
import { plainLine, plainLines } from './plain-text.ts';
import { type JobRules, refuseJobs } from './refuse-jobs.ts';

export type ImportedTenant = Omit<LegacyTenant, 'importId'>;
export type ImportLineReading =
  | { readonly read: true; readonly tenant: ImportedTenant }
  | { readonly read: false; readonly problem: string; readonly tenantId?: string };

/** The id of a user's access key. Source: IAM User Guide, "IAM identifiers": `AKIA` is long-lived, `ASIA` temporary. */
const accessKeyId = v.pipe(
  v.string(),
  v.check((text) => !text.startsWith('ASIA'), 'expected the id of a long-lived access key, not of a temporary one'),
  v.regex(/^AKIA[A-Z0-9]{16}$/, 'expected the id of an access key, AKIA and 16 of A-Z and 0-9'),
);

const lineSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID, 'expected 2 to 63 of a-z, 0-9 and inner hyphens')),
  name: plainLine(128),
  jobs: v.exactOptional(
    v.pipe(
      v.array(v.string()),
      v.maxLength(100, 'expected at most 100 jobs'),
      v.check(areDistinct, 'expected each once'),
    ),
  ),
  settings: v.exactOptional(v.record(v.string(), v.unknown())),
  schedule: v.exactOptional(tenantScheduleSchema),
  notes: v.exactOptional(plainLines(4_096)),
  accessKeyIds: v.pipe(
    v.array(accessKeyId),
    v.minLength(1, 'expected at least one'),
    v.maxLength(20, 'expected at most 20'),
    v.check(areDistinct, 'expected each once'),
  ),
});

/**
 * Parses one line of an import strictly. A problem names the field, and shows no more of its value than a message may.
 * That the line holds no secret must have been checked before.
 */
export function readImportLine(line: unknown, rules: JobRules): ImportLineReading {
  const { depth, keys, reservedKey } = measureJson(line);
  if (reservedKey !== undefined) return problem(`the line has the reserved key ${reservedKey}`, line);
  if (depth > JSON_LIMITS.depth || keys > JSON_LIMITS.keys) {
    return problem(`the line is deeper than ${JSON_LIMITS.depth} levels, or has over ${JSON_LIMITS.keys} keys`, line);
  }
  if (Object.keys(Object(line)).some((key) => lettersOf(key).startsWith('externalid'))) {
    return problem('the line has an external ID: they are made here, one for each tenant, and none is taken', line);
  }
  const reading = readFields(lineSchema, { what: 'the line', input: line });
  if (!reading.read) return problem(reading.refusal.explanation, line);
  const { accessKeyIds, jobs, schedule, notes, ...named } = reading.fields;
  const tenant = tenantToBe({ ...named, jobs }, rules);
  const refusal = refuseJobs({ ...tenant, enabledJobs: [...tenant.enabledJobs], schedule }, rules);
  if (refusal !== undefined) return problem(refusal.explanation, line);
  const extras = { ...(schedule === undefined ? {} : { schedule }), ...(notes === undefined ? {} : { notes }) };
  return { read: true, tenant: { ...tenant, ...extras, legacyAccessKeyIds: accessKeyIds } };
}

/** The id of the line's tenant, when it is valid and may be shown. */
export function tenantIdOf(line: unknown): string | undefined {
  const read = v.safeParse(v.object({ tenantId: v.pipe(v.string(), v.regex(TENANT_ID)) }), line);
  return read.success ? read.output.tenantId : undefined;
}

function problem(text: string, line: unknown): ImportLineReading {
  const tenantId = tenantIdOf(line);
  return { read: false, problem: text, ...(tenantId === undefined ? {} : { tenantId }) };
}

function areDistinct(values: string[]): boolean {
  return new Set(values).size === values.length;
}
