import { beforeAll, describe, expect, it } from 'vitest';
import { AUDITED_ATTRIBUTES } from '../../lib/audit/questions/ledger-attributes.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  administrator,
  anyone,
  isAllowed,
  OWN,
  prefix,
  readManagedPolicy,
  readPackagedWiring,
  region,
  runnerOf,
  TENANT,
} from './packaged-access.ts';

let wiring: Wiring;
let auditors: PolicyDocument;
beforeAll(async () => {
  wiring = await readPackagedWiring();
  auditors = await readManagedPolicy('AuditorsPolicy');
});

const answering = () => runnerOf(wiring.roles, 'answer-audit-query');
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];

function may(action: string, name: string, context: Readonly<Record<string, string | readonly string[]>>): boolean {
  const specific = { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' };
  const asked = { action: `dynamodb:${action}`, resource: table(name), context: { ...specific, ...context } };
  return isAllowed({ caller: answering(), ...asked });
}

describe('what answer-audit-query may read', () => {
  const ledger = (attributes: readonly string[], select = 'SPECIFIC_ATTRIBUTES') =>
    may('BatchGetItem', 'ledger', { 'dynamodb:Attributes': attributes, 'dynamodb:Select': select });

  it('is every attribute of a record but its ticket', () => {
    expect(ledger(AUDITED_ATTRIBUTES)).toBe(true);
    expect(AUDITED_ATTRIBUTES).not.toContain('ticket');
    expect(AUDITED_ATTRIBUTES.length).toBeGreaterThan(50);
    expect(ledger(['recordId', 'ticket'])).toBe(false);
  });

  it('is never a whole record, which would have its ticket', () => {
    expect(ledger(['recordId'], 'ALL_ATTRIBUTES')).toBe(false);
    expect(may('BatchGetItem', 'ledger', {})).toBe(false);
    expect(ledger([])).toBe(false);
  });

  it.each(['byTenant', 'byAccount', 'byDay', 'byException', 'byAccessKey', 'byStsRequest', 'due'])(
    'is what never changes in the index %s',
    (index) => {
      const query = (attributes: readonly string[], select = 'SPECIFIC_ATTRIBUTES') =>
        may('Query', `ledger/index/${index}`, { 'dynamodb:Attributes': attributes, 'dynamodb:Select': select });
      expect(query(['recordId', 'recordedAtMs', 'tenantId', 'job'])).toBe(true);
      expect(query(['recordId', 'ticket'])).toBe(false);
      expect(query(['recordId'], 'ALL_PROJECTED_ATTRIBUTES')).toBe(false);
      expect(may('Scan', `ledger/index/${index}`, { 'dynamodb:Attributes': ['recordId'] })).toBe(false);
    },
  );

  it('is the settings of a tenant and no external ID', () => {
    const tenant = (...attributes: string[]) => may('GetItem', 'tenants', { 'dynamodb:Attributes': attributes });
    expect(tenant('tenantId', 'record', 'settings')).toBe(true);
    for (const name of ['externalIds', 'legacyAccessKeyIds', 'notes', 'externalIdSha256']) {
      expect(tenant('tenantId', 'record', name), name).toBe(false);
    }
    expect(may('GetItem', 'tenants', { 'dynamodb:Select': 'ALL_ATTRIBUTES' })).toBe(false);
    expect(may('Query', 'tenants', { 'dynamodb:Attributes': ['tenantId', 'settings'] })).toBe(false);
  });

  it('is one row of the limits: how far CloudTrail was held against the ledger', () => {
    const attributes = { 'dynamodb:Attributes': ['counter', 'correlatedUpToMs'] };
    expect(may('GetItem', 'limits', { ...attributes, 'dynamodb:LeadingKeys': ['correlation'] })).toBe(true);
    expect(may('GetItem', 'limits', { ...attributes, 'dynamodb:LeadingKeys': ['breaker#sts'] })).toBe(false);
    expect(may('GetItem', 'limits', attributes)).toBe(false);
  });

  it('is no switch', () => {
    for (const action of READS) expect(may(action, 'switches', { 'dynamodb:Attributes': ['switchId'] })).toBe(false);
  });
});

describe('what answer-audit-query may do', () => {
  it('is to write nothing', () => {
    for (const name of ['ledger', 'tenants', 'limits', 'switches']) {
      const context = { 'dynamodb:Attributes': ['recordId'], 'dynamodb:LeadingKeys': ['correlation'] };
      for (const action of WRITES) expect(may(action, name, context), `${action} ${name}`).toBe(false);
    }
  });

  const withKey = (caller: Parameters<typeof isAllowed>[0]['caller'], action: string, alias: string, context = {}) => {
    const key = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-${alias}`));
    if (key === undefined) throw new Error(`there is no key ${alias}`);
    const signing = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST', ...context };
    const resource = { resource: key.arn, resourcePolicy: key.policy, resourcePolicyDecides: true };
    return isAllowed({ caller, action: `kms:${action}`, ...resource, context: signing });
  };

  it('is to sign digests of receipts, and nothing with the archive’s key', () => {
    expect(withKey(answering(), 'Sign', 'receipts')).toBe(true);
    expect(withKey(answering(), 'Sign', 'receipts', { 'kms:MessageType': 'RAW' })).toBe(false);
    expect(withKey(answering(), 'Sign', 'digests')).toBe(false);
    expect(withKey(administrator(), 'Sign', 'receipts')).toBe(false);
    for (const alias of ['receipts', 'digests']) expect(withKey(answering(), 'GetPublicKey', alias)).toBe(true);
  });

  it.each(['Decrypt', 'GenerateDataKey', 'CreateGrant'])('is not to %s with the key of envelopes', (action) => {
    expect(withKey(answering(), action, 'envelopes', { 'kms:EncryptionContext:job': 'scan-account' })).toBe(false);
  });

  it('is no role, no function, no bucket and no bus', () => {
    const caller = answering();
    const role = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;
    expect(isAllowed({ caller, action: 'sts:AssumeRole', resource: role })).toBe(false);
    for (const name of [...jobCatalogue.keys(), 'issue-credentials']) {
      const resource = `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}`;
      expect(isAllowed({ caller, action: 'lambda:InvokeFunction', resource }), name).toBe(false);
    }
    const bucket = `arn:aws:s3:::${prefix}-archive-${OWN}`;
    expect(isAllowed({ caller, action: 's3:GetObject', resource: `${bucket}/changes/x` })).toBe(false);
    const bus = `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`;
    expect(isAllowed({ caller, action: 'events:PutEvents', resource: bus })).toBe(false);
  });
});

describe('what an auditor may do', () => {
  const auditor = () => anyone(`arn:aws:iam::${OWN}:role/auditor`, [auditors]);
  const url = `arn:aws:lambda:${region}:${OWN}:function:${prefix}-answer-audit-query`;
  const bucket = `arn:aws:s3:::${prefix}-archive-${OWN}`;

  it('is to ask through the URL, and in no other way', () => {
    const invoke = { caller: auditor(), action: 'lambda:InvokeFunction', resource: url };
    expect(isAllowed({ ...invoke, context: { 'lambda:InvokedViaFunctionUrl': 'true' } })).toBe(true);
    expect(isAllowed(invoke)).toBe(false);
    expect(isAllowed({ ...invoke, resource: url.replace('answer-audit-query', 'manage-tenants') })).toBe(false);
    const ask = { ...invoke, action: 'lambda:InvokeFunctionUrl' };
    expect(isAllowed({ ...ask, context: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } })).toBe(true);
    expect(isAllowed({ ...ask, context: { 'lambda:FunctionUrlAuthType': 'NONE' } })).toBe(false);
  });

  it('is to read the archive and no table', () => {
    const caller = auditor();
    expect(isAllowed({ caller, action: 's3:ListBucket', resource: bucket })).toBe(true);
    expect(isAllowed({ caller, action: 's3:GetObject', resource: `${bucket}/changes/x` })).toBe(true);
    for (const action of ['PutObject', 'DeleteObject', 'DeleteObjectVersion', 'PutObjectRetention']) {
      expect(isAllowed({ caller, action: `s3:${action}`, resource: `${bucket}/changes/x` }), action).toBe(false);
    }
    for (const action of [...READS, ...WRITES]) {
      expect(isAllowed({ caller, action: `dynamodb:${action}`, resource: table('ledger') }), action).toBe(false);
    }
  });
});
