/** What is recorded with each code: its meaning, and what to do about it. */
export type CodeEntry = {
  /** `refusal`: a policy said no. `denial`: STS said no. `failure`: something broke. */
  readonly kind: 'refusal' | 'denial' | 'failure';
  /** May the same request succeed later without anybody changing anything? */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly whatToDo: string;
};

export function refusal(meaning: string, whatToDo: string): CodeEntry & { readonly kind: 'refusal' } {
  return { kind: 'refusal', retryable: false, meaning, whatToDo };
}

export function failure(
  retryable: boolean,
  meaning: string,
  whatToDo: string,
): CodeEntry & { readonly kind: 'failure' } {
  return { kind: 'failure', retryable, meaning, whatToDo };
}
