import { describe, expect, it } from 'vitest';
import { commentLines } from '../../../../lib/onboarding/templates/comment-lines.ts';
import {
  type HclMap,
  hclAttributes,
  hclCode,
  jsonEncode,
} from '../../../../lib/onboarding/templates/hcl-expression.ts';
import { stackNameOf } from '../../../../lib/onboarding/templates/quick-create-link.ts';
import { renderRevocation } from '../../../../lib/onboarding/templates/render-cli.ts';
import { INSTANT, instantOf } from '../../../../lib/onboarding/templates/revoke-sessions.ts';
import { type YamlMap, yamlBlock } from '../../../../lib/onboarding/templates/yaml-block.ts';

describe('YAML', () => {
  it.each<[string, YamlMap, string]>([
    ['nothing of what is undefined', { a: undefined, b: 1 }, 'b: 1\n'],
    ['numbers as they are, and texts in quotes', { a: 1, b: '1', c: "it's" }, "a: 1\nb: '1'\nc: 'it''s'\n"],
    [
      'a key that is no plain word in quotes',
      { 'Fn::Not': 'x', a9: 'y', '9a': 'z' },
      "'Fn::Not': 'x'\na9: 'y'\n'9a': 'z'\n",
    ],
    ['a map in a map', { a: { b: { c: 'd' } } }, "a:\n  b:\n    c: 'd'\n"],
    ['a list of texts', { a: ['b', 'c'] }, "a:\n  - 'b'\n  - 'c'\n"],
    ['a list of maps', { a: [{ b: 'c', d: 'e' }, { f: 1 }] }, "a:\n  - b: 'c'\n    d: 'e'\n  - f: 1\n"],
    ['a list in a list', { a: [['b', 'c'], 'd'] }, "a:\n  - - 'b'\n    - 'c'\n  - 'd'\n"],
    ['a map in a list in a list', { a: [[{ b: 'c', d: 'e' }]] }, "a:\n  - - b: 'c'\n      d: 'e'\n"],
  ])('has %s', (_, value, text) => {
    expect(yamlBlock(value)).toBe(text);
  });

  it.each(['\u007f', 'a\nb', '\t', 'é', '~\u0000'])('takes no text that is not printable ASCII: %j', (text) => {
    expect(() => yamlBlock({ a: text })).toThrow('a text for YAML is not printable ASCII');
    expect(() => yamlBlock({ [text]: 1 })).toThrow('a text for YAML is not printable ASCII');
    expect(yamlBlock({ a: ' ~' })).toBe("a: ' ~'\n");
  });
});

describe('HCL', () => {
  it.each<[string, HclMap, readonly string[]]>([
    ['nothing of what is undefined', { a: undefined, b: 1 }, ['b = 1']],
    ['the signs of neighbours below each other', { a: 1, long: 'x' }, ['a    = 1', 'long = "x"']],
    [
      'neighbours on both sides of a value of several lines, each side by itself',
      { a: 1, bbbbb: 2, list: ['x', 'y'], cccccc: 3, d: 4 },
      ['a     = 1', 'bbbbb = 2', 'list = [', '  "x",', '  "y",', ']', 'cccccc = 3', 'd      = 4'],
    ],
    ['a list of one in one line', { a: ['x'] }, ['a = ["x"]']],
    ['a list of one map in several', { a: [{ b: 1 }] }, ['a = [', '  {', '    b = 1', '  },', ']']],
    ['an empty list', { a: [] }, ['a = [', ']']],
    ['a map', { a: { b: 1, cc: 'x' } }, ['a = {', '  b  = 1', '  cc = "x"', '}']],
    ['code as it is', { a: hclCode('var.x'), b: hclCode('f(\n  1)') }, ['a = var.x', 'b = f(', '  1)']],
    [
      'a key that is no name in quotes',
      { 'sts:ExternalId': 'x', _a1: 1 },
      ['"sts:ExternalId" = "x"', '_a1              = 1'],
    ],
    ['JSON over several lines', { a: jsonEncode({ b: ['x'] }) }, ['a = jsonencode({', '  b = ["x"]', '})']],
    [
      'no beginning of a template',
      { a: '${x} %{y} $x %% $${z} {w}', b: '"\\' },
      ['a = "$${x} %%{y} $x %% $$${z} {w}"', 'b = "\\"\\\\"'],
    ],
  ])('has %s', (_, attributes, lines) => {
    expect(hclAttributes(attributes)).toEqual(lines);
  });

  it.each(['\u007f', 'a\nb', 'é'])('takes no text that is not printable ASCII: %j', (text) => {
    expect(() => hclAttributes({ a: text })).toThrow('a text for Terraform is not printable ASCII');
    expect(() => hclAttributes({ [text]: 1 })).toThrow('a text for Terraform is not printable ASCII');
  });
});

