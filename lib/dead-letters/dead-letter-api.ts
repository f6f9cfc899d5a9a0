/**
 * What the function URL of `manage-dead-letters` takes and answers. A view holds identifiers, codes and times: never a
 * body, a payload, or the first bytes of something that could not be read.
 */
export const DEAD_LETTER_QUEUES = ['requests', 'rule', 'job-failures'] as const;

/**
 * `requests`: messages that the broker could not process or gave up; `rule`: events that EventBridge could not deliver;
 * `job-failures`: invocations of jobs that Lambda gave up.
 */
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** The facts that could be read from a letter. */
export type LetterFacts = {
  readonly kind: 'request' | 'account' | 'continue' | 'probe' | 'strangers' | 'schedule' | 'jobFailure' | 'illegible';
  readonly tenantId?: string;
  readonly job?: string;
  readonly accountId?: string;
  readonly requestId?: string;
  readonly issuanceId?: string;
  /** The event's source, the principal that signed, or the alias that was invoked. */
  readonly from?: string;
  /** For the event of a schedule: the name of the schedule's rule. */
  readonly schedule?: string;
  /** When the request was made, according to the letter. */
  readonly askedAtMs?: number;
  /** Why the letter is in the queue, as far as the letter says so: codes of AWS or of the broker. */
  readonly why: string;
  /** How often delivery or processing was tried, if the service that gave up says so. */
  readonly tries?: number;
};

/** Why a letter may be redriven or not. */
const VERDICTS = [
  'safe',
  'settled',
  'underway',
  'idTaken',
  'tooOld',
  'movedOn',
  'requestUnknown',
  'ownedBySweeper',
  'runByHand',
  'overtaken',
  'illegible',
] as const;
export type LetterVerdict = (typeof VERDICTS)[number];

export type LetterJudgement = {
  readonly safe: boolean;
  readonly verdict: LetterVerdict;
  readonly explanation: string;
};

export type DeadLetterView = LetterFacts & {
  readonly messageId: string;
  readonly queue: DeadLetterQueueName;
  /**
   * How often the letter was received: by the broker before the letter was given up, and by everybody who has looked at
   * it since.
   */
  readonly received: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly redrive: LetterJudgement;
};

export type QueueCount = {
  readonly queue: DeadLetterQueueName;
  /** The count of SQS, which is approximate. */
  readonly letters: number;
  /** How many of these somebody is looking at or redriving at the moment. */
  readonly inHand: number;
};

export type DeadLetterList = {
  readonly queues: readonly QueueCount[];
  /** Oldest first, among the letters that SQS returned. */
  readonly letters: readonly DeadLetterView[];
};

export type RedriveOrder = {
  /** If left out, both queues whose letters can be redriven. */
  readonly queue?: DeadLetterQueueName | undefined;
  /** If left out, every letter that is safe to redrive. */
  readonly messageIds?: readonly string[] | undefined;
  /** The largest number of letters to redrive. */
  readonly max?: number | undefined;
};

export type Redriven = {
  readonly redriven: number;
  /** How many letters stayed in their queue, by verdict. */
  readonly kept: { readonly [Verdict in LetterVerdict]?: number };
  /** The time ran out, or `max` was reached, before every letter was looked at: the caller has to ask again. */
  readonly more: boolean;
};

export type DeadLetterRoutes = {
  'GET /dead-letters': {
    readonly body: undefined;
    readonly query: { readonly queue: string; readonly limit: string };
    readonly answer: DeadLetterList;
  };
  'GET /dead-letters/:messageId': {
    readonly body: undefined;
    readonly query: Readonly<Record<never, never>>;
    readonly answer: DeadLetterView;
  };
  'POST /dead-letters/redrive': {
    readonly body: RedriveOrder;
    readonly query: Readonly<Record<never, never>>;
    readonly answer: Redriven;
  };
};
