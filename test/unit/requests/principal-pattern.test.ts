import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOfPattern, overlap, PRINCIPAL_PATTERN, principalOf } from '../../../lib/requests/principal-pattern.ts';

const OWN = '111111111111';

describe('PRINCIPAL_PATTERN', () => {
  it.each(['role/x', 'role/x*', 'user/x', 'user/team/x', 'user/team/x-*', 'arn:aws:iam::222222222222:role/x*'])(
    'takes %s',
    (pattern) => {
      expect(PRINCIPAL_PATTERN.test(pattern)).toBe(true);
    },
  );
  it.each([
    '*',
    'role/*',
    'user/*',
    'user/team/*',
    'role/a*b',
    'role/**',
    'role/team/x',
    'group/x',
    'arn:aws:iam::222222222222:root',
    'arn:aws:iam::*:role/x',
    'arn:aws:sts::222222222222:assumed-role/x/y',
    'arn:aws-iso:iam::222222222222:role/x',
    'role/x\n',
    ' role/x',
  ])('refuses %j', (pattern) => {
    expect(PRINCIPAL_PATTERN.test(pattern)).toBe(false);
  });
});

describe('principalOf', () => {
  it.each([
    ['arn:aws:sts::111111111111:assumed-role/support/jane@example.com', 'arn:aws:iam::111111111111:role/support'],
    ['arn:aws-cn:sts::111111111111:assumed-role/support/x1', 'arn:aws-cn:iam::111111111111:role/support'],
    ['arn:aws:iam::111111111111:user/team/jane', 'arn:aws:iam::111111111111:user/team/jane'],
    ['arn:aws:iam::111111111111:root', 'arn:aws:iam::111111111111:root'],
    ['arn:aws:sts::111111111111:federated-user/jane', 'arn:aws:sts::111111111111:federated-user/jane'],
    ['arn:aws:sts::111111111111:assumed-role/a/b/c', 'arn:aws:sts::111111111111:assumed-role/a/b/c'],
    ['', ''],
    [' arn:aws:sts::111111111111:assumed-role/a/b', ' arn:aws:sts::111111111111:assumed-role/a/b'],
    ['arn:aws:sts::111111111111:assumed-role/a/b ', 'arn:aws:sts::111111111111:assumed-role/a/b '],
  ])('of %s is %s', (callerArn, principal) => {
    expect(principalOf(callerArn)).toBe(principal);
  });
});

describe('isOfPattern', () => {
  const is = (principalArn: string, pattern: string, account = OWN) =>
    isOfPattern({ principalArn, account }, { pattern, brokerAccountId: OWN });

  it.each([
    ['arn:aws:iam::111111111111:role/x', 'role/x'],
    ['arn:aws:iam::111111111111:role/xy', 'role/x*'],
    ['arn:aws-cn:iam::111111111111:role/x', 'role/x'],
    ['arn:aws-us-gov:iam::111111111111:user/team/x', 'user/team/x'],
    ['arn:aws:iam::111111111111:role/xy', 'arn:aws:iam::111111111111:role/x*'],
  ])('%s is one of %s', (principalArn, pattern) => {
    expect(is(principalArn, pattern)).toBe(true);
  });

  it.each([
    ['a name that goes on', 'arn:aws:iam::111111111111:role/xy', 'role/x'],
    ['a name after something', 'arn:aws:iam::111111111111:role/ax', 'role/x'],
    ['another kind', 'arn:aws:iam::111111111111:user/x', 'role/x'],
    ['a part of a path', 'arn:aws:iam::111111111111:user/team/x', 'user/t*'],
    ['another partition', 'arn:aws-cn:iam::111111111111:role/x', 'arn:aws:iam::111111111111:role/x'],
    ['another account than the pattern', 'arn:aws:iam::111111111111:role/x', 'arn:aws:iam::222222222222:role/x'],
    ['a name with a space', 'arn:aws:iam::111111111111:role/x y', 'role/x*'],
    ['an ARN after something', ' arn:aws:iam::111111111111:role/x', 'role/x'],
    ['the root of the account', 'arn:aws:iam::111111111111:root', 'root'],
    ['any role, by what is no pattern', 'arn:aws:iam::111111111111:role/x', 'role/*'],
    ['any principal, by what is no pattern', 'arn:aws:iam::111111111111:role/x', 'arn:aws:iam::111111111111:*'],
    ['a group', 'arn:aws:iam::111111111111:group/x', 'group/x'],
    ['nothing', '', ''],
  ])('%s is none', (_, principalArn, pattern) => {
    expect(is(principalArn, pattern)).toBe(false);
  });

  it('is none where the ARN is of another account than the one that was said', () => {
    expect(is('arn:aws:iam::222222222222:role/x', 'arn:aws:iam::222222222222:role/x')).toBe(false);
    expect(is('arn:aws:iam::222222222222:role/x', 'arn:aws:iam::222222222222:role/x', '222222222222')).toBe(true);
  });
});

describe('overlap', () => {
  const name = fc.stringMatching(/^[ab/]{1,4}$/).filter((text) => !/^\/|\/$|\/\//.test(text));
  const pattern = fc
    .tuple(fc.constantFrom('role', 'user'), name, fc.constantFrom('', '*'))
    .map(([kind, text, star]) => `${kind}/${text}${star}`)
    .filter((text) => PRINCIPAL_PATTERN.test(text));

  it('is said of two patterns exactly where one principal is of both', () => {
    const letters = ['a', 'b', '/'];
    const names = [1, 2, 3, 4, 5].reduce<string[][]>(
      (lengths) => [...lengths, (lengths.at(-1) ?? ['']).flatMap((text) => letters.map((letter) => text + letter))],
      [['']],
    );
    const principals = names
      .flat()
      .flatMap((text) => ['role', 'user'].map((kind) => `arn:aws:iam::${OWN}:${kind}/${text}`));
    fc.assert(
      fc.property(pattern, pattern, (left, right) => {
        const isOf = (principalArn: string, one: string) =>
          isOfPattern({ principalArn, account: OWN }, { pattern: one, brokerAccountId: OWN });
        const shared = principals.some((principal) => isOf(principal, left) && isOf(principal, right));
        expect(overlap(left, right)).toBe(shared);
        expect(overlap(right, left)).toBe(shared);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['role/a*', 'role/ab*', true],
    ['role/a*', 'role/a*', true],
    ['role/ab*', 'role/ac*', false],
    ['user/a*', 'user/a/b*', false],
    ['user/a/b', 'user/a/b', true],
    ['role/a', 'role/a*', true],
    ['role/a', 'role/ab*', false],
  ])('of %s and %s is %s', (left, right, shared) => {
    expect(overlap(left, right)).toBe(shared);
    expect(overlap(right, left)).toBe(shared);
  });
});
