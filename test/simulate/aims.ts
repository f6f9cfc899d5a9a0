import type { FaultKind } from './fault-plan.ts';

/** What is out of sorts throughout a run: some ends are reached in no other way. */
export type Mood = { readonly site: string; readonly kind: FaultKind };

/** A site that runs seldom come by, and what must be out of sorts so that they do. */
export type Aim = { readonly site: string; readonly mood?: Mood };

const stsRefuses: Mood = { site: 'sts.assume', kind: 'serviceError' };
const stsThrottles: Mood = { site: 'sts.assume', kind: 'throttle' };
const stsIsSilent: Mood = { site: 'sts.assume', kind: 'loseResponse' };
const jobThrottled: Mood = { site: 'lambda.invoke', kind: 'throttle' };
const jobMissing: Mood = { site: 'lambda.invoke', kind: 'serviceError' };
const nobodyClaims: Mood = { site: 'ledger.claim', kind: 'loseRequest' };
const jobsDie: Mood = { site: 'job.work', kind: 'crashAfter' };
const reportsLost: Mood = { site: 'ledger.report', kind: 'loseRequest' };

/**
 * What runs aim at, one after the other by their seeds, so that ten thousand of them break every site in every way often
 * enough: how often is planned, not left to luck.
 */
const AIMS: readonly [Aim, ...Aim[]] = [
  { site: 'ledger.undelivered', mood: jobMissing },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'job.work' },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'ledger.settled' },
  { site: 'ledger.unknown', mood: jobsDie },
  { site: 'ledger.undelivered', mood: jobThrottled },
  { site: 'vend/ledger.failed', mood: stsIsSilent },
  { site: 'ledger.report' },
  { site: 'ledger.expired', mood: nobodyClaims },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'vend/ledger.called', mood: stsThrottles },
  { site: 'ledger.undelivered', mood: jobMissing },
  { site: 'ledger.unknown', mood: reportsLost },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'ledger.settled' },
  { site: 'vend/ledger.issued' },
  { site: 'lambda.invoke' },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'job.work' },
  { site: 'ledger.undelivered', mood: jobThrottled },
  { site: 'vend/sts.assume' },
  { site: 'ledger.unknown', mood: jobsDie },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'ledger.report' },
  { site: 'ledger.revoked', mood: nobodyClaims },
  { site: 'ledger.settled' },
  { site: 'kms.decrypt' },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'vend/ledger.called', mood: stsThrottles },
  { site: 'ledger.undelivered', mood: jobMissing },
  { site: 'vend/ledger.failed', mood: stsIsSilent },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'job.work' },
  { site: 'ledger.failed', mood: stsIsSilent },
  { site: 'ledger.unknown', mood: jobsDie },
  { site: 'ledger.report' },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'kms.decrypt' },
  { site: 'ledger.undelivered', mood: jobMissing },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'job.work' },
  { site: 'vend/ledger.issued' },
  { site: 'ledger.report' },
  { site: 'vend/ledger.denied', mood: stsRefuses },
  { site: 'ledger.denied', mood: stsRefuses },
  { site: 'vend/ledger.denied', mood: stsRefuses },
];

export type Length = 1 | 2 | 3 | 4;

/** An issuance that nobody can claim takes three attempts to expire, one whose job is silent its whole session. */
export function lengthOf(aim: Aim | undefined): Length {
  if (aim === undefined) return 1;
  const { mood } = aim;
  if (mood === nobodyClaims || mood === jobsDie || mood === reportsLost) return 4;
  return mood === jobMissing || mood === jobThrottled ? 3 : 2;
}

/** The aim of a seed, if it has one: nine of ten have. */
export function aimOf(seed: number): { readonly aim: Aim; readonly round: number } | undefined {
  const tens = Math.floor(seed / 10);
  const place = seed % 10;
  if (place >= AIMED_OF_TEN) return undefined;
  const count = tens * AIMED_OF_TEN + place;
  return { aim: AIMS[count % AIMS.length] ?? AIMS[0], round: Math.floor(count / AIMS.length) };
}

const AIMED_OF_TEN = 9;
