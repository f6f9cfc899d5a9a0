import type { FaultyWorld } from '../../support/faulty-world/world.ts';

/** How one request for one account can end, and what makes it end so. */
export type Outcome = {
  readonly name: string;
  readonly meaning: string;
  /** The state of the issuance at the end; undefined where there is none. */
  readonly state: string | undefined;
  /** With which STS answers the first call, as CloudTrail shows it. */
  readonly errorOfSts?: 'AccessDenied' | 'Throttling';
  /** Before the request comes. */
  prepare(world: FaultyWorld): Promise<void> | void;
};

const nothing = () => undefined;

export const outcomes: readonly Outcome[] = [
  { name: 'completed', meaning: 'decided, issued, claimed, reported', state: 'completed', prepare: nothing },
  {
    name: 'denied',
    meaning: "the customer's trust policy says no",
    state: 'denied',
    errorOfSts: 'AccessDenied',
    prepare: ({ sts }) => {
      sts.trusts = () => false;
    },
  },
  {
    name: 'refused',
    meaning: 'the tenant is suspended',
    state: undefined,
    prepare: (world) => world.suspend(),
  },
  {
    name: 'throttled once',
    meaning: 'STS throttles the first call, the second makes the session',
    state: 'completed',
    errorOfSts: 'Throttling',
    prepare: ({ faults }) => faults.breakAt('sts.assume', 'throttle'),
  },
  {
    name: 'retried once',
    meaning: 'the answer of STS is lost, the second attempt completes',
    state: 'completed',
    prepare: ({ faults }) => faults.breakAt('sts.assume', 'loseResponse'),
  },
  {
    name: 'unknown',
    meaning: 'the job dies with its credentials and reports nothing',
    state: 'unknown',
    prepare: ({ faults }) => faults.breakAt('job.work', 'crashBefore'),
  },
];
