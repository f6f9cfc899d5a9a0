import * as v from 'valibot';
import { canonicalJson } from '../../platform/canonical-json.ts';

/**
 * What a customer is given of one AssumeRole call that we announced in its account: enough to find it in its own CloudTrail
 * and to hold us to it. No external ID, no other tenant, no secret.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

const receiptSchema = v.strictObject({
  /** `probe`: a call that proves what the role's trust policy lets in; its session may do nothing at all. */
  kind: v.picklist(['issuance', 'probe']),
  /** Of the issuance or the probe. */
  recordId: text,
  /** Which attempt of the issuance; 1 for a probe. */
  attempt: count,
  accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  roleArn: text,
  /** `requestParameters.roleSessionName` in CloudTrail. */
  sessionName: text,
  /**
   * `issued`: STS gave us this session. `denied`: STS said no, which the customer's own trail does not show. `unknown`: the
   * answer was lost, so that there may be a session that nobody holds. `none`: no session was made.
   */
  outcome: v.picklist(['issued', 'denied', 'unknown', 'none']),
  intendedAtMs: count,
  issuedAtMs: v.exactOptional(count),
  expiresAtMs: v.exactOptional(count),
  /** After it the session policy denies everything. */
  fenceMs: v.exactOptional(count),
  accessKeyId: v.exactOptional(text),
  /** `requestID` in CloudTrail. */
  stsRequestId: v.exactOptional(text),
  job: v.exactOptional(text),
  requestId: v.exactOptional(text),
  requester: v.exactOptional(text),
  /** What whoever asked gave as the reason. */
  reason: v.exactOptional(v.string()),
  policySha256: v.exactOptional(v.string()),
  /** Action patterns of the job's session policy, such as `s3:GetObject` or `s3:GetBucket*`; none for a probe. */
  allowedActions: v.array(text),
});
export type Receipt = v.InferOutput<typeof receiptSchema>;

/** One signed page of receipts. Pages are bound to each other: none can be left out of the middle or put elsewhere. */
const receiptPageSchema = v.strictObject({
  version: v.literal(1),
  deploymentId: text,
  /** Whose credentials make the calls: the account that stands in `userIdentity.accountId` of the customer's copies. */
  brokerAccountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  /** The roles that make them. */
  callerRoleArns: v.array(text),
  tenantId: text,
  /** Every call that was announced from `fromMs` (included) to `toMs` (not included), with its record's time. */
  fromMs: count,
  toMs: count,
  /** 0 for the first page. */
  page: count,
  /** Of the page before, as it is signed; of the first, 64 zeros. */
  previousSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  isLast: v.boolean(),
  madeAtMs: count,
  receipts: v.array(receiptSchema),
});
export type ReceiptPage = v.InferOutput<typeof receiptPageSchema>;

/** A line of the exported file. The signature is over `receiptPageBytes(page)`: ECDSA on P-256 with SHA-256, DER. */
export const signedReceiptPageSchema = v.strictObject({
  page: receiptPageSchema,
  signature: v.strictObject({
    algorithm: v.literal('ECDSA_SHA_256'),
    keyId: text,
    value: v.pipe(v.string(), v.base64()),
  }),
});
export type SignedReceiptPage = v.InferOutput<typeof signedReceiptPageSchema>;

/** The bytes that are signed and hashed. */
export function receiptPageBytes(page: ReceiptPage): Buffer {
  return Buffer.from(canonicalJson(page), 'utf8');
}