describe('a comment', () => {
  const words = (count: number, length: number) => Array.from({ length: count }, () => 'w'.repeat(length)).join(' ');
  it.each<[string, readonly string[], readonly string[]]>([
    ['of one line', ['a b'], ['# a b']],
    ['of an empty paragraph', ['a', '', 'b'], ['# a', '#', '# b']],
    ['that just fits', [words(2, 57)], [`# ${words(2, 57)}`]],
    ['that fits to the letter', [`${words(2, 57)}w`], [`# ${words(2, 57)}w`]],
    ['that is one letter too long', [`${words(2, 57)}ww`], [`# ${words(1, 57)}`, `# ${words(1, 59)}`]],
    ['of a word that fits nowhere', [`${'w'.repeat(200)} a`], [`# ${'w'.repeat(200)}`, '# a']],
    ['of many words', [words(60, 3)], [`# ${words(29, 3)}`, `# ${words(29, 3)}`, `# ${words(2, 3)}`]],
  ])('is broken between words: one %s', (_, paragraphs, lines) => {
    expect(commentLines(paragraphs)).toEqual(lines);
  });
});

describe('an instant', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1_999, '1970-01-01T00:00:01Z'],
    [Date.UTC(9999, 11, 31, 23, 59, 59, 999), '9999-12-31T23:59:59Z'],
  ])('of %d ms is in whole seconds: %s', (epochMs, text) => {
    expect(instantOf(epochMs)).toBe(text);
  });

  it.each([Date.UTC(10_000, 0), -1e14])('of %d ms is none', (epochMs) => {
    expect(() => instantOf(epochMs)).toThrow(`not an instant of a year of four digits: ${epochMs}`);
  });

  it.each(['2026-01-31T12:00:00Z'])('%s is one, and nothing around it', (text) => {
    expect([text, ` ${text}`, `${text} `, `1${text}`, text.slice(0, -1)].map((each) => INSTANT.test(each))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the commands that cut off sessions', () => {
  it('are one for each role, none of which waits for another', () => {
    const text = renderRevocation(['a', "b'c"], '2026-01-31T12:00:00Z');
    expect(text.match(/aws iam put-role-policy/g)).toHaveLength(2);
    expect(text).toContain("--role-name 'a'");
    expect(text).toContain("--role-name 'b'\\''c'");
    expect(text.match(/--policy-name 'revoke-older-sessions'/g)).toHaveLength(2);
    expect(text).not.toContain('&&');
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('"aws:TokenIssueTime": "2026-01-31T12:00:00Z"');
    expect(text).toBe(['a', "b'c"].map((name) => renderRevocation([name], '2026-01-31T12:00:00Z')).join(''));
    expect(renderRevocation([], '2026-01-31T12:00:00Z')).toBe('');
  });
});

describe('the name of a stack', () => {
  it.each([
    ['acme-logs', 'acme-logs'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['9a', 'credential-broker'],
    ['a_b', 'credential-broker'],
    ['a.b', 'credential-broker'],
  ])('of the role %s is %s', (roleName, stackName) => {
    expect(stackNameOf({ roleName })).toBe(stackName);
  });
});
