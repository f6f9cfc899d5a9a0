import * as v from 'valibot';
import { ISSUANCE_STATES } from '../../ledger/issuance-states.ts';
import { ACCOUNT_ID, TENANT_ID } from '../../tenants/tenant.ts';
import { EXCEPTIONS_ASKED } from './audit-api.ts';
import { dayText, timeText } from './question-times.ts';

/**
 * The values that a question for a list may hold, and the form of each part of an address. Closed: an unknown key is
 * refused.
 */
const RECORD_TYPES = ['issuance', 'request', 'probe', 'strangers', 'observation'] as const;

function oneOf(words: readonly string[]): string {
  return `expected one of ${words.join(', ')}`;
}

const tenantId = v.pipe(
  v.string(),
  v.regex(TENANT_ID, 'expected a tenant’s id, 2 to 63 of a-z, 0-9 and inner hyphens'),
);
const accountId = v.pipe(v.string(), v.regex(ACCOUNT_ID, 'expected the 12 digits of an AWS account'));
const JOB = 'expected a job’s name, up to 24 of a-z, 0-9 and inner hyphens';
const jobName = v.pipe(v.string(), v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, JOB), v.maxLength(24, JOB));
const requesterName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'expected a requester’s name, up to 63 of a-z, 0-9 and inner hyphens',
  ),
);
const cursor = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000));

/** Filters on the attributes of records that never change. */
const filters = {
  tenant: v.exactOptional(tenantId),
  account: v.exactOptional(accountId),
  job: v.exactOptional(jobName),
  requester: v.exactOptional(requesterName),
};
const paging = {
  limit: v.exactOptional(v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/, 'expected a whole number from 1 to 100'))),
  cursor: v.exactOptional(cursor),
};
/** From the first instant (included) to the second (not included). */
const range = { from: v.exactOptional(timeText), to: v.exactOptional(timeText) };

export const listQuery = v.strictObject({
  ...range,
  ...paging,
  ...filters,
  type: v.exactOptional(v.picklist(RECORD_TYPES, oneOf(RECORD_TYPES))),
  state: v.exactOptional(v.picklist(ISSUANCE_STATES, oneOf(ISSUANCE_STATES))),
});
export type ListQuery = v.InferOutput<typeof listQuery>;

export const liveQuery = v.strictObject({ ...paging, ...filters });
export type LiveQuery = v.InferOutput<typeof liveQuery>;

export const receiptsQuery = v.strictObject({
  ...range,
  cursor: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(2_000))),
});
export const noQuery = v.strictObject({});

/** The size of a page, where the question gives none. */
export const LISTED = 50;

/**
 * The values that the parts of an address may have. Each is one part of the path, and a key of an index or of the
 * table.
 */
export const places = {
  tenantId: v.strictObject({ tenantId }),
  accountId: v.strictObject({ accountId }),
  requester: v.strictObject({ requester: requesterName }),
  job: v.strictObject({ job: jobName }),
  day: v.strictObject({ day: dayText }),
  exception: v.strictObject({ exception: v.picklist(EXCEPTIONS_ASKED, oneOf(EXCEPTIONS_ASKED)) }),
  issuanceId: v.strictObject({
    issuanceId: v.pipe(
      v.string(),
      v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/, 'expected an issuance’s id, such as scan-account.k5qc…'),
    ),
  }),
  /** Source: STS API Reference, Credentials: 16 to 128 of `\w`; accepting shorter ones does no harm. */
  accessKeyId: v.strictObject({
    accessKeyId: v.pipe(v.string(), v.regex(/^\w{1,128}$/, 'expected an access key id, letters and digits')),
  }),
  /** Source: STS API Reference, AssumeRole, `RoleSessionName`. */
  sessionName: v.strictObject({
    sessionName: v.pipe(
      v.string(),
      v.regex(/^[\w+=,.@-]{2,64}$/, 'expected a role session name, 2 to 64 letters, digits and any of _+=,.@-'),
    ),
  }),
  stsRequestId: v.strictObject({
    stsRequestId: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9-]{1,128}$/, 'expected the requestID of a call of STS, letters, digits and hyphens'),
    ),
  }),
} as const;
