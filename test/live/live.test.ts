import { describe, expect, it } from 'vitest';
import { allChecks } from './all-checks.ts';
import { busStatements } from './aws-stack/make-bus.ts';
import type { Ground } from './ground.ts';
import type { LiveCheck } from './live-check.ts';
import { readLiveOptions } from './live-options.ts';
import { createRemovals } from './removals.ts';
import { renderChecks } from './render-checks.ts';
import { isGood, runChecks } from './run-checks.ts';

const aCheck: LiveCheck = {
  name: 'a-check',
  question: 'Is it so?',
  documents: 'Silent.',
  asked: 'Once.',
  expected: 'allowed',
  means: 'Otherwise not.',
  ask: async () => 'allowed',
};

/** No ground is asked by the checks of these tests: they answer by themselves. */
function groundOf(where: Ground['where']): Ground {
  const nobody = {
    accountId: '000000000000',
    administrator: { region: 'eu-west-1', credentials: async () => NO_KEYS },
  };
  const connection = { region: 'eu-west-1', credentials: NO_KEYS };
  return {
    where,
    region: 'eu-west-1',
    otherRegion: 'us-east-1',
    suffix: 'none',
    accounts: { broker: nobody, tenant: nobody },
    tableName: '',
    bus: { name: '', source: '', owner: connection, other: connection, queueUrl: '', arrives: async () => false },
    archive: { writer: connection, bucket: '', keyId: '' },
    recordOf: async () => undefined,
    removals: createRemovals(async () => undefined),
    nowMs: () => 0,
    pass: async () => undefined,
  };
}
const NO_KEYS = { accessKeyId: '', secretAccessKey: '' };

const run = (check: Partial<LiveCheck>, where: Ground['where'] = 'aws') =>
  runChecks([{ ...aCheck, ...check }], groundOf(where), { report: () => undefined, isStopped: () => false });

describe('a check', () => {
  it.each([
    { title: 'the expected answer', check: {}, verdict: 'as expected', good: true },
    { title: 'another answer', check: { ask: async () => 'denied' }, verdict: 'differs', good: false },
    { title: 'an error', check: { ask: () => Promise.reject(new Error('no')) }, verdict: 'broke', good: false },
    { title: 'a question of AWS alone, there', check: { needsAws: 'because' }, verdict: 'as expected', good: true },
  ])('of $title is $verdict', async ({ check, verdict, good }) => {
    const all = await run(check);
    expect(all.map((one) => one.verdict)).toEqual([verdict]);
    expect(isGood(all)).toBe(good);
  });

  it('of AWS alone is not asked of the embedded stack', async () => {
    const ask = () => Promise.reject(new Error('was asked'));
    expect(await run({ needsAws: 'it has none', ask }, 'embedded')).toMatchObject([
      { verdict: 'needs AWS', answer: 'it has none' },
    ]);
  });

  it('that nobody waits for any more is not asked', async () => {
    const ask = () => Promise.reject(new Error('was asked'));
    const stopped = { report: () => undefined, isStopped: () => true };
    expect(await runChecks([{ ...aCheck, ask }], groundOf('aws'), stopped)).toEqual([]);
  });

  it('that differs is told with its question and with what it means', async () => {
    const text = renderChecks(await run({ ask: async () => 'denied' }), false);
    for (const part of ['differs', aCheck.question, aCheck.means, 'answered   denied']) expect(text).toContain(part);
  });
});

describe('the table of checks', () => {
  it('names each once, and says of each everything', () => {
    const names = allChecks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { ask: _, needsAws: __, ...texts } of allChecks) {
      expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
    }
  });
});

describe('what was made', () => {
  it('is removed in the reverse order, and what stays is told with why', async () => {
    const removed: string[] = [];
    const removals = createRemovals(async () => undefined);
    removals.add('a role', async () => removed.push('role'));
    removals.add('a bucket', () => Promise.reject(new Error('not empty')));
    removals.add('a policy', async () => removed.push('policy'));
    expect(await removals.run()).toEqual(['a bucket: Error not empty']);
    expect(removed).toEqual(['policy', 'role']);
    expect(await removals.run()).toEqual([]);
  });

  it('is tried again, because it may still be in use', async () => {
    let tries = 0;
    const removals = createRemovals(async () => undefined);
    removals.add('a queue', async () => {
      tries += 1;
      if (tries < 3) throw new Error('in use');
    });
    expect(await removals.run()).toEqual([]);
  });
});

describe('the bus of the checks', () => {
  it('has the Deny that config writes, for its own source and owner', () => {
    const busArn = 'arn:aws:events:eu-west-1:111111111111:event-bus/x';
    expect(busStatements({ accountId: '111111111111', region: 'eu-west-1', busArn }, 'owner')).toEqual([
      {
        Sid: expect.stringMatching(/^deny-[0-9a-f]+$/),
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: busArn,
        Condition: {
          'ForAnyValue:StringEquals': { 'events:source': ['com.example.live-bound'] },
          ArnNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111111111111:role/owner'] },
        },
      },
    ]);
  });
});

describe('the command line', () => {
  it.each([
    { args: ['--dry-run'], command: { kind: 'dry-run', only: [] } },
    { args: ['--dry-run', '--only', 'time-fence'], command: { kind: 'dry-run', only: ['time-fence'] } },
    {
      args: ['--broker-profile', 'a', '--tenant-profile', 'b', '--region', 'eu-west-1'],
      command: { kind: 'aws', brokerProfile: 'a', tenantProfile: 'b', region: 'eu-west-1' },
    },
    { args: [], command: { kind: 'wrong' } },
    { args: ['--broker-profile', 'a', '--region', 'eu-west-1'], command: { kind: 'wrong' } },
    { args: ['--dry-run', '--broker-profile', 'a'], command: { kind: 'wrong' } },
    { args: ['--dry-run', '--only', 'no-such-check'], command: { kind: 'wrong' } },
    { args: ['--tenant'], command: { kind: 'wrong' } },
  ])('$args', ({ args, command }) => {
    expect(readLiveOptions(args)).toMatchObject(command);
  });
});
