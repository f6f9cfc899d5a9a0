import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalTokens, matchesPattern, matchesWildcard } from '../../../../local/iam/wildcard.ts';

/** The definition, and nothing else: exponential, and right by reading it. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') {
    return matchesByDefinition(rest, text) || (text !== '' && matchesByDefinition(pattern, text.slice(1)));
  }
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matchesByDefinition(rest, text.slice(1));
}

const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '*', ':'), maxLength: 10 });

describe('the wildcard matcher', () => {
  it('agrees with the definition on every pattern and text', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matchesWildcard(pattern, text)).toBe(matchesByDefinition(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('matches a literal with itself alone', () => {
    fc.assert(
      fc.property(texts, texts, (literal, text) => {
        expect(matchesPattern(literalTokens(literal), text)).toBe(literal === text);
      }),
    );
  });

  it('answers a pattern made to blow up a regular expression at once', () => {
    const startedAtMs = performance.now();
    expect(matchesWildcard(`${'*a'.repeat(1000)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
  });
});
