import { ServiceError } from '../service.ts';

export type AttributeNames = Readonly<Record<string, string>>;

type Token = { readonly kind: 'name' | 'value' | 'symbol'; readonly text: string };

const TOKEN =
  /\s*(?:(?<name>#?[A-Za-z_][A-Za-z0-9_]*|#[0-9][A-Za-z0-9_]*)|(?<value>:[A-Za-z0-9_]+)|(?<symbol><>|<=|>=|[=<>()[\],.+-]|\d+))\s*/uy;

/** Words of the expression language; all are reserved, so none can be an attribute's bare name. */
const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'SET', 'REMOVE', 'ADD', 'DELETE']);

/**
 * The top-level attributes that a condition, update, filter, projection or key expression touches, with `#placeholders`
 * resolved: of `#a.b[0].c` only the name that `#a` stands for. Throws `ValidationException` for text that it cannot
 * read, because an overlooked attribute would slip past `dynamodb:Attributes`.
 */
export function expressionNames(expression: string, names: AttributeNames): string[] {
  const tokens = tokenize(expression);
  return tokens.flatMap((token, index) => {
    const isNested = tokens[index - 1]?.text === '.';
    const isFunction = tokens[index + 1]?.text === '(';
    if (token.kind !== 'name' || isNested || isFunction || KEYWORDS.has(token.text.toUpperCase())) return [];
    return [resolveName(token.text, names)];
  });
}

/** The `:placeholder` that a key condition sets `attribute` equal to; undefined where it does not. */
export function equalityOperand(expression: string, attribute: string, names: AttributeNames): string | undefined {
  const tokens = tokenize(expression).filter(({ text }) => text !== '(' && text !== ')');
  const isAttribute = (token: Token | undefined) =>
    token?.kind === 'name' && !isKeyword(token) && resolveName(token.text, names) === attribute;
  for (const [index, token] of tokens.entries()) {
    const [left, right] = [tokens[index - 1], tokens[index + 1]];
    if (token.text !== '=') continue;
    if (isAttribute(left) && right?.kind === 'value') return right.text;
    if (isAttribute(right) && left?.kind === 'value') return left.text;
  }
  return undefined;
}

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let position = 0; position < expression.length; position = TOKEN.lastIndex) {
    const { name, value, symbol } = TOKEN.exec(expression)?.groups ?? {};
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (value !== undefined) tokens.push({ kind: 'value', text: value });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
    else throw invalidExpression(`Syntax error near position ${position} of the expression`);
  }
  return tokens;
}

function isKeyword(token: Token): boolean {
  return KEYWORDS.has(token.text.toUpperCase());
}

function resolveName(text: string, names: AttributeNames): string {
  if (!text.startsWith('#')) return text;
  const name = Object.hasOwn(names, text) ? names[text] : undefined;
  if (name === undefined) {
    throw invalidExpression(`An expression attribute name used in the document path is not defined: ${text}`);
  }
  return name;
}

function invalidExpression(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}
