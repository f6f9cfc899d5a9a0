import { describe, expect, it } from 'vitest';
import { isAsTemplate } from './reading.ts';

describe('what is read back', () => {
  it.each<readonly [string, boolean, unknown, unknown]>([
    ['the same', true, { a: [1, 'b', { c: true }] }, { a: [1, 'b', { c: true }] }],
    ['numbers and booleans as text', true, { seconds: 180, on: true }, { seconds: '180', on: 'true' }],
    ['more than was asked for', true, { a: 1 }, { a: 1, version: 'v1' }],
    ['a text for what is computed', true, { Ref: 'Table' }, 'test-ledger'],
    ['nothing for what is computed', false, { 'Fn::GetAtt': ['Key', 'Arn'] }, ''],
    ['another value', false, { Effect: 'Deny' }, { Effect: 'Allow' }],
    ['nothing', false, { Enabled: true }, undefined],
    ['nothing for nothing said', true, {}, {}],
    ['a list with one more', false, ['a'], ['a', 'b']],
    ['a list with one less', false, ['a', 'b'], ['a']],
    ['another order', false, ['a', 'b'], ['b', 'a']],
    ['a text for a list', false, ['a'], 'a'],
  ])('is or is not as the template says: %s', (_, expected, template, actual) => {
    expect(isAsTemplate(template, actual)).toBe(expected);
  });
});
