import { invalidPattern } from './invalid-pattern.ts';

export type Scalar = string | number | boolean | null;
/** Whether one scalar of the event satisfies one condition of the pattern. */
export type ScalarTest = (value: Scalar) => boolean;

/** Builds the test for one operand of a text matcher. */
type TextTest = (operand: string) => (text: string) => boolean;

const TEXT_MATCHERS: Readonly<Record<string, { readonly exact: TextTest; readonly ignoringCase?: TextTest }>> = {
  prefix: {
    exact: (prefix) => (text) => text.startsWith(prefix),
    ignoringCase: (prefix) => (text) => text.toLowerCase().startsWith(prefix.toLowerCase()),
  },
  suffix: {
    exact: (suffix) => (text) => text.endsWith(suffix),
    ignoringCase: (suffix) => (text) => text.toLowerCase().endsWith(suffix.toLowerCase()),
  },
  'equals-ignore-case': { exact: (expected) => (text) => text.toLowerCase() === expected.toLowerCase() },
  wildcard: { exact: wildcardTest },
};

/**
 * The matchers that look at text: `prefix` and `suffix` (also `{"equals-ignore-case": …}`), `equals-ignore-case` and
 * `wildcard`. Undefined where `name` is none of them. They never match a value that is not a string.
 */
export function textMatcher(name: string, operand: unknown): ScalarTest | undefined {
  const matcher = Object.hasOwn(TEXT_MATCHERS, name) ? TEXT_MATCHERS[name] : undefined;
  if (matcher === undefined) return undefined;
  if (typeof operand === 'string') return onText(matcher.exact(operand));
  const ignoringCase = caseInsensitiveOperand(operand);
  if (ignoringCase === undefined || matcher.ignoringCase === undefined) {
    throw invalidPattern(`${name} match pattern must be a string`);
  }
  return onText(matcher.ignoringCase(ignoringCase));
}

function caseInsensitiveOperand(operand: unknown): string | undefined {
  if (typeof operand !== 'object' || operand === null) return undefined;
  const [[name, text] = [], ...others] = Object.entries(operand);
  return name === 'equals-ignore-case' && typeof text === 'string' && others.length === 0 ? text : undefined;
}

function onText(test: (text: string) => boolean): ScalarTest {
  return (value) => typeof value === 'string' && test(value);
}

/** `*` stands for any text; `\*` and `\\` for themselves. Matched without regular expressions: no backtracking. */
function wildcardTest(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = wildcardParts(pattern);
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  return (text) => {
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
    let position = head.length;
    for (const part of rest) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return position <= text.length - tail.length;
  };
}

function wildcardParts(pattern: string): string[] {
  if (/(?<!\\)(?:\\\\)*\*\*/u.test(pattern)) throw invalidPattern('Consecutive wildcard characters');
  const parts = [''];
  for (const [token] of pattern.matchAll(/\\?./gsu)) {
    if (token === '*') parts.push('');
    else if (token.startsWith('\\') && token !== '\\\\' && token !== '\\*')
      throw invalidPattern('Invalid escape character');
    else parts.push(`${parts.pop()}${token.replace('\\', '')}`);
  }
  return parts;
}
