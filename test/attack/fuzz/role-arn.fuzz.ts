import fc from 'fast-check';
import { readRoleArn, roleArn } from '../../../lib/tenants/role-arn.ts';
import { roleArnRules as rules } from '../../support/a-tenant.ts';
import { badRoleArns } from '../../unit/tenants/role-arn.cases.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearTo } from './mutated-text.ts';

/** What the rules of the tests take, as one pattern. Source of the letters and lengths: IAM User Guide, quotas. */
const TAKEN = /^arn:aws:iam::(\d{12}):role\/credential-broker\/[A-Za-z0-9_+=,.@-]{1,64}$/;
const IN = 'arn:aws:iam::222222222222:role/credential-broker/';
const part = fc.constantFrom(
  'arn',
  'aws',
  'aws-cn',
  'iam',
  'sts',
  '',
  '222222222222',
  '111111111111',
  'role/credential-broker/a',
  'role/a',
  '*',
  'root',
);
const named = fc
  .string({ unit: fc.constantFrom(...'aZ09_+=,.@-/*?:$ \u0430\n'), maxLength: 70 })
  .map((name) => IN + name);

/** The accepted set is the specification's, to the letter; what is accepted says what its parts say. */
export const roleArnFuzz = fuzzTarget<string>({
  name: 'role-arn',
  claim: 'a role ARN is taken exactly where the pattern takes it, and is what its parts say',
  outcomes: ['taken', 'refused'],
  input: fc.oneof(
    { weight: 4, arbitrary: nearTo([`${IN}scanner`, ...badRoleArns.map(([text]) => text)]) },
    { weight: 3, arbitrary: named },
    { weight: 2, arbitrary: nearTo([`${IN}scanner`, `${IN}${'n'.repeat(64)}`]) },
    { weight: 1, arbitrary: fc.array(part, { maxLength: 8 }).map((parts) => parts.join(':')) },
  ),
  check(text) {
    const reading = readRoleArn(text, rules);
    const [, accountId = ''] = TAKEN.exec(text) ?? [];
    const expected = accountId !== '' && !rules.forbiddenAccountIds.includes(accountId);
    claim(reading.valid === expected, reading.valid ? 'taken' : `refused: ${reading.problem}`);
    if (!reading.valid) return 'refused';
    claim(roleArn(reading.parts) === text, 'it is not what its parts say');
    return 'taken';
  },
});
