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
  ])('of %s is %s', (callerArn, principal) => {
    expect(principalOf(callerArn)).toBe(principal);
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
});
