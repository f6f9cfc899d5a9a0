import { describe, expect, it } from 'vitest';
import { nestQueryParameters } from '../../../../local/http/query-input.ts';

const nest = (form: string) => nestQueryParameters(new URLSearchParams(form));

describe('nestQueryParameters', () => {
  it.each([
    ['Action=A&Version=1&RoleArn=x', { RoleArn: 'x' }],
    ['DurationSeconds=900&MaxSessionDuration=3600', { DurationSeconds: 900, MaxSessionDuration: 3600 }],
    ['RoleSessionName=900', { RoleSessionName: '900' }],
    ['Tags.member.1.Key=a&Tags.member.1.Value=', { Tags: [{ Key: 'a', Value: '' }] }],
    ['Tags.member.10.Key=j&Tags.member.2.Key=b', { Tags: [{ Key: 'b' }, { Key: 'j' }] }],
    ['TransitiveTagKeys.member.1=a&TransitiveTagKeys.member.2=b', { TransitiveTagKeys: ['a', 'b'] }],
    ['Tags=&Policy=', { Tags: [], Policy: '' }],
    ['A.B.C=1', { A: { B: { C: '1' } } }],
    ['Policy=%7B%22a%22%3A%22b+c%26%22%7D', { Policy: '{"a":"b c&"}' }],
  ])('nests %s', (form, input) => {
    expect(nest(form)).toEqual(input);
  });

  it.each([
    ['a parameter given twice', 'RoleArn=a&RoleArn=b'],
    ['a list entry given twice', 'Tags.member.1.Key=a&Tags.member.1.Key=b'],
    ['value and structure', 'A=1&A.B=2'],
    ['value and structure, the other way round', 'A.B=2&A=1'],
    ['a list with another member', 'Tags.member.1.Key=a&Tags.Key=b'],
    ['a list that is a value', 'Tags.member=a&Tags.member.1=b'],
    ['entry 0', 'Tags.member.0.Key=a'],
    ['entry 00001', 'Tags.member.00001.Key=a'],
    ['an entry that is no number', 'Tags.member.x.Key=a'],
    ['an empty name', 'A..B=1'],
    ['nine levels', 'A.B.C.D.E.F.G.H.I=1'],
  ])('refuses %s', (_what, form) => {
    expect(() => nest(form)).toThrow(expect.objectContaining({ code: 'MalformedQueryString', statusCode: 400 }));
  });

  it.each(['', '-1', '1.5', '9e3', 'NaN'])('refuses the number %j', (text) => {
    expect(() => nest(`DurationSeconds=${text}`)).toThrow(expect.objectContaining({ code: 'ValidationError' }));
  });

  it('keeps names of the prototype as data', () => {
    const input = nest('__proto__.polluted=yes&constructor.prototype.polluted=yes');
    expect(Object.keys(input)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });
});
