import fc from 'fast-check';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { buildSessionPolicy } from '../../../lib/jobs/session-policy.ts';
import { injections, policyOf } from '../../cases/session-policies.cases.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { matchesWildcard } from './matches-wildcard.ts';
import { nearTo } from './mutated-text.ts';

const FENCE_MS = Date.parse('2031-05-06T07:08:09.999Z');
type Input = { readonly prefixes: readonly unknown[]; readonly bucket: string; readonly begins: boolean };
const text = fc.oneof(
  { weight: 3, arbitrary: nearTo(['logs-acme', 'abc', 'audit.2031', 'b'.repeat(63)]) },
  { weight: 2, arbitrary: nearTo(['*', ...injections]) },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...'ab09.-'), minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);

/** The set of buckets that a policy opens never grows past what the settings say; nothing but that leaf changes. */
export const policyFuzz = fuzzTarget<Input>({
  name: 'policy',
  claim:
    'a session policy is the golden one with its one leaf changed, and opens no bucket that the settings do not name',
  outcomes: ['built, opens it', 'built, does not open it', 'policy.parameterInvalid'],
  input: fc.record({
    prefixes: fc.array(text, { minLength: 1, maxLength: 3 }),
    bucket: fc.string({ unit: fc.constantFrom(...'abc0-.'), minLength: 3, maxLength: 12 }),
    begins: fc.boolean(),
  }),
  check({ prefixes, begins, bucket: rest }) {
    const [named] = prefixes;
    const bucket = begins && typeof named === 'string' ? named + rest : rest;
    const settings = { bucketNamePrefixes: prefixes };
    const policy = buildSessionPolicy({ job: scanAccountJob, settings, fenceMs: FENCE_MS, partition: 'aws' });
    const areNames = prefixes.every(
      (prefix) => typeof prefix === 'string' && /^[a-z0-9][a-z0-9.-]{2,62}$/.test(prefix),
    );
    if (!policy.built) {
      claim(!areNames, 'settings that the job declares were refused');
      for (const prefix of prefixes) {
        if (typeof prefix === 'string' && prefix.length > 12)
          claim(!JSON.stringify(policy.detail).includes(prefix), 'the refusal repeats it');
      }
      return policy.reason;
    }
    claim(areNames, 'settings that are no names were taken');
    const resources = prefixes.map((prefix) => `arn:aws:s3:::${prefix}*`);
    claim(
      policy.json === JSON.stringify(policyOf(resources, '2031-05-06T07:08:09Z')),
      'more than the one leaf changed',
    );
    const arn = `arn:aws:s3:::${bucket}`;
    const opens = JSON.parse(policy.json).Statement[1].Resource.some((pattern: string) =>
      matchesWildcard(pattern, arn),
    );
    claim(opens === prefixes.some((prefix) => bucket.startsWith(String(prefix))), 'it opens what was not named');
    return opens ? 'built, opens it' : 'built, does not open it';
  },
});
