/**
 * The rows of the limits table. Each holds a few numbers and perhaps a set of names, and each change is one conditional
 * write of one row. None of it is a record: a lost row loses no more than the window that it counted.
 *
 * The client retries a write whose answer was lost, so an amount may be added or given back twice. A number from which
 * nobody subtracts is therefore never too low.
 */
export type Counters = {
  /** Consistent. Empty when there is no such row. Throws `store.*`. */
  read(counter: string): Promise<CounterValues>;
  /** The numbers of the row after the change; undefined when a condition did not hold. Throws `store.*`. */
  change(row: CounterRow, change: CounterChange): Promise<CounterValues | undefined>;
  /**
   * Takes a member into the row's set, which takes no more than so many. True for a member that it has already, however
   * often it comes. Throws `store.*`.
   */
  admit(row: CounterRow, admission: { readonly member: string; readonly limit: number }): Promise<boolean>;
};

export type CounterRow = {
  readonly counter: string;
  /** When DynamoDB may drop the row; it is of no use by then. */
  readonly expiresAtSeconds: number;
};

/** What a row has counted, by name; a name that is not there counts as nothing. */
export type CounterValues = Readonly<Record<string, number>>;

export type CounterChange = {
  readonly add?: CounterValues;
  readonly set?: CounterValues;
  readonly remove?: readonly string[];
  /** All must hold, or nothing is changed. */
  readonly when?: readonly CounterCondition[];
};

export type CounterCondition =
  /** Holds too where there is no such number. */
  { readonly name: string; readonly atMost: number } | { readonly name: string; readonly present: true };
