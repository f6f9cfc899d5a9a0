import * as v from 'valibot';

/**
 * The parts of an issuance, a probe or a pointer that tell which AssumeRole calls were announced. They are read with a
 * projection, so that nothing else of the record is ever loaded. An issuance and a probe as the broker writes them have
 * this shape too.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const attemptSchema = v.object({
  attempt: count,
  sessionName: v.string(),
  intendedAtMs: count,
  outcome: v.string(),
  accessKeyId: v.optional(v.string()),
  stsRequestId: v.optional(v.string()),
  issuedAtMs: v.optional(count),
});
const entrySchema = v.object({
  type: v.string(),
  atMs: count,
  attempt: v.optional(count),
  roleArn: v.optional(v.string()),
  stsRequestId: v.optional(v.string()),
});

export const announcingRecordSchema = v.variant('recordType', [
  v.object({
    recordType: v.literal('issuance'),
    recordId: v.string(),
    accountId: v.string(),
    recordedAtMs: count,
    // A job may write the state: whatever it writes there, its sessions are still judged.
    state: v.fallback(v.string(), ''),
    roleArn: v.optional(v.string()),
    delivery: v.optional(v.string()),
    attempts: v.array(attemptSchema),
    trail: v.array(entrySchema),
  }),
  v.object({
    recordType: v.literal('probe'),
    recordId: v.string(),
    accountId: v.string(),
    recordedAtMs: count,
    roleArn: v.string(),
    by: v.string(),
    outcome: v.string(),
    calledAtMs: v.optional(count),
    answeredAtMs: v.optional(count),
    lastAccessKeyId: v.optional(v.string()),
    lastStsRequestId: v.optional(v.string()),
  }),
  v.object({ recordType: v.literal('pointer'), recordId: v.string(), to: v.string() }),
]);
export type AnnouncingRecord = v.InferOutput<typeof announcingRecordSchema>;
export type AnnouncingIssuance = Extract<AnnouncingRecord, { recordType: 'issuance' }>;
export type AnnouncingProbe = Extract<AnnouncingRecord, { recordType: 'probe' }>;

/**
 * The only attributes that are read. Of records that it did not write itself, the function's role may read only these.
 */
export const ANNOUNCING_ATTRIBUTES = [
  'recordId',
  'recordType',
  'accountId',
  'recordedAtMs',
  'state',
  'roleArn',
  'delivery',
  'attempts',
  'trail',
  'by',
  'outcome',
  'calledAtMs',
  'answeredAtMs',
  'lastAccessKeyId',
  'lastStsRequestId',
  'to',
] as const;

/** A row of an index: it says what a record is, without its attempts. */
export type IndexedRecord = { readonly recordId: string; readonly recordedAtMs: number; readonly recordType: string };

/** Reads from the ledger what was announced. Errors are `store.*`. */
export type AnnouncingRecords = {
  /** Consistent. Undefined when there is no record, or when it announces nothing, as a request does. */
  read(recordId: string): Promise<AnnouncingRecord | undefined>;
  /** The ids of the records that the index of STS request ids leads to. The index may lag behind by seconds. */
  byStsRequest(stsRequestId: string): Promise<readonly string[]>;
  /** The records of one account, newest first. The index may lag behind. */
  ofAccount(query: AccountQuery): Promise<readonly IndexedRecord[]>;
  /** The records of one UTC day, in the order of their recording. The index may lag behind. */
  ofDay(query: DayQuery): Promise<readonly IndexedRecord[]>;
};

export type AccountQuery = {
  readonly accountId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
};
export type DayQuery = {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly fromMs: number;
  /** Included. */
  readonly toMs: number;
  readonly limit: number;
  readonly newestFirst?: boolean;
  /** The last row that was seen: the walk continues after it. */
  readonly after?: { readonly recordedAtMs: number; readonly recordId: string };
};
