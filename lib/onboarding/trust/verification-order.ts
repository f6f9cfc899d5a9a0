import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import { ACCOUNT_ID, TENANT_ID } from '../../tenants/tenant.ts';

/** What verify-trust is invoked with: a check that somebody asks for, or the tick of its schedule. */
const orderSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('check'),
    tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
    accountId: v.optional(v.pipe(v.string(), v.regex(ACCOUNT_ID))),
    roleName: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_+=,.@-]{1,64}$/))),
    /** The ARN of the principal that asks, or the name of the function that does. */
    by: v.pipe(v.string(), v.minLength(1), v.maxLength(2_048)),
  }),
  v.strictObject({ kind: v.literal('tick') }),
]);
export type VerificationOrder = v.InferOutput<typeof orderSchema>;

/** Throws `request.malformed`, which nobody can mend by invoking again. */
export function readVerificationOrder(event: unknown): VerificationOrder {
  const read = v.safeParse(orderSchema, event);
  if (read.success) return read.output;
  const at = v.getDotPath(read.issues[0]) ?? 'the top level';
  throw new BrokerError('request.malformed', `verify-trust takes a check or a tick; wrong at ${at}`);
}
