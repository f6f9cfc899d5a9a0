import type { Receipt } from '../receipts/receipt.ts';
import { actionPattern, callName, isFree, isNamedBy } from './action-names.ts';
import { createBoundedCounter, type Tally } from './bounded-counter.ts';
import type { LogRecord } from './log-record.ts';

/** What was done with one session. Names are those of CloudTrail; of each list the most frequent. */
export type SessionUse = {
  readonly calls: number;
  /** Of them, how many AWS answered with a no. */
  readonly denied: number;
  /** Of them, how many an AWS service made on the session's behalf. */
  readonly byAwsServices: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** `s3:GetObject` and so on. */
  readonly actions: Tally;
  readonly errors: Tally;
  readonly sourceIpAddresses: Tally;
  readonly userAgents: Tally;
  /** Not named by the session policy; what AWS allowed all the same, and what it denied. */
  readonly notNamed: { readonly allowed: Tally; readonly denied: Tally };
  /** After the fence, when the session policy denies everything. */
  readonly afterFence: { readonly allowed: number; readonly denied: number };
  /** Access keys that bear the session's name and are not the one that we were given; the first of them. */
  readonly otherKeys: readonly string[];
};

export type SessionUseCounter = {
  add(record: LogRecord): void;
  result(): SessionUse;
};

/** As many names as are told apart in each list, and as many as are told. */
const NAMES = 64;
const TOLD = 20;
const OTHER_KEYS = 8;
/** How services say no. Each has a word of its own; they have these in common. */
const DENIED = /AccessDenied|Unauthorized|Forbidden|NotAuthorized|AuthorizationError/i;

/** Counts the calls of the session of one receipt, in memory that does not grow with them. */
export function createSessionUse({ allowedActions, accessKeyId, fenceMs }: Receipt): SessionUseCounter {
  const patterns = allowedActions.map(actionPattern);
  const counters = {
    actions: createBoundedCounter(NAMES),
    errors: createBoundedCounter(NAMES),
    sourceIpAddresses: createBoundedCounter(NAMES),
    userAgents: createBoundedCounter(NAMES),
    allowed: createBoundedCounter(NAMES),
    denied: createBoundedCounter(NAMES),
  };
  const sums = { calls: 0, denied: 0, byAwsServices: 0, firstAtMs: Number.POSITIVE_INFINITY, lastAtMs: 0 };
  const afterFence = { allowed: 0, denied: 0 };
  const otherKeys = new Set<string>();
  // CloudTrail tells time in whole seconds, and the fence is cut down to one.
  const fenceSecondMs = fenceMs === undefined ? Number.POSITIVE_INFINITY : Math.floor(fenceMs / 1_000) * 1_000;

  function addCall(call: string, { atMs, errorCode }: LogRecord): void {
    const answer = DENIED.test(errorCode ?? '') ? 'denied' : 'allowed';
    if (answer === 'denied') sums.denied += 1;
    if (isFree(call)) return;
    if (!isNamedBy(patterns, call)) counters[answer].count(call);
    if (atMs > fenceSecondMs) afterFence[answer] += 1;
  }

  return {
    add(record) {
      const { atMs, identity, sourceIpAddress, userAgent } = record;
      const call = callName(record.eventSource, record.eventName);
      sums.calls += 1;
      sums.firstAtMs = Math.min(sums.firstAtMs, atMs);
      sums.lastAtMs = Math.max(sums.lastAtMs, atMs);
      if (identity.invokedBy !== undefined) sums.byAwsServices += 1;
      counters.actions.count(call);
      if (sourceIpAddress !== undefined) counters.sourceIpAddresses.count(sourceIpAddress);
      if (record.errorCode !== undefined) counters.errors.count(record.errorCode);
      if (userAgent !== undefined) counters.userAgents.count(userAgent);
      const key = identity.accessKeyId;
      // A service that goes on with what it was handed over has a key of its own for it.
      const isHandedOn = identity.invokedBy !== undefined;
      const isOther = key !== undefined && accessKeyId !== undefined && key !== accessKeyId && !isHandedOn;
      if (isOther && otherKeys.size < OTHER_KEYS) otherKeys.add(key);
      addCall(call, record);
    },
    result: () => ({
      ...sums,
      actions: counters.actions.largest(TOLD),
      errors: counters.errors.largest(TOLD),
      sourceIpAddresses: counters.sourceIpAddresses.largest(TOLD),
      userAgents: counters.userAgents.largest(TOLD),
      notNamed: { allowed: counters.allowed.largest(TOLD), denied: counters.denied.largest(TOLD) },
      afterFence,
      otherKeys: [...otherKeys].sort(),
    }),
  };
}
