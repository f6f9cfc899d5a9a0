import type { AssumeRoleEvent } from '../cloudtrail-event.ts';
import type { Observation, StrayReason } from '../session-verdict.ts';
import type { FilesCorrelation, StrayCall } from './files-correlation.ts';
import type { BookedReceipt, ReceiptBook } from './receipt-book.ts';

/** What the files show under the name of one receipt. */
export type Sighting = {
  readonly seen: readonly Observation[];
  readonly isDenied: boolean;
  /** The accounts whose trails show the call. */
  readonly seenIn: ReadonlySet<string>;
};

export type CallLedger = {
  add(event: AssumeRoleEvent): void;
  of(booked: BookedReceipt): Sighting;
  /** Calls whose session name or request id is in no receipt. */
  strays(): readonly StrayCall[];
  straysUnlisted(): number;
  counts(): Omit<FilesCorrelation['calls'], 'assumeRoleRecords' | 'malformed' | 'malformedOfOthers'>;
};

/** How many calls that nobody announced are kept; further ones are only counted. */
const STRAYS_KEPT = 1_000;
/** How many sessions under one name are kept for each account's trail; there should be one. */
const SEEN_KEPT = 32;

type Kept = { readonly seen: Map<string, Observation>; isDenied: boolean; readonly seenIn: Set<string> };
const NONE: Sighting = { seen: [], isDenied: false, seenIn: new Set() };

/** Assigns the broker's AssumeRole calls to the receipts that announce them. */
export function createCallLedger(book: ReceiptBook): CallLedger {
  const kept = new Map<BookedReceipt, Kept>();
  const strays = new Map<string, StrayCall>();
  const counts = { ofTheBroker: 0, elsewhere: 0, outsidePeriod: 0, atPeriodEdge: 0 };
  let unlisted = 0;

  function keep(booked: BookedReceipt, event: AssumeRoleEvent): void {
    const found = kept.get(booked) ?? { seen: new Map(), isDenied: false, seenIn: new Set() };
    kept.set(booked, found);
    found.seenIn.add(event.recipientAccountId);
    const observation = observationOf(event);
    if (observation === undefined) found.isDenied = true;
    else if (!keepSeen(found.seen, { observation, recipientAccountId: event.recipientAccountId })) unlisted += 1;
  }

  function keepStray(event: AssumeRoleEvent, why: StrayReason): void {
    const period = book.periodOf(event.atMs, accountEntered(event));
    if (period === 'outside') counts.outsidePeriod += 1;
    else if (period === 'edge') counts.atPeriodEdge += 1;
    else {
      // Both accounts' copies describe one call and have its request id.
      const before = strays.get(event.stsRequestId);
      if (before !== undefined) strays.set(event.stsRequestId, fuller(before, strayOf(event, why)));
      else if (strays.size < STRAYS_KEPT) strays.set(event.stsRequestId, strayOf(event, why));
      else unlisted += 1;
    }
  }

  return {
    add(event) {
      if (!book.brokerAccountIds.has(event.callerAccountId)) return;
      counts.ofTheBroker += 1;
      const booked = announcedBy(event, book);
      const why = whyStray(event, { book, booked });
      if (booked === undefined && !isAboutUs(event, book)) counts.elsewhere += 1;
      else if (why !== undefined) keepStray(event, why);
      else if (booked !== undefined) keep(booked, event);
    },
    of(booked) {
      const found = kept.get(booked);
      return found === undefined ? NONE : { ...found, seen: [...found.seen.values()] };
    },
    strays: () => [...strays.values()],
    straysUnlisted: () => unlisted,
    counts: () => ({ ...counts }),
  };
}

type Shown = { readonly observation: Observation; readonly recipientAccountId: string };

/**
 * Keeps each session once for each trail, however often its record comes. Of several records it always keeps the same
 * one, whichever came first.
 */
function keepSeen(seen: Map<string, Observation>, { observation, recipientAccountId }: Shown): boolean {
  const key = `${recipientAccountId} ${observation.accessKeyId} ${observation.roleArn}`;
  const before = seen.get(key);
  if (before === undefined && seen.size >= SEEN_KEPT) return false;
  if (before === undefined || observation.eventId < before.eventId) seen.set(key, observation);
  return true;
}

/** A denied call is known by its request id alone: CloudTrail does not repeat the parameters of the call. */
function announcedBy({ call, stsRequestId }: AssumeRoleEvent, book: ReceiptBook): BookedReceipt | undefined {
  return call.outcome === 'denied' ? book.byStsRequest(stsRequestId) : book.bySessionName(call.sessionName);
}

type Announced = { readonly book: ReceiptBook; readonly booked: BookedReceipt | undefined };

function whyStray({ callerRoleArn, call }: AssumeRoleEvent, { book, booked }: Announced): StrayReason | undefined {
  if (callerRoleArn !== undefined && !book.callerRoleArns.has(callerRoleArn)) return 'otherCaller';
  if (booked !== undefined) return undefined;
  return call.outcome === 'denied' ? 'callUnknown' : 'nameUnknown';
}

/**
 * Whether the record is in a trail of the account that was entered, or the call enters an account that the receipts are
 * about.
 */
function isAboutUs({ recipientAccountId, callerAccountId, call }: AssumeRoleEvent, book: ReceiptBook): boolean {
  return recipientAccountId !== callerAccountId || book.accountIds.has(accountEntered({ recipientAccountId, call }));
}

/** The account of the role; for a denied call that names no role, the account whose trail holds the record. */
function accountEntered({ recipientAccountId, call }: Pick<AssumeRoleEvent, 'recipientAccountId' | 'call'>): string {
  const [, , , , accountId = recipientAccountId] = (call.roleArn ?? '').split(':', 5);
  return accountId;
}

function observationOf(event: AssumeRoleEvent): Observation | undefined {
  const { eventId, stsRequestId, atMs, call, callerRoleArn } = event;
  if (call.outcome === 'denied') return undefined;
  const { roleArn, accessKeyId } = call;
  return {
    eventId,
    stsRequestId,
    atMs,
    roleArn,
    accessKeyId,
    ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
  };
}

function strayOf(event: AssumeRoleEvent, why: StrayReason): StrayCall {
  const { atMs, eventId, stsRequestId, recipientAccountId, callerRoleArn, call } = event;
  const { roleArn } = call;
  return {
    atMs,
    why,
    eventId,
    stsRequestId,
    recipientAccountId,
    ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(call.outcome === 'denied'
      ? { errorCode: call.errorCode }
      : { sessionName: call.sessionName, accessKeyId: call.accessKeyId }),
  };
}

/** Of two copies, the one that says who called; of two equal ones always the same one, whichever came first. */
function fuller(one: StrayCall, other: StrayCall): StrayCall {
  const [first, second] = one.eventId < other.eventId ? [one, other] : [other, one];
  return first.callerRoleArn === undefined && second.callerRoleArn !== undefined ? second : first;
}
