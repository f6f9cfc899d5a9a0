import { describe, expect, it } from 'vitest';
import { attachManagedPolicies } from '../../../../local/accounts/attach-managed-policies.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';

const document: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const auditors = { logicalId: 'AuditorsPolicy', name: 'x-auditors', document };
const jane = 'arn:aws:iam::111111111111:role/jane';

function attached(...wanted: readonly string[]): readonly (readonly [string, PolicyDocument])[] {
  const given: (readonly [string, PolicyDocument])[] = [];
  const keys = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  attachManagedPolicies(
    { principals: [{ profile: 'jane', arn: jane, ...keys, managedPolicies: [...wanted] }] },
    {
      accountsFile: 'accounts.json',
      store: { attachPolicy: (arn, policy) => given.push([arn, policy]) },
      managedPolicies: [auditors],
    },
  );
  return given;
}

describe('the managed policies that the accounts file names', () => {
  it('are attached as the template has them', () => {
    expect(attached('x-auditors')).toEqual([[jane, document]]);
    expect(attached()).toEqual([]);
  });

  it('are refused where the template has none of that name, which could be a slip', () => {
    expect(() => attached('x-auditor')).toThrow(
      'accounts.json cannot be used as accounts file:\n- the principal jane: the template has no managed policy x-auditor; it has x-auditors',
    );
  });
});
