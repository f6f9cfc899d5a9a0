import type { Removals } from './removals.ts';

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

/** What any SDK client needs to act as somebody; without an endpoint it talks to AWS. */
export type Connection = {
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: Keys | (() => Promise<Keys>);
};

export type Account = {
  readonly accountId: string;
  /** Its administrator, whose credentials are renewed where they run out. */
  readonly administrator: Connection & { readonly credentials: () => Promise<Keys> };
};

export type AccountName = 'broker' | 'tenant';

/** A record of CloudTrail, as far as the checks look into it. */
export type TrailRecord = Readonly<Record<string, unknown>>;

/** Where the checks ask: two AWS accounts with a small stack of their own, or the embedded stack. */
export type Ground = {
  readonly where: 'aws' | 'embedded';
  readonly region: string;
  readonly otherRegion: string;
  /** Random; in the name of everything that is made. */
  readonly suffix: string;
  readonly accounts: Readonly<Record<AccountName, Account>>;
  /** A table with the partition key `recordId`, as the ledger has. */
  readonly tableName: string;
  /** A bus with the packaged policy: one principal has `source` to itself. Its rule sends to `queueUrl`. */
  readonly bus: {
    readonly name: string;
    readonly source: string;
    readonly owner: Connection;
    readonly other: Connection;
    readonly queueUrl: string;
    /** Whether an event with this text in it comes out of the rule. */
    arrives(text: string): Promise<boolean>;
  };
  /** A bucket under Object Lock and a P-256 key, and who may put and sign as archive-audit may. */
  readonly archive: { readonly writer: Connection; readonly bucket: string; readonly keyId: string };
  /**
   * The record of a call in CloudTrail, as a rule on the account's default bus gets it; undefined where none has come in
   * a quarter of an hour.
   */
  recordOf(account: AccountName, requestId: string, ruleState?: RuleState): Promise<TrailRecord | undefined>;
  readonly removals: Removals;
  nowMs(): number;
  /** Lets so much time go by for AWS: really, or on the embedded stack's clock. */
  pass(milliseconds: number): Promise<void>;
};

export const RULE_STATES = ['ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;
export type RuleState = (typeof RULE_STATES)[number];
