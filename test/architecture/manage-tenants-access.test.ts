import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
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
let operatorsPolicy: PolicyDocument;
beforeAll(async () => {
  wiring = await readPackagedWiring();
  operatorsPolicy = await readManagedPolicy('OperatorsPolicy');
});

const manager = () => runnerOf(wiring.roles, 'manage-tenants');
const may = (action: string, resource: string, more: Partial<AccessCheck> = {}) =>
  isAllowed({ caller: manager(), action, resource, ...more });
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
const functionArn = (name: string) => `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}`;

describe('manage-tenants uses the tables', () => {
  it.each(['GenerateDataKey', 'Decrypt'])('has their key (%s) through DynamoDB alone', (action) => {
    const tablesKey = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-tables`));
    expect(tablesKey).toBeDefined();
    // A key that leaves it all to IAM: only the role's own policy can say no.
    const delegating: PolicyDocument = {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: `kms:${action}`, Resource: '*' },
      ],
    };
    const asked = (context: AccessCheck['context']) =>
      [tablesKey?.policy ?? delegating, delegating].map((resourcePolicy) =>
        may(`kms:${action}`, tablesKey?.arn ?? '', {
          resourcePolicy,
          resourcePolicyDecides: true,
          ...(context === undefined ? {} : { context }),
        }),
      );
    const via = (service: string) => ({
      'kms:ViaService': `${service}.${region}.amazonaws.com`,
      'kms:CallerAccount': OWN,
    });
    const answers = [via('dynamodb'), via('sqs'), undefined].map(asked);
    expect(answers).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
  });
});

describe('manage-tenants enters no account and opens nothing', () => {
  const trust = (action: string): PolicyDocument => ({
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: action }],
  });
  const elsewhere = { resourceAccountId: TENANT, context: { 'sts:ExternalId': 'cb-local1-x' } };

  it.each(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:GetFederationToken'])('%s', (action) => {
    const asked = { resourcePolicy: trust(action), resourcePolicyDecides: true };
    const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;
    expect(may(action, tenantRole, { ...asked, ...elsewhere })).toBe(false);
    for (const { arn } of wiring.roles) expect(may(action, arn, asked), arn).toBe(false);
  });

  it.each(['Decrypt', 'Encrypt', 'GenerateDataKey', 'CreateGrant', 'ReEncryptFrom'])(
    'kms:%s with the envelopes key',
    (action) => {
      const envelopes = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-envelopes`));
      const keys = ['v', 'tenant', 'account', 'job', 'issuance', 'attempt', 'fence', 'usableUntil'];
      const values = keys.map((name) => [`kms:EncryptionContext:${name}`, name === 'job' ? 'scan-account' : 'x']);
      expect(envelopes).toBeDefined();
      for (const more of [{}, { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` }]) {
        const asked = {
          ...(envelopes === undefined ? {} : { resourcePolicy: envelopes.policy }),
          resourcePolicyDecides: true,
          context: { ...Object.fromEntries(values), 'kms:EncryptionContextKeys': keys, ...more },
        };
        expect(may(`kms:${action}`, envelopes?.arn ?? '', asked)).toBe(false);
      }
    },
  );

  it.each(['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue'])('sqs:%s of any queue', (action) => {
    const open = wiring.queues.filter(({ arn, policy }) =>
      may(`sqs:${action}`, arn, policy === undefined ? {} : { resourcePolicy: policy }),
    );
    expect(wiring.queues.length).toBeGreaterThan(1);
    expect(open).toEqual([]);
  });

  it.each(['credential-broker', 'com.example.scans'])('events:PutEvents from %s', (source) => {
    const context = { 'events:source': [source], 'events:detail-type': ['RunJob'] };
    const open = wiring.buses.filter(({ arn, policy }) =>
      may('events:PutEvents', arn, { context, ...(policy === undefined ? {} : { resourcePolicy: policy }) }),
    );
    expect(wiring.buses).toHaveLength(1);
    expect(open).toEqual([]);
  });

  it('invokes verify-trust and fan-out-schedule, and no other function', () => {
    const invoked = wiring.functions.filter(({ arn }) => may('lambda:InvokeFunction', arn)).map(({ name }) => name);
    expect(invoked.sort()).toEqual([`${prefix}-fan-out-schedule`, `${prefix}-verify-trust`]);
    for (const { arn } of wiring.functions) {
      for (const action of ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission']) {
        expect(may(`lambda:${action}`, arn), `${action} ${arn}`).toBe(false);
      }
    }
  });
});

describe('an operator', () => {
  const operator = () => anyone(`arn:aws:iam::${OWN}:role/jane`, [operatorsPolicy]);
  const asks = (action: string, context: Record<string, string>, name = 'manage-tenants') =>
    isAllowed({ caller: operator(), action: `lambda:${action}`, resource: functionArn(name), context });
  const authenticated = { 'lambda:FunctionUrlAuthType': 'AWS_IAM' };

  it('calls the function URL: both actions that Lambda asks for', () => {
    expect(asks('InvokeFunctionUrl', authenticated)).toBe(true);
    expect(asks('InvokeFunction', { 'lambda:InvokedViaFunctionUrl': 'true' })).toBe(true);
    expect(asks('GetFunctionUrlConfig', {})).toBe(true);
  });

  /** Whoever could would say in the event who is calling. */
  it('cannot invoke the function directly', () => {
    expect(asks('InvokeFunction', {})).toBe(false);
    expect(asks('InvokeFunction', authenticated)).toBe(false);
    expect(asks('InvokeFunction', { 'lambda:InvokedViaFunctionUrl': 'false' })).toBe(false);
    expect(asks('InvokeAsync', {})).toBe(false);
  });

  it('cannot call a function URL that does not ask who is calling', () => {
    expect(asks('InvokeFunctionUrl', {})).toBe(false);
    expect(asks('InvokeFunctionUrl', { 'lambda:FunctionUrlAuthType': 'NONE' })).toBe(false);
  });

  it('reaches no other function, table or role', () => {
    const others = wiring.functions.map(({ name }) => name.slice(prefix.length + 1));
    for (const name of others.filter((other) => other !== 'manage-tenants')) {
      expect(asks('InvokeFunctionUrl', authenticated, name), name).toBe(false);
      expect(asks('InvokeFunction', { 'lambda:InvokedViaFunctionUrl': 'true' }, name), name).toBe(false);
    }
    const everywhere: readonly (readonly [string, string])[] = [
      ...['GetItem', 'PutItem', 'Query'].map((action) => [`dynamodb:${action}`, table('tenants')] as const),
      ...wiring.roles.map(({ arn }) => ['sts:AssumeRole', arn] as const),
      ...wiring.roles.map(({ arn }) => ['iam:PassRole', arn] as const),
    ];
    for (const [action, resource] of everywhere) {
      expect(isAllowed({ caller: operator(), action, resource }), `${action} ${resource}`).toBe(false);
    }
  });

  it('is asked for: the function has a URL, and it wants to know who is calling', () => {
    const urls = wiring.functions.filter(({ name }) => name === `${prefix}-manage-tenants`);
    expect(urls.map(({ urlAuthType }) => urlAuthType)).toEqual(['AWS_IAM']);
  });
});
