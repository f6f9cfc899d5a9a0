import { unsupportedPolicy } from './unsupported-policy.ts';
import { matchesPattern, type PatternToken } from './wildcard.ts';

const ARN_PARTS = 6;

/**
 * Matches an ARN as the ARN operators do: part by part, so that a wildcard never matches a colon except inside the last
 * part. Text that is no ARN matches nothing; a pattern that is no ARN is an error.
 */
export function matchesArn(pattern: readonly PatternToken[], text: string): boolean {
  const patterns = patternParts(pattern);
  const values = text.split(':');
  if (values.length < ARN_PARTS) return false;
  const parts = [...values.slice(0, ARN_PARTS - 1), values.slice(ARN_PARTS - 1).join(':')];
  return patterns.every((part, index) => matchesPattern(part, parts[index] ?? ''));
}

function patternParts(pattern: readonly PatternToken[]): readonly (readonly PatternToken[])[] {
  const parts: PatternToken[][] = [[]];
  for (const token of pattern) {
    if (token === ':' && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  if (parts.length < ARN_PARTS) throw unsupportedPolicy('an ARN condition compares with something that is not an ARN');
  return parts;
}
