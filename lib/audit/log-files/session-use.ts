import type { Receipt } from '../receipts/receipt.ts';
import { actionPattern, callName, isFree, isNamedBy } from './action-names.ts';
import { createBoundedCounter, type Tally } from './bounded-counter.ts';
import type { LogRecord } from './log-record.ts';

/** What was done with one session. Names are those of CloudTrail; each list holds the most frequent ones. */
export type SessionUse = {
  readonly calls: number;
  /** How many of these calls AWS denied. */
  readonly denied: number;
  /** How many of these calls an AWS service made on the session's behalf. */
  readonly byAwsServices: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Names such as `s3:GetObject`. */
  readonly actions: Tally;
  readonly errors: Tally;
  readonly sourceIpAddresses: Tally;
  readonly userAgents: Tally;
  /** Calls that the session policy does not name: those that AWS allowed all the same, and those that it denied. */
  readonly notNamed: { readonly allowed: Tally; readonly denied: Tally };
  /** Calls after the fence, when the session policy denies everything. */
  readonly afterFence: { readonly allowed: number; readonly denied: number };
  /** Access keys that bear the session's name but are not the one that we were given; only the first ones are kept. */
  readonly otherKeys: readonly string[];
};

export type SessionUseCounter = {
  add(record: LogRecord): void;
  result(): SessionUse;
};

/** How many names are told apart in each list, and how many are listed. */
const NAMES = 64;
const TOLD = 20;
const OTHER_KEYS = 8;
/** The words with which services deny a call. Each service has its own; these parts are common to them. */
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
  // CloudTrail gives time in whole seconds, so the fence is cut down to one.
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
      // A service that continues with a session that was handed to it has a key of its own.
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
