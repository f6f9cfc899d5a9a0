import { describe, expect, it } from 'vitest';
import { actionPattern, isNamedBy } from '../../../../lib/audit/log-files/action-names.ts';
import { matchesWildcard } from '../../../../lib/audit/log-files/wildcard.ts';

describe('a pattern of actions', () => {
  it.each([
    ['s3:GetObject', 's3:GetObject', true],
    ['S3:getObject', 's3:GetObject', true],
    ['s3:Get*', 's3:GetObject', true],
    ['s3:Get*', 's3:PutObject', false],
    ['*', 'ec2:DescribeInstances', true],
    ['*:Describe*s', 'ec2:DescribeInstances', true],
    ['*:Describe*s', 'ec2:DescribeInstance', false],
    ['s3:*Object', 's3:GetObjectOfObject', true],
    ['s3:?etObject', 's3:GetObject', true],
    ['s3:?GetObject', 's3:GetObject', false],
    ['s3:GetObject?', 's3:GetObject', false],
    ['s3:**', 's3:GetObject', true],
    ['s3.GetObject', 's3:GetObject', false],
    ['s3:(GetObject)+', 's3:GetObject', false],
    ['s3:Get', 's3:GetObject', false],
    ['', 's3:GetObject', false],
    ['s3:ListBucket', 's3:HeadBucket', true],
  ])('%j and the call %s: %s', (pattern, call, isNamed) => {
    expect(isNamedBy([actionPattern(pattern)], call)).toBe(isNamed);
  });

  it('is held against a call in no more steps than the two are long, multiplied', () => {
    let reads = 0;
    const counted = (text: string) =>
      new Proxy(Object(text), {
        get: (target, name) => {
          reads += 1;
          return name === 'length' ? text.length : Reflect.get(target, name);
        },
      });
    const [pattern, text] = [`${'*a'.repeat(40)}b`, 'a'.repeat(400)];
    expect(matchesWildcard(pattern, counted(text))).toBe(false);
    expect(reads).toBeLessThan(4 * pattern.length * text.length);
  });
});
