import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import { BROKER_EVENT_SOURCE } from '../../platform/broker-events.ts';
import { ACCOUNT_ID, TENANT_ID } from '../../tenants/tenant.ts';

/** What verify-trust is invoked with: a check that somebody asks for, a tick of its schedule, or a fact on the bus. */
const orderSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('check'),
    tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
    accountId: v.optional(v.pipe(v.string(), v.regex(ACCOUNT_ID))),
    roleName: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_+=,.@-]{1,64}$/))),
    /** The ARN of the principal that asks, or the name of the function that does. */
    by: v.pipe(v.string(), v.minLength(1), v.maxLength(2_048)),
    /** An operator asks who has asked the customer: a paused role may be put in use again. */
    liftsPause: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ kind: v.literal('tick') }),
]);

/**
 * A fact on the broker's own bus, which only its functions can put there. Only the id of the issuance is taken from
 * it.
 */
const factSchema = v.object({
  source: v.literal(BROKER_EVENT_SOURCE),
  'detail-type': v.literal('IssuanceRecorded'),
  detail: v.object({ issuanceId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/)) }),
});

export type VerificationOrder =
  | v.InferOutput<typeof orderSchema>
  /** Look whether the job of this issuance met the end of its session. */
  | { readonly kind: 'sessionsRevoked'; readonly issuanceId: string };

/** Throws `request.malformed`; invoking again does not help. */
export function readVerificationOrder(event: unknown): VerificationOrder {
  const fact = v.safeParse(factSchema, event);
  if (fact.success) return { kind: 'sessionsRevoked', issuanceId: fact.output.detail.issuanceId };
  const read = v.safeParse(orderSchema, event);
  if (read.success) return read.output;
  const at = v.getDotPath(read.issues[0]) ?? 'the top level';
  throw new BrokerError('request.malformed', `verify-trust takes a check or a tick; wrong at ${at}`);
}
