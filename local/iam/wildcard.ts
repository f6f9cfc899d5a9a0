/**
 * Matches text against a pattern of IAM's two wildcards. The matcher never backtracks further than the last `*`, so
 * that a hostile pattern costs at most pattern × text, where a regular expression could take exponential time.
 */
const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');

/** One UTF-16 code unit, or a wildcard. */
export type PatternToken = string | typeof ANY_RUN | typeof ANY_ONE;

/** Reads `*` and `?` as wildcards, and everything else as itself. */
export function wildcardTokens(pattern: string): PatternToken[] {
  return pattern.split('').map((unit) => (unit === '*' ? ANY_RUN : unit === '?' ? ANY_ONE : unit));
}

/** Reads every character as itself: the value of a policy variable can never act as a wildcard. */
export function literalTokens(text: string): PatternToken[] {
  return text.split('');
}

export function matchesPattern(pattern: readonly PatternToken[], text: string): boolean {
  let at = 0;
  let read = 0;
  let afterRun = -1;
  let runEnd = 0;
  while (read < text.length) {
    const token = pattern[at];
    if (token === ANY_RUN) {
      at += 1;
      afterRun = at;
      runEnd = read;
    } else if (token === ANY_ONE || token === text[read]) {
      at += 1;
      read += 1;
    } else if (afterRun >= 0) {
      runEnd += 1;
      at = afterRun;
      read = runEnd;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((token) => token === ANY_RUN);
}

export function matchesWildcard(pattern: string, text: string): boolean {
  return matchesPattern(wildcardTokens(pattern), text);
}
