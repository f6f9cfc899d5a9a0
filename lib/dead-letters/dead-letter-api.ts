/**
 * What the function URL of `manage-dead-letters` takes and answers. A view holds identifiers, codes and times: never a
 * body, a payload, or the first bytes of something that could not be read.
 */
export const DEAD_LETTER_QUEUES = ['requests', 'rule', 'job-failures'] as const;

/**
 * `requests`: what the broker could not digest, or gave up; `rule`: what EventBridge could not hand over;
 * `job-failures`: invocations of jobs that Lambda gave up.
 */
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** What a letter says of itself, as far as it could be read. */
export type LetterFacts = {
  readonly kind: 'request' | 'account' | 'continue' | 'probe' | 'strangers' | 'schedule' | 'jobFailure' | 'illegible';
  readonly tenantId?: string;
  readonly job?: string;
  readonly accountId?: string;
  readonly requestId?: string;
  readonly issuanceId?: string;
  /** The event's source, the principal that signed, or the alias that was invoked. */
  readonly from?: string;
  /** Of a schedule's event: the rule that it is of. */
  readonly schedule?: string;
  /** When it was asked for, by what stands in the letter. */
  readonly askedAtMs?: number;
  /** Why it lies there, as far as it says so: codes of AWS or of the broker. */
  readonly why: string;
  /** How often it was tried, where whoever gave it up says so. */
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
  /** How often it was received: by the broker before it was given up, and by everybody who looked at it since. */
  readonly received: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly redrive: LetterJudgement;
};

export type QueueCount = {
  readonly queue: DeadLetterQueueName;
  /** By SQS's own count, which is approximate. */
  readonly letters: number;
  /** Of these, how many somebody looks at or redrives just now. */
  readonly inHand: number;
};

export type DeadLetterList = {
  readonly queues: readonly QueueCount[];
  /** Oldest first, as far as SQS gave them. */
  readonly letters: readonly DeadLetterView[];
};

export type RedriveOrder = {
  /** Left out: both queues whose letters can be redriven. */
  readonly queue?: DeadLetterQueueName | undefined;
  /** Left out: every letter that is safe to redrive. */
  readonly messageIds?: readonly string[] | undefined;
  /** At most so many. */
  readonly max?: number | undefined;
};

export type Redriven = {
  readonly redriven: number;
  /** How many were left where they are, by why. */
  readonly kept: { readonly [Verdict in LetterVerdict]?: number };
  /** The time was up or `max` reached before every letter was looked at: ask again. */
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
