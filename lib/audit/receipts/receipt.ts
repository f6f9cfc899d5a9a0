import * as v from 'valibot';
import { canonicalJson } from '../../platform/canonical-json.ts';

/**
 * What a customer receives about one AssumeRole call that we announced in its account: enough to find the call in its
 * own CloudTrail and to hold us to it. A receipt contains no external ID, no other tenant and no secret.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

const receiptSchema = v.strictObject({
  /** `probe`: a call that proves whom the role's trust policy lets in; its session may do nothing at all. */
  kind: v.picklist(['issuance', 'probe']),
  /** The id of the issuance or of the probe. */
  recordId: text,
  /** Which attempt of the issuance; 1 for a probe. */
  attempt: count,
  accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  roleArn: text,
  /** `requestParameters.roleSessionName` in CloudTrail. */
  sessionName: text,
  /**
   * `issued`: STS gave us this session. `denied`: STS denied the call, which the customer's own trail does not show.
   * `unknown`: the answer was lost, so there may be a session that nobody holds. `none`: no session was made.
   */
  outcome: v.picklist(['issued', 'denied', 'unknown', 'none']),
  intendedAtMs: count,
  issuedAtMs: v.exactOptional(count),
  expiresAtMs: v.exactOptional(count),
  /** After this instant the session policy denies everything. */
  fenceMs: v.exactOptional(count),
  accessKeyId: v.exactOptional(text),
  /** `requestID` in CloudTrail. */
  stsRequestId: v.exactOptional(text),
  job: v.exactOptional(text),
  requestId: v.exactOptional(text),
  requester: v.exactOptional(text),
  /** The reason that the requester gave. */
  reason: v.exactOptional(v.string()),
  policySha256: v.exactOptional(v.string()),
  /** Action patterns of the job's session policy, such as `s3:GetObject` or `s3:GetBucket*`; none for a probe. */
  allowedActions: v.array(text),
});
export type Receipt = v.InferOutput<typeof receiptSchema>;

/** One signed page of receipts. The pages are bound to each other: none can be left out of the middle or moved. */
const receiptPageSchema = v.strictObject({
  version: v.literal(1),
  deploymentId: text,
  /** The account whose credentials make the calls: it stands in `userIdentity.accountId` of the customer's copies. */
  brokerAccountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  /** The roles that make the calls. */
  callerRoleArns: v.array(text),
  tenantId: text,
  /**
   * The export covers every call announced from `fromMs` (included) to `toMs` (not included), by the time of its
   * record.
   */
  fromMs: count,
  toMs: count,
  /** 0 for the first page. */
  page: count,
  /** The hash of the page before, as it is signed; 64 zeros on the first page. */
  previousSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  isLast: v.boolean(),
  madeAtMs: count,
  receipts: v.array(receiptSchema),
});
export type ReceiptPage = v.InferOutput<typeof receiptPageSchema>;

/** One line of the exported file. The signature covers `receiptPageBytes(page)`: ECDSA on P-256 with SHA-256, DER. */
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
