import { beforeAll, describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  administrator,
  isAllowed,
  OWN,
  prefix,
  readPackagedWiring,
  region,
  runnerOf,
  TENANT,
} from './packaged-access.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const vendor = () => runnerOf(wiring.roles, 'vend-credentials');
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;

describe('vend-credentials assumes a tenant’s role', () => {
  const trust: PolicyDocument = {
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: 'sts:AssumeRole' }],
  };
  const mayAssume = (changes: Partial<AccessCheck> = {}) =>
    isAllowed({
      caller: vendor(),
      action: 'sts:AssumeRole',
      resource: tenantRole,
      resourceAccountId: TENANT,
      resourcePolicy: trust,
      resourcePolicyDecides: true,
      context: { 'sts:ExternalId': 'cb-local1-x' },
      ...changes,
    });

  it('under the name that tenants’ trust policies know', () => {
    expect(vendor().principalArn).toMatch(/:role\/credential-broker-local-vend-credentials$/);
  });

  it('with an external ID, in the home region', () => {
    expect(mayAssume()).toBe(true);
  });

  it.each<[string, Partial<AccessCheck>]>([
    ['without an external ID', { context: {} }],
    ['in another region', { region: 'us-east-1' }],
    ['outside the pattern', { resource: `arn:aws:iam::${TENANT}:role/admin` }],
    ['in our own account', { resource: `arn:aws:iam::${OWN}:role/credential-broker/x`, resourceAccountId: OWN }],
    ['in our own account by ARN', { resource: `arn:aws:iam::${OWN}:role/credential-broker/x` }],
  ])('and never %s', (_, changes) => {
    expect(mayAssume(changes)).toBe(false);
  });
});

describe('what vend-credentials may do', () => {
  const wanted: Readonly<Record<string, readonly string[]>> = {
    tenants: ['GetItem', 'Query'],
    switches: ['BatchGetItem', 'GetItem'],
    limits: ['GetItem', 'PutItem', 'UpdateItem'],
    ledger: ['GetItem', 'PutItem', 'UpdateItem'],
    'ledger/index/due': [],
    'ledger/index/byTenant': [],
    'tenants/index/byStatus': [],
  };
  const actions = ['GetItem', 'Query', 'BatchGetItem', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];

  it.each(Object.entries(wanted))('to %s is just its calls', (name, allowed) => {
    const context = { 'dynamodb:LeadingKeys': ['scan-account.row'], 'dynamodb:Attributes': ['recordId', 'state'] };
    const may = (action: string) =>
      isAllowed({ caller: vendor(), action: `dynamodb:${action}`, resource: table(name), context });
    expect(actions.filter(may).sort()).toEqual(allowed);
  });

  it.each(['claim', 'report', 'ticket'])('never includes writing %s into an issuance', (attribute) => {
    const context = { 'dynamodb:LeadingKeys': ['scan-account.row'], 'dynamodb:Attributes': ['recordId', attribute] };
    for (const action of ['dynamodb:PutItem', 'dynamodb:UpdateItem']) {
      expect(isAllowed({ caller: vendor(), action, resource: table('ledger'), context }), action).toBe(false);
    }
  });

  it.each(['GenerateDataKey', 'Decrypt', 'Encrypt'])('never includes %s with the envelopes key', (action) => {
    const wired = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-envelopes`));
    const keys = ['v', 'tenant', 'account', 'job', 'issuance', 'attempt', 'fence', 'usableUntil'];
    const values = keys.map((name) => [`kms:EncryptionContext:${name}`, name === 'job' ? 'scan-account' : 'x']);
    const asked = {
      caller: vendor(),
      action: `kms:${action}`,
      resource: wired?.arn ?? 'no such key',
      ...(wired === undefined ? {} : { resourcePolicy: wired.policy }),
      resourcePolicyDecides: true,
      context: { ...Object.fromEntries(values), 'kms:EncryptionContextKeys': keys },
    };
    expect(wired).toBeDefined();
    expect(isAllowed(asked)).toBe(false);
  });

  it('never includes a queue, a job or the bus', () => {
    const queue = (name: string) => `arn:aws:sqs:${region}:${OWN}:${prefix}-${name}`;
    const wired = wiring.queues.find(({ name }) => name === `${prefix}-requests`);
    const policy = wired?.policy === undefined ? {} : { resourcePolicy: wired.policy };
    for (const action of ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage']) {
      expect(isAllowed({ caller: vendor(), action, resource: queue('requests'), ...policy }), action).toBe(false);
      expect(isAllowed({ caller: vendor(), action, resource: queue('requests-dlq') }), action).toBe(false);
    }
    for (const job of [...jobCatalogue.keys(), 'issue-credentials', 'vend-credentials']) {
      const resource = `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${job}`;
      expect(isAllowed({ caller: vendor(), action: 'lambda:InvokeFunction', resource }), job).toBe(false);
    }
    const bus = `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`;
    expect(isAllowed({ caller: vendor(), action: 'events:PutEvents', resource: bus })).toBe(false);
  });

  it('is not what an administrator of the account could say in its name to a tenant', () => {
    const trust: PolicyDocument = {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${OWN}:root` },
          Action: 'sts:AssumeRole',
          Condition: { ArnEquals: { 'aws:PrincipalArn': vendor().principalArn } },
        },
      ],
    };
    const asked = { action: 'sts:AssumeRole', resource: tenantRole, resourceAccountId: TENANT };
    const answered = (caller: AccessCheck['caller']) =>
      isAllowed({
        ...asked,
        caller,
        resourcePolicy: trust,
        resourcePolicyDecides: true,
        context: { 'sts:ExternalId': 'x', 'aws:PrincipalArn': caller.principalArn },
      });
    expect([answered(vendor()), answered(administrator())]).toEqual([true, false]);
  });
});
