import { stsError } from '../../support/faulty-world/fake-sts.ts';
import type { Fault } from '../../support/faulty-world/faults.ts';
import type { ProcessKind } from '../../support/faulty-world/process.ts';

export type CrashPoint = {
  /** Where it breaks, and how. */
  readonly at: string;
  readonly breaks: readonly (readonly [site: string, ...faults: (Fault | 'ok')[]])[];
  /** What is on record right afterwards: a state, or nothing. */
  readonly durable: string;
  /** What the trail says once faults have stopped and time has passed. */
  readonly trail: readonly string[];
  readonly state: string;
  /** Whose write brought it to its end. */
  readonly by: ProcessKind;
  readonly sessions: number;
  /** Jobs that had credentials in their hands. */
  readonly runs: number;
};

const DELIVERED = ['intended', 'issued', 'settled'];
const RETRIED = ['intended', 'leaseExpired', 'intended', 'issued', 'settled'];
const COMPLETED = { state: 'completed', by: 'job', runs: 1 } as const;
const REDELIVERED = ['intended', 'issued', 'ticketRemoved', 'intended', 'issued', 'settled'];

/** Every place where one request can break on its way, what stays, and how it ends. */
export const crashPoints: readonly CrashPoint[] = [
  {
    at: 'before the request is recorded',
    breaks: [['ledger.request', 'crashBefore']],
    ...{ durable: 'nothing', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'after the request is recorded, before the intent',
    breaks: [['ledger.intended', 'crashBefore']],
    ...{ durable: 'nothing', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the intent applied, its answer lost and the write repeated',
    breaks: [['ledger.intended', 'repeat']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the intent applied, its answer lost for good',
    breaks: [['ledger.intended', 'loseResponse']],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'after the intent, before STS',
    breaks: [['sts.assume', 'crashBefore']],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'STS applied, its answer lost',
    breaks: [['sts.assume', 'loseResponse']],
    ...{
      durable: 'intended',
      trail: ['intended', 'released', 'intended', 'issued', 'settled'],
      ...COMPLETED,
      sessions: 2,
    },
  },
  {
    at: 'STS applied, the broker dead',
    breaks: [['sts.assume', 'crashAfter']],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'STS denied',
    breaks: [['sts.assume', { answer: stsError('AccessDenied', 403) }]],
    ...{ durable: 'denied', trail: ['intended', 'denied'], state: 'denied', by: 'broker', sessions: 0, runs: 0 },
  },
  {
    at: 'STS denied, the broker dead before it could say so',
    breaks: [
      ['sts.assume', { answer: stsError('AccessDenied', 403) }],
      ['ledger.denied', 'crashBefore'],
    ],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'STS throttled',
    breaks: [['sts.assume', 'throttle']],
    ...{ durable: 'issued', trail: ['intended', 'called', 'issued', 'settled'], ...COMPLETED, sessions: 1 },
  },
  {
    at: 'STS throttled, the broker dead before it announced another call',
    breaks: [
      ['sts.assume', 'throttle'],
      ['ledger.called', 'crashBefore'],
    ],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'STS throttled, the broker dead after it announced another call',
    breaks: [
      ['sts.assume', 'throttle'],
      ['ledger.called', 'crashAfter'],
    ],
    durable: 'intended',
    trail: ['intended', 'called', 'leaseExpired', 'intended', 'issued', 'settled'],
    ...{ ...COMPLETED, sessions: 1 },
  },
  {
    at: 'after STS, KMS away',
    breaks: [['kms.dataKey', 'loseRequest']],
    ...{
      durable: 'intended',
      trail: ['intended', 'released', 'intended', 'issued', 'settled'],
      ...COMPLETED,
      sessions: 2,
    },
  },
  {
    at: 'after STS, before the issue is recorded',
    breaks: [['ledger.issued', 'crashBefore']],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'after STS, the store away',
    breaks: [['ledger.issued', 'loseRequest']],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'the issue recorded, its answer lost and the write repeated',
    breaks: [['ledger.issued', 'repeat']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the issue recorded, its answer lost for good',
    breaks: [['ledger.issued', 'loseResponse']],
    ...{ durable: 'issued', trail: REDELIVERED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'after the issue is recorded, before the invocation',
    breaks: [['lambda.invoke', 'crashBefore']],
    ...{ durable: 'issued', trail: REDELIVERED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'the invocation taken, its answer lost and the call repeated',
    breaks: [['lambda.invoke', 'repeat']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the invocation taken, the broker dead',
    breaks: [['lambda.invoke', 'crashAfter']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the job dead before its claim, once',
    breaks: [['ledger.claim', 'crashBefore']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the job dead before its claim, every time of the first attempt',
    breaks: [['ledger.claim', 'crashBefore', 'crashBefore', 'crashBefore']],
    ...{ durable: 'issued', trail: REDELIVERED, ...COMPLETED, sessions: 2 },
  },
  {
    at: 'the claim applied, its answer lost',
    breaks: [['ledger.claim', 'loseResponse']],
    ...{
      durable: 'issued',
      trail: ['intended', 'issued', 'unknown'],
      state: 'unknown',
      by: 'sweeper',
      sessions: 1,
      runs: 0,
    },
  },
  {
    at: 'the claim applied, the job dead before it opened the envelope',
    breaks: [['kms.decrypt', 'crashBefore']],
    ...{
      durable: 'issued',
      trail: ['intended', 'issued', 'unknown'],
      state: 'unknown',
      by: 'sweeper',
      sessions: 1,
      runs: 0,
    },
  },
  {
    at: 'the claim applied, KMS away',
    breaks: [['kms.decrypt', 'loseRequest']],
    ...{ durable: 'issued', trail: DELIVERED, state: 'failed', by: 'job', sessions: 1, runs: 0 },
  },
  {
    at: 'the job dead while it works',
    breaks: [['job.work', 'crashAfter']],
    ...{
      durable: 'issued',
      trail: ['intended', 'issued', 'unknown'],
      state: 'unknown',
      by: 'sweeper',
      sessions: 1,
      runs: 1,
    },
  },
  {
    at: 'the job broken while it works',
    breaks: [['job.work', 'loseRequest']],
    ...{ durable: 'issued', trail: DELIVERED, state: 'failed', by: 'job', sessions: 1, runs: 1 },
  },
  {
    at: 'the report lost',
    breaks: [['ledger.report', 'loseRequest']],
    ...{
      durable: 'issued',
      trail: ['intended', 'issued', 'unknown'],
      state: 'unknown',
      by: 'sweeper',
      sessions: 1,
      runs: 1,
    },
  },
  {
    at: 'the report applied, the job dead',
    breaks: [['ledger.report', 'crashAfter']],
    ...{ durable: 'issued', trail: DELIVERED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the sweeper dead before it took the lease',
    breaks: [
      ['sts.assume', 'crashBefore'],
      ['ledger.leaseExpired', 'crashBefore'],
    ],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the sweeper dead after it took the lease',
    breaks: [
      ['sts.assume', 'crashBefore'],
      ['ledger.leaseExpired', 'crashAfter'],
    ],
    ...{ durable: 'intended', trail: RETRIED, ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the second intent applied, its answer lost',
    breaks: [
      ['sts.assume', 'crashBefore'],
      ['ledger.intended', 'ok', 'loseResponse'],
    ],
    durable: 'intended',
    trail: ['intended', 'leaseExpired', 'intended', 'leaseExpired', 'intended', 'issued', 'settled'],
    ...{ ...COMPLETED, sessions: 1 },
  },
  {
    at: 'the broker dead after STS in every attempt',
    breaks: [['sts.assume', 'crashAfter', 'crashAfter', 'crashAfter']],
    durable: 'intended',
    trail: ['intended', 'leaseExpired', 'intended', 'leaseExpired', 'intended', 'failed'],
    ...{ state: 'failed', by: 'sweeper', sessions: 3, runs: 0 },
  },
];
