/** An expression of the source, as it is written there. */
export type Expression = { readonly source: string; readonly flags: string; readonly line: number };

const SPACE = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*/y;
const LITERAL = /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([a-z]*)/y;
const OPERAND = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|[\w$]+/y;

/** What an operand comes after, so that a slash there begins an expression; anywhere else it divides. */
const BEFORE_OPERAND = /^(?:|[(,=:[!&|?{};+*%~<>-]|return|typeof|case|of|in|yield|await)$/;

/**
 * The literals of regular expressions in TypeScript, with comments, strings and templates passed over. It knows as much of
 * the language as this project uses; an expression inside of a template's `${}` is the one place where it does not look.
 */
export function expressionsOf(text: string): readonly Expression[] {
  const found: Expression[] = [];
  let before = '';
  for (let at = 0; at < text.length; ) {
    const { kind, parts } = tokenAt(text, at, before);
    const [whole, source = '', flags = ''] = parts;
    if (kind === 'literal') found.push({ source, flags, line: text.slice(0, at).split('\n').length });
    if (kind !== 'space') before = kind === 'literal' ? ')' : whole;
    at += whole.length;
  }
  return found;
}

type Parts = readonly [whole: string, ...rest: string[]];
type Token = { readonly kind: 'space' | 'literal' | 'other'; readonly parts: Parts };

function tokenAt(text: string, at: number, before: string): Token {
  const space = matchAt(SPACE, text, at);
  if (space !== undefined) return { kind: 'space', parts: space };
  const literal = BEFORE_OPERAND.test(before) ? matchAt(LITERAL, text, at) : undefined;
  if (literal !== undefined) return { kind: 'literal', parts: literal };
  return { kind: 'other', parts: matchAt(OPERAND, text, at) ?? [text.charAt(at)] };
}

function matchAt(pattern: RegExp, text: string, at: number): Parts | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? undefined : [match[0], ...match.slice(1)];
}
