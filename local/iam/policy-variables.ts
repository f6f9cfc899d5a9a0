import type { RequestContext } from './request-context.ts';
import { unsupportedPolicy } from './unsupported-policy.ts';
import { literalTokens, type PatternToken, wildcardTokens } from './wildcard.ts';

/** How the values of one policy are expanded: its language version decides whether `${…}` means anything. */
export type VariableScope = { readonly version: string | undefined; readonly context: RequestContext };

type Part = { readonly text: string; readonly fromVariable: boolean };

const VARIABLE = /\$\{([^}]*)\}/g;
const WITH_DEFAULT = /^([^,']+?)\s*,\s*'([^']*)'$/;
const SPECIAL = new Set(['*', '?', '$']);

/**
 * Keys that are known although this request may not carry them: a variable of one of these then has no value. Any other
 * name must be in the request, or the policy is refused as not understood.
 */
const KNOWN_KEYS = new Set(
  [
    ['PrincipalArn', 'PrincipalAccount', 'PrincipalType', 'PrincipalOrgID', 'UserId', 'Username', 'SourceIdentity'],
    ['CurrentTime', 'EpochTime', 'TokenIssueTime', 'RequestedRegion', 'ResourceAccount', 'SecureTransport'],
    ['SourceIp', 'SourceArn', 'SourceAccount', 'SourceVpc', 'SourceVpce', 'UserAgent', 'ViaAWSService'],
    ['PrincipalIsAWSService', 'PrincipalServiceName', 'FederatedProvider', 'MultiFactorAuthPresent'],
  ].flatMap((names) => names.map((name) => `aws:${name.toLowerCase()}`)),
);
const KNOWN_PREFIXES = ['PrincipalTag', 'RequestTag', 'ResourceTag'].map((name) => `aws:${name.toLowerCase()}/`);

/**
 * Text with its variables replaced; wildcards stay as they are. `undefined` when a variable has no value: such text
 * equals nothing (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 */
export function expandText(template: string, scope: VariableScope): string | undefined {
  return partsOf(template, scope)
    ?.map((part) => part.text)
    .join('');
}

/** A pattern with its variables replaced by literal text. `undefined` as in `expandText`. */
export function expandPattern(template: string, scope: VariableScope): PatternToken[] | undefined {
  return partsOf(template, scope)?.flatMap(({ text, fromVariable }) =>
    fromVariable ? literalTokens(text) : wildcardTokens(text),
  );
}

export function hasVariable(template: string): boolean {
  return template.includes('${');
}

function partsOf(template: string, scope: VariableScope): readonly Part[] | undefined {
  if (scope.version !== '2012-10-17' || !hasVariable(template)) return [{ text: template, fromVariable: false }];
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    parts.push({ text: template.slice(end, match.index), fromVariable: false });
    const value = variableValue(match[1] ?? '', scope.context);
    if (value === undefined) return undefined;
    parts.push({ text: value, fromVariable: true });
    end = match.index + match[0].length;
  }
  const rest = template.slice(end);
  if (hasVariable(rest)) throw unsupportedPolicy(`the policy variable in ${template} is not closed`);
  return [...parts, { text: rest, fromVariable: false }];
}

function variableValue(expression: string, context: RequestContext): string | undefined {
  if (SPECIAL.has(expression)) return expression;
  const [, keyWithDefault, fallback] = WITH_DEFAULT.exec(expression) ?? [];
  const key = (keyWithDefault ?? expression).trim();
  const value = context.get(key);
  if (typeof value === 'string') return value;
  if (value !== undefined) throw unsupportedPolicy(`the multivalued key ${key} cannot be a policy variable`);
  if (!isKnownKey(key.toLowerCase())) throw unsupportedPolicy(`the policy variable \${${expression}} is not known`);
  return fallback;
}

function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(key) || KNOWN_PREFIXES.some((prefix) => key.startsWith(prefix) && key.length > prefix.length);
}
