import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  administrator,
  anyone,
  everything,
  isAllowed,
  OWN,
  prefix,
  readPackagedWiring,
  region,
  runnerOf,
  TENANT,
} from '../architecture/packaged-access.ts';
import { anInput, aTemplate, CURRENT_ID, NEXT_ID } from '../unit/onboarding/templates/a-template.ts';

/** T21: somebody has the credentials of a function of ours, and uses them from wherever they are. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const ROLE = `arn:aws:iam::${TENANT}:role/credential-broker/scanner`;
const assuming = ['issue-credentials', 'vend-credentials', 'verify-trust'];
const ours = assuming.map((name) => `arn:aws:iam::${OWN}:role/${prefix}-${name}`);
/** A customer who trusts everybody of our account: what a thief would wish for. */
const careless: PolicyDocument = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: 'sts:AssumeRole' }],
};
const assume = (functionName: string, changes: Partial<AccessCheck> = {}) =>
  isAllowed({
    caller: runnerOf(wiring.roles, functionName),
    action: 'sts:AssumeRole',
    resource: ROLE,
    resourceAccountId: TENANT,
    resourcePolicy: careless,
    resourcePolicyDecides: true,
    context: { 'sts:ExternalId': CURRENT_ID },
    ...changes,
  });

describe('stolen credentials of a function', () => {
  it.each(['issue-credentials', 'vend-credentials'])('of %s assume nothing without an external ID', (name) => {
    expect(assume(name)).toBe(true);
    expect(assume(name, { context: {} })).toBe(false);
  });

  it.each(assuming)(
    'of %s assume nothing from another region, nothing of ours and nothing beside the pattern',
    (name) => {
      for (const elsewhere of ['us-east-1', 'eu-central-1', ''])
        expect(assume(name, { region: elsewhere })).toBe(false);
      expect(assume(name, { resource: `arn:aws:iam::${TENANT}:role/OrganizationAccountAccessRole` })).toBe(false);
      expect(assume(name, { resource: `arn:aws:iam::${OWN}:role/credential-broker/x`, resourceAccountId: OWN })).toBe(
        false,
      );
    },
  );

  it('of every other function assume nothing at all', () => {
    const names = wiring.functions
      .map(({ name }) => name.slice(prefix.length + 1))
      .filter((name) => !assuming.includes(name));
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(assume(name), name).toBe(false);
  });

  const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
  const wanted: readonly (readonly [action: string, resource: string])[] = [
    ...['PutItem', 'UpdateItem', 'DeleteItem', 'Scan'].map((one) => [`dynamodb:${one}`, table('tenants')] as const),
    ...['PutItem', 'UpdateItem', 'DeleteItem'].map((one) => [`dynamodb:${one}`, table('switches')] as const),
    ...['DeleteItem', 'Scan', 'BatchWriteItem'].map((one) => [`dynamodb:${one}`, table('ledger')] as const),
    ['iam:PutRolePolicy', '*'],
    ['iam:UpdateAssumeRolePolicy', '*'],
    ['lambda:UpdateFunctionCode', '*'],
    ['logs:DeleteLogGroup', '*'],
    ['cloudtrail:StopLogging', '*'],
  ];

  it.each(['issue-credentials', 'vend-credentials'])(
    'of %s open no envelope, change no tenant, throw no switch and delete nothing',
    (name) => {
      const may = (action: string, resource: string, context: Record<string, string> = {}) =>
        isAllowed({ caller: runnerOf(wiring.roles, name), action, resource, context });
      const envelopes = wiring.keys.find(({ logicalId }) => /envelope/i.test(logicalId));
      expect(envelopes).toBeDefined();
      expect(may('kms:Decrypt', envelopes?.arn ?? '', { 'kms:EncryptionContext:job': 'scan-account' })).toBe(false);
      expect(wanted.filter(([action, resource]) => may(action, resource))).toEqual([]);
    },
  );
});

describe('the role that a customer makes from our template', () => {
  const { trustPolicy } = aTemplate({ assumingRoleArns: ours });
  const document = parsePolicyDocument(trustPolicy, 'trust');
  const opensTo = (principalArn: string, externalId: string | undefined = CURRENT_ID) =>
    isAllowed({
      caller: {
        ...anyone(principalArn, [everything]),
        arn: `${principalArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/s`,
      },
      action: 'sts:AssumeRole',
      resource: ROLE,
      resourceAccountId: TENANT,
      resourcePolicy: document,
      resourcePolicyDecides: true,
      context: externalId === undefined ? {} : { 'sts:ExternalId': externalId },
    });

  it('opens to the broker’s roles by their names, and to nobody else of our account', () => {
    for (const role of ours) expect(opensTo(role), role).toBe(true);
    expect(opensTo(administrator().principalArn)).toBe(false);
    for (const other of [
      `${ours[0]}-2`,
      ours[0]?.slice(0, -1) ?? '',
      `arn:aws:iam::${OWN}:role/x/${prefix}-issue-credentials`,
      ours[0]?.replace(OWN, '999999999999') ?? '',
    ]) {
      expect(opensTo(other), other).toBe(false);
    }
  });

  it('opens to exactly the external ID, and to none that looks like it', () => {
    const [broker = ''] = ours;
    for (const wrong of [
      undefined,
      '',
      '*',
      NEXT_ID,
      CURRENT_ID.toUpperCase(),
      `${CURRENT_ID} `,
      CURRENT_ID.slice(0, -1),
      'cb-prod1-*',
    ]) {
      expect(opensTo(broker, wrong ?? ''), `${wrong}`).toBe(false);
    }
  });

  it('names the external ID by StringEquals, and never the account without a role', () => {
    for (const externalIds of [{ current: CURRENT_ID }, { current: CURRENT_ID, next: NEXT_ID }]) {
      const { Statement } = aTemplate({ ...anInput(), externalIds }).trustPolicy;
      for (const { Effect, Action, Condition } of Statement.filter((one) => one.Effect === 'Allow')) {
        expect(JSON.stringify(Condition), `${Effect} ${Action}`).toContain('"ArnEquals":{"aws:PrincipalArn":[');
        expect(JSON.stringify(Condition)).not.toMatch(/IfExists|StringLike":\{"sts:ExternalId|ArnLike/);
      }
      const assumeRole = Statement.filter(({ Action }) => Action === 'sts:AssumeRole');
      expect(assumeRole).toHaveLength(1);
      expect(assumeRole[0]?.Condition).toMatchObject({ StringEquals: { 'sts:ExternalId': expect.anything() } });
    }
  });
});
