import { describe, expect, it } from 'vitest';
import { equalityOperand, expressionNames } from '../../../../local/dynamodb/expression-names.ts';

const names = { '#s': 'state', '#t': 'ticket', '#0': 'zero' };

describe('the attributes of an expression', () => {
  it.each([
    ['', []],
    ['state, ticket', ['state', 'ticket']],
    ['#s, #t.wrapped, trail[0].at', ['state', 'ticket', 'trail']],
    ['#s.#t', ['state']],
    ['#s . #t', ['state']],
    ['SET #s = :claimed, claim = :claim REMOVE #t', ['state', 'claim', 'ticket']],
    ['set a = b + :c, d = if_not_exists(e, :f) add g :h delete i :j', ['a', 'b', 'd', 'e', 'g', 'i']],
    ['SET l = list_append(l, :v), m[3] = :w', ['l', 'l', 'm']],
    ['attribute_exists(#t) AND (#s = :issued OR NOT contains (x, :v))', ['ticket', 'state', 'x']],
    ['a BETWEEN :x AND :y and b IN (:z, c) and size(d) > :n', ['a', 'b', 'c', 'd']],
    ['#0<>:v', ['zero']],
    ['a<b', ['a', 'b']],
  ])('of "%s" are %o', (expression, expected) => {
    expect(expressionNames(expression, names)).toEqual(expected);
  });

  it.each(['a = "x"', '#unknown = :v', '#toString = :v', 'a = ;', '   '])(
    'refuses "%s", which it cannot read',
    (expression) => {
      expect(() => expressionNames(expression, names)).toThrow(
        expect.objectContaining({ code: 'ValidationException' }),
      );
    },
  );
});

describe('the operand of a key', () => {
  it.each([
    ['recordId = :id', ':id'],
    ['(#r = :id) AND begins_with(at, :x)', ':id'],
    ['at > :x AND :id = recordId', ':id'],
    ['recordId > :id', undefined],
    ['at = :id', undefined],
    ['recordId = at', undefined],
  ])('of "%s" is %s', (expression, operand) => {
    expect(equalityOperand(expression, 'recordId', { '#r': 'recordId' })).toBe(operand);
  });
});
