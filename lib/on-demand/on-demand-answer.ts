/**
 * What request-job and request-job-direct answer: the one body over HTTP, the other as the value of the invocation. The
 * schemas are also what the OpenAPI document is made of.
 */
import * as v from 'valibot';
import { ISSUANCE_STATES } from '../ledger/issuance-states.ts';

export const acceptedSchema = v.strictObject({ requestId: v.string() });
export type Accepted = v.InferOutput<typeof acceptedSchema>;

/** `new`: the account's turn has not come yet. The others are the states of an issuance. */
export const PROGRESS_STATES = ['new', ...ISSUANCE_STATES] as const;

const UNSETTLED: readonly ProgressState[] = ['new', 'intended', 'issued', 'claimed'];

const issuanceProgressSchema = v.strictObject({
  issuanceId: v.string(),
  accountId: v.string(),
  state: v.picklist(PROGRESS_STATES),
  /** Why it ended as it did: a code of docs/errors.md. */
  code: v.optional(v.string()),
  explanation: v.optional(v.string()),
});
export type IssuanceProgress = v.InferOutput<typeof issuanceProgressSchema>;
export type ProgressState = (typeof PROGRESS_STATES)[number];

export const decidedSchema = v.strictObject({
  requestId: v.string(),
  decision: v.literal('allowed'),
  issuances: v.array(issuanceProgressSchema),
});
export type Decided = v.InferOutput<typeof decidedSchema>;

export const refusedSchema = v.strictObject({
  error: v.strictObject({ code: v.string(), message: v.string(), whatToDo: v.string() }),
  /** Left out where nothing went on record. */
  requestId: v.optional(v.string()),
});
export type Refused = v.InferOutput<typeof refusedSchema>;

export type OnDemandAnswer = Accepted | Decided | Refused;

/** Nothing more will come of it. */
export function isSettled({ state }: Pick<IssuanceProgress, 'state'>): boolean {
  return !UNSETTLED.includes(state);
}
