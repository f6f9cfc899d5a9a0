import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRoleArn, roleArn } from '../../../lib/tenants/role-arn.ts';
import { roleArnRules as rules } from '../../support/a-tenant.ts';
import { badRoleArns } from './role-arn.cases.ts';

describe('the ARN of a tenant’s role', () => {
  it.each([
    ['arn:aws:iam::222222222222:role/credential-broker/scanner', 'scanner'],
    ['arn:aws:iam::000000000000:role/credential-broker/a', 'a'],
    [`arn:aws:iam::222222222222:role/credential-broker/${'n'.repeat(64)}`, 'n'.repeat(64)],
    ['arn:aws:iam::222222222222:role/credential-broker/A_z0+=,.@-', 'A_z0+=,.@-'],
    ['arn:aws:iam::222222222222:role/credential-broker/...', '...'],
  ])('is taken apart: %s', (text, name) => {
    const accountId = text.split(':')[4];
    expect(readRoleArn(text, rules)).toEqual({
      valid: true,
      parts: { partition: 'aws', accountId, path: '/credential-broker/', name },
    });
  });

  it('has at least 60 bad forms to hold against', () => {
    expect(new Set(badRoleArns.map(([text]) => text)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(badRoleArns)('is refused: %j (%s)', (text, problem) => {
    const reading = readRoleArn(text, rules);
    expect(reading).toEqual({ valid: false, problem: expect.stringContaining(problem) });
  });

  it.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'] as const)(
    'is of the partition that is served: %s',
    (partition) => {
      const text = `arn:${partition}:iam::222222222222:role/credential-broker/scanner`;
      expect(readRoleArn(text, { ...rules, partition })).toMatchObject({ valid: true, parts: { partition } });
      const another = partition === 'aws' ? 'aws-cn' : 'aws';
      expect(readRoleArn(text, { ...rules, partition: another })).toMatchObject({ valid: false });
    },
  );

  it.each([
    ['/', 'Scanner*', 'Scanner', true],
    ['/', 'Scanner*', 'ScannerTwo', true],
    ['/', 'Scanner*', 'scanner', false],
    ['/', 'Scanner*', 'Scan', false],
    ['/', 'Scanner', 'Scanner', true],
    ['/', 'Scanner', 'ScannerTwo', false],
    ['/a/b/', '*', 'x', true],
  ])('is held to the path %s and the name %s: %s is %s', (path, namePattern, name, valid) => {
    const text = `arn:aws:iam::222222222222:role${path}${name}`;
    expect(readRoleArn(text, { ...rules, path, namePattern })).toMatchObject({ valid });
  });

  const anyRules = fc.record({
    partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'),
    forbiddenAccountIds: fc.constant(rules.forbiddenAccountIds),
    path: fc.constantFrom('/', '/credential-broker/', '/a/b/'),
    namePattern: fc.constantFrom('*', 'Scan*'),
  });
  const piece = fc.oneof(
    fc.constantFrom(
      'aws',
      'aws-cn',
      'iam',
      '',
      '222222222222',
      '111111111111',
      'role/',
      'role/credential-broker/Scan',
      '*',
      '..',
      '/',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const arnLike = fc.oneof(
    fc.array(piece, { maxLength: 9 }).map((pieces) => `arn:${pieces.join(':')}`),
    fc
      .tuple(fc.constantFrom('/', '/credential-broker/', '/a/b/'), fc.stringMatching(/^[\w+=,.@/*?-]{0,8}$/))
      .map(([path, name]) => `arn:aws:iam::222222222222:role${path}Scan${name}`),
  );

  it('is, where it is valid, exactly what its parts say, and never what a policy would read as a pattern', () => {
    let valid = 0;
    fc.assert(
      fc.property(arnLike, anyRules, (text, of) => {
        const reading = readRoleArn(text, of);
        if (!reading.valid) return;
        valid += 1;
        expect(roleArn(reading.parts)).toBe(text);
        expect(text).toMatch(/^[A-Za-z0-9_+=,.@:/-]+$/);
        expect(text.split('/')).not.toContain('..');
        expect(of.forbiddenAccountIds).not.toContain(reading.parts.accountId);
        expect([reading.parts.partition, reading.parts.path]).toEqual([of.partition, of.path]);
      }),
      { numRuns: 10_000 },
    );
    expect(valid).toBeGreaterThan(100);
  });

  it('is refused in the time of reading it, however long', () => {
    const began = performance.now();
    for (const letter of ['a', '/', ':', '*']) {
      expect(readRoleArn(`arn:aws:iam::222222222222:role/${letter.repeat(1_000_000)}`, rules).valid).toBe(false);
    }
    expect(performance.now() - began).toBeLessThan(200);
  });
});
