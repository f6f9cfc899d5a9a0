import { describe, expect, it } from 'vitest';
import { trustTemplate } from '../../../../lib/onboarding/templates/trust-template.ts';
import { evaluateIdentityPolicies } from '../../../../local/iam/evaluate-policy.ts';
import { parsePolicyDocument } from '../../../../local/iam/policy-document.ts';
import { requestContext } from '../../../../local/iam/request-context.ts';
import { aFullTemplate, anInput, aTemplate, BROKER_ACCOUNT } from './a-template.ts';

const tenantRoles = { path: '/vendor/', namePattern: 'vendor-*' };
const deployment = { deploymentId: 'prod1', mode: 'shared', partition: 'aws', tenantRoles } as const;

describe('the template of a customer’s role', () => {
  it('names a role that the broker may assume, for an hour at most', () => {
    expect(aTemplate()).toMatchObject({
      roleName: 'credential-broker',
      path: '/credential-broker/',
      maxSessionDurationSeconds: 3_600,
      description: `Assumed by the credential broker of account ${BROKER_ACCOUNT} for its jobs, in short sessions`,
    });
    expect(aTemplate({ deployment, roleName: 'vendor-logs' })).toMatchObject({
      path: '/vendor/',
      roleName: 'vendor-logs',
    });
  });

  it.each(['*', '', 'a/b', 'a b', "a'b", 'a\n', '../x', 'x'.repeat(65), '${x}'])('refuses the name %j', (roleName) => {
    expect(trustTemplate(anInput({ roleName }))).toMatchObject({ built: false, reason: 'account.roleArnInvalid' });
  });

  it('refuses a name outside of what the deployment may assume, its own default as well', () => {
    const reading = trustTemplate(anInput({ deployment }));
    expect(reading).toMatchObject({ built: false, explanation: 'its name does not fit vendor-*' });
  });

  it('is the same in whatever order the jobs are named', () => {
    const jobNames = ['scan-account', 'process-logs'];
    const settings = { 'process-logs': { bucket: 'logs', prefix: 'a/' } };
    const template = trustTemplate(anInput({ jobNames, settings }));
    expect(template.built).toBe(true);
    expect(trustTemplate(anInput({ jobNames: [...jobNames].reverse(), settings }))).toEqual(template);
  });

  it('is not made without jobs', () => {
    expect(trustTemplate(anInput({ jobNames: [] }))).toMatchObject({ built: false, reason: 'job.notEnabled' });
  });

  it('has an external ID in a shared deployment, always, and in a dedicated one, never', () => {
    const dedicated = { ...anInput().deployment, mode: 'dedicated' } as const;
    expect(() => trustTemplate(anInput({ externalIds: undefined }))).toThrow('needs an external ID');
    expect(() => trustTemplate(anInput({ deployment: dedicated }))).toThrow('has no external ID');
    expect(trustTemplate(anInput({ deployment: dedicated, externalIds: undefined }))).toMatchObject({ built: true });
  });

  it('has no revocation unless the customer wants one', () => {
    expect(aTemplate()).not.toHaveProperty('revocationPolicy');
    expect(() => aTemplate({ revokeBeforeMs: Number.NaN })).toThrow(RangeError);
    expect(() => aTemplate({ revokeBeforeMs: 8.64e15 })).toThrow(RangeError);
  });

  it.each([
    ['2026-01-31T11:59:59Z', 'denied'],
    ['2026-01-31T12:00:00Z', 'allowed'],
  ])('lets a session issued at %s be %s', (issued, verdict) => {
    const { permissionsPolicy, revocationPolicy = permissionsPolicy } = aFullTemplate();
    const policies = [permissionsPolicy, revocationPolicy].map((policy) => parsePolicyDocument(policy, 'identity'));
    const context = requestContext({ 'aws:TokenIssueTime': issued });
    expect(evaluateIdentityPolicies(policies, { action: 's3:ListAllMyBuckets', resource: '*', context })).toBe(verdict);
  });
});
