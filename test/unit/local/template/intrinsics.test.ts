import { describe, expect, it } from 'vitest';
import { type ReferenceScope, resolveIntrinsics } from '../../../../local/template/intrinsics.ts';

const scope: ReferenceScope = {
  ref: (name) => (name === 'AWS::NoValue' ? undefined : `ref(${name})`),
  attribute: (logicalId, attribute) => `${attribute} of ${logicalId}`,
};

const resolved: readonly { readonly name: string; readonly value: unknown; readonly expected: unknown }[] = [
  { name: 'plain values', value: { a: [1, 'x', true, null] }, expected: { a: [1, 'x', true, null] } },
  { name: 'Ref', value: { Ref: 'Queue' }, expected: 'ref(Queue)' },
  { name: 'Ref deep inside', value: { a: [{ b: { Ref: 'Queue' } }] }, expected: { a: [{ b: 'ref(Queue)' }] } },
  { name: 'AWS::NoValue in an object', value: { a: 1, b: { Ref: 'AWS::NoValue' } }, expected: { a: 1 } },
  { name: 'AWS::NoValue in a list', value: ['a', { Ref: 'AWS::NoValue' }], expected: ['a'] },
  { name: 'Fn::GetAtt as a list', value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, expected: 'Arn of Queue' },
  { name: 'Fn::GetAtt as text', value: { 'Fn::GetAtt': 'Db.Endpoint.Port' }, expected: 'Endpoint.Port of Db' },
  {
    name: 'Fn::Join of references',
    value: { 'Fn::Join': [':', ['arn', { Ref: 'P' }, { 'Fn::Join': ['/', ['rule', { Ref: 'Bus' }]] }]] },
    expected: 'arn:ref(P):rule/ref(Bus)',
  },
  { name: 'Fn::Sub', value: { 'Fn::Sub': '${A}-${B.Arn}-${!C}' }, expected: 'ref(A)-Arn of B-${C}' },
  { name: 'Fn::Sub with its own', value: { 'Fn::Sub': ['${A}${x}', { x: { Ref: 'B' } }] }, expected: 'ref(A)ref(B)' },
  {
    name: 'Fn::Select of Fn::Split',
    value: { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] },
    expected: 'b',
  },
  {
    name: 'Condition of a statement',
    value: { Condition: { Bool: { k: true } } },
    expected: { Condition: { Bool: { k: true } } },
  },
];

const refused: readonly { readonly name: string; readonly value: unknown; readonly message: RegExp }[] = [
  { name: 'an unknown intrinsic', value: { 'Fn::If': ['C', 1, 2] }, message: /Thing: .*does not know.*Fn::If/ },
  { name: 'an intrinsic named like a built-in', value: { 'Fn::toString': [] }, message: /Fn::toString/ },
  { name: 'a Join of objects', value: { 'Fn::Join': ['', [{ a: 1, b: 2 }]] }, message: /Fn::Join wants text/ },
  { name: 'a Join without a list', value: { 'Fn::Join': ['', 'x'] }, message: /Fn::Join wants a list/ },
  { name: 'a GetAtt without an attribute', value: { 'Fn::GetAtt': 'Queue' }, message: /wants a logical id and an/ },
  { name: 'a Select past the end', value: { 'Fn::Select': [3, ['a']] }, message: /finds no item 3/ },
  { name: 'a Sub of NoValue', value: { 'Fn::Sub': '${AWS::NoValue}' }, message: /Fn::Sub wants text/ },
];

describe('resolveIntrinsics', () => {
  it.each(resolved)('resolves $name', ({ value, expected }) => {
    expect(resolveIntrinsics(value, scope, 'Thing')).toEqual(expected);
  });

  it.each(refused)('refuses $name and names the resource', ({ value, message }) => {
    expect(() => resolveIntrinsics(value, scope, 'Thing')).toThrow(message);
    expect(() => resolveIntrinsics(value, scope, 'Thing')).toThrow('resource Thing');
  });
});
