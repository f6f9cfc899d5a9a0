import * as v from 'valibot';

/**
 * One change of a tenant or of one of its roles: who made it, when, and the values before and after. It is written
 * together with the change itself, in one conditional write, as the item's `lastChange`. Before the next change
 * replaces it, it is copied to a record of its own; so there is no change without its record. It holds an external ID
 * only as its SHA-256.
 */
const CHANGES = [
  'tenant.registered',
  'tenant.imported',
  'migration.started',
  'tenant.migrated',
  'tenant.settingsChanged',
  'tenant.suspended',
  'tenant.resumed',
  'tenant.offboarded',
  'rotation.started',
  'rotation.finished',
  'rotation.abandoned',
  'legacyKey.deleted',
  'role.connected',
  'role.consented',
  'role.disconnected',
  'role.jobsChanged',
  'role.verified',
] as const;

export const changeSchema = v.strictObject({
  change: v.picklist(CHANGES),
  atMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** The ARN of the principal that asked for it, or the name of the function that found it. */
  by: v.string(),
  reason: v.optional(v.string()),
  /** Only the members that changed. */
  before: v.optional(v.record(v.string(), v.unknown())),
  after: v.optional(v.record(v.string(), v.unknown())),
});
export type Change = v.InferOutput<typeof changeSchema>;

/** A change as the caller describes it. The registry adds the time and the values before it. */
export type ChangeNote = Pick<Change, 'change' | 'by' | 'reason'>;
