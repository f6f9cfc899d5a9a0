import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import type { Caller } from '../../local/iam/caller.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
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
} from './packaged-access.ts';

/** What the functions that prove trust may do, and what they must not, as the packaged template has it. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const runner = (name: string) => runnerOf(wiring.roles, name);
const others = () =>
  wiring.functions.map(({ name }) => name.slice(prefix.length + 1)).filter((name) => name !== 'verify-trust');
const decoyArn = `arn:aws:iam::${OWN}:role/${prefix}-decoy`;
const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;
const ownTenantRole = `arn:aws:iam::${OWN}:role/credential-broker/x`;
const trustAll = (action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: action }],
});

/** A role whose trust opens to our whole account: only our own policies can say no. */
function mayAssume(caller: Caller, changes: Partial<AccessCheck> = {}): boolean {
  const action = changes.action ?? 'sts:AssumeRole';
  return isAllowed({
    caller,
    action,
    resource: tenantRole,
    resourceAccountId: TENANT,
    resourcePolicy: trustAll(action),
    resourcePolicyDecides: true,
    context: {},
    ...changes,
  });
}

const withId = { context: { 'sts:ExternalId': 'cb-local1-x' } };

describe('verify-trust assumes', () => {
  it.each<[string, Partial<AccessCheck>, boolean]>([
    ['a tenant’s role with an external ID', withId, true],
    ['a tenant’s role without one, or no probe could tell', {}, true],
    ['a tenant’s role in another region', { ...withId, region: 'us-east-1' }, false],
    ['what is outside the pattern', { resource: `arn:aws:iam::${TENANT}:role/admin` }, false],
    ['a role of our own account', { resource: ownTenantRole, resourceAccountId: OWN }, false],
    // Were aws:ResourceAccount absent or wrong, the ARN would still tell.
    ['a role of our own account, by ARN', { resource: ownTenantRole }, false],
    ['the broker', { resource: `arn:aws:iam::${OWN}:role/${prefix}-issue-credentials`, resourceAccountId: OWN }, false],
    ['a role of ours by ARN', { resource: `arn:aws:iam::${OWN}:role/${prefix}-issue-credentials` }, false],
  ])('%s', (_, changes, allowed) => {
    expect(mayAssume(runner('verify-trust'), changes)).toBe(allowed);
  });

  it.each(['sts:TagSession', 'sts:SetSourceIdentity'])('marks sessions of tenants’ roles (%s)', (action) => {
    expect(mayAssume(runner('verify-trust'), { action })).toBe(true);
    expect(mayAssume(runner('verify-trust'), { action, resource: decoyArn, resourceAccountId: OWN })).toBe(false);
  });

  it('in its own account nothing else, even where another policy would let it', () => {
    const role = wiring.roles.find(({ name }) => name === `${prefix}-verify-trust`);
    const generous = anyone(role?.arn ?? '', [...Object.values(role?.policies ?? {}), everything]);
    const elsewhere = `arn:aws:iam::${TENANT}:role/admin`;
    expect(mayAssume(generous, { resource: elsewhere })).toBe(false);
    expect(mayAssume(generous, { resource: ownTenantRole, resourceAccountId: OWN })).toBe(false);
    expect(mayAssume(generous, { resource: `arn:aws:iam::${OWN}:role/x`, resourceAccountId: OWN })).toBe(false);
    expect(mayAssume(generous, { region: 'us-east-1' })).toBe(false);
    expect(mayAssume(generous)).toBe(true);
  });
});

describe('the decoy', () => {
  const becomes = (caller: Caller, changes: Partial<AccessCheck> = {}) => {
    const decoy = wiring.roles.find(({ name }) => name === `${prefix}-decoy`);
    if (decoy === undefined) throw new Error('no decoy');
    return isAllowed({
      caller,
      action: 'sts:AssumeRole',
      resource: decoyArn,
      resourceAccountId: OWN,
      resourcePolicy: decoy.trustPolicy,
      resourcePolicyDecides: true,
      ...changes,
    });
  };

  it('opens to verify-trust, in the home region, and to nobody else', () => {
    expect(becomes(runner('verify-trust'))).toBe(true);
    expect(becomes(runner('verify-trust'), { region: 'us-east-1' })).toBe(false);
    for (const name of others()) expect(becomes(runner(name)), name).toBe(false);
    expect(becomes(administrator())).toBe(false);
    expect(becomes(anyone('arn:aws:iam::999999999999:role/x', [everything]))).toBe(false);
  });

  it('names verify-trust alone in its trust, so that no policy of another role makes it open', () => {
    const opensTo = wiring.roles.filter(({ arn }) => becomes(anyone(arn, [everything]))).map(({ name }) => name);
    expect(opensTo).toEqual([`${prefix}-verify-trust`]);
  });

  it.each<[string, Partial<AccessCheck>, boolean]>([
    ['tries a tenant’s role with an external ID', withId, true],
    ['tries none without', {}, false],
    ['tries none in another region', { ...withId, region: 'us-east-1' }, false],
    ['tries none outside the pattern', { ...withId, resource: `arn:aws:iam::${TENANT}:role/admin` }, false],
    ['tries none of our own account', { ...withId, resource: ownTenantRole, resourceAccountId: OWN }, false],
    ['does not mark sessions', { action: 'sts:TagSession' }, false],
  ])('%s', (_, changes, allowed) => {
    expect(mayAssume(runner('decoy'), changes)).toBe(allowed);
  });

  it('may do nothing else at all', () => {
    const role = wiring.roles.find(({ name }) => name === `${prefix}-decoy`);
    const allowed = Object.values(role?.policies ?? {})
      .flatMap(({ Statement }) => Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Action }) => [Action].flat())).toEqual([['sts:AssumeRole']]);
  });
});

describe('verify-trust besides', () => {
  const queueArn = `arn:aws:sqs:${region}:${OWN}:${prefix}-requests`;
  const busArn = `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`;

  it('sends to the request queue, and does not read it', () => {
    const policy = wiring.queues.find(({ name }) => name === `${prefix}-requests`)?.policy;
    const queue = (action: string) =>
      isAllowed({
        caller: runner('verify-trust'),
        action: `sqs:${action}`,
        resource: queueArn,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
      });
    expect(queue('SendMessage')).toBe(true);
    expect(['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'].filter(queue)).toEqual([]);
  });

  it('tells on the bus under the broker’s own source, which nobody else can', () => {
    const policy = wiring.buses[0]?.policy;
    const tell = (detailType: string, caller: Caller, ...sources: string[]) =>
      isAllowed({
        caller,
        action: 'events:PutEvents',
        resource: busArn,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
        context: { 'events:source': sources, 'events:detail-type': detailType },
      });
    const put = (caller: Caller, ...sources: string[]) => tell('TrustChanged', caller, ...sources);
    expect(put(runner('verify-trust'), 'credential-broker')).toBe(true);
    expect(put(runner('verify-trust'), 'com.example.scans')).toBe(false);
    expect(put(runner('verify-trust'), 'credential-broker', 'com.example.scans')).toBe(false);
    expect(put(administrator(), 'credential-broker')).toBe(false);
    const tellers = (detailType: string) =>
      ['verify-trust', ...others()].filter((name) => tell(detailType, runner(name), 'credential-broker'));
    expect(tellers('TrustChanged')).toEqual(['verify-trust']);
    expect(tellers('IllegalChange')).toEqual(['archive-audit']);
    expect(tellers('SessionStray')).toEqual(['correlate-cloudtrail']);
    expect(tellers('RunJob')).toEqual([]);
  });

  it('is held to that source by its own policy too', () => {
    const put = (...sources: string[]) =>
      isAllowed({
        caller: runner('verify-trust'),
        action: 'events:PutEvents',
        resource: busArn,
        context: {
          'events:detail-type': 'TrustChanged',
          ...(sources.length === 0 ? {} : { 'events:source': sources }),
        },
      });
    expect([put('credential-broker'), put('com.example.scans'), put()]).toEqual([true, false, false]);
  });

  it('invokes nothing and opens nothing', () => {
    for (const { arn } of wiring.functions) {
      const invoke = { action: 'lambda:InvokeFunction', resource: arn };
      expect(isAllowed({ caller: runner('verify-trust'), ...invoke }), arn).toBe(false);
    }
    for (const { arn, policy } of wiring.keys) {
      for (const action of ['Decrypt', 'GenerateDataKey', 'CreateGrant', 'Encrypt', 'Sign']) {
        const use = { action: `kms:${action}`, resource: arn, resourcePolicy: policy, resourcePolicyDecides: true };
        expect(isAllowed({ caller: runner('verify-trust'), ...use }), `${action} ${arn}`).toBe(false);
      }
    }
  });

  it('is invoked by issue-credentials, for a role that denies again and again', () => {
    const verifier = wiring.functions.find(({ name }) => name === `${prefix}-verify-trust`)?.arn ?? '';
    const invoke = { action: 'lambda:InvokeFunction', resource: verifier };
    expect(isAllowed({ caller: runner('issue-credentials'), ...invoke })).toBe(true);
    expect(isAllowed({ caller: runner('sweep-issuances'), ...invoke })).toBe(false);
  });

  it('ticks every five minutes', () => {
    const ticks = wiring.rules.filter(({ targets }) => targets.some(({ input }) => input === '{"kind":"tick"}'));
    const verifier = ticks.filter(({ targets }) => targets.some(({ arn }) => arn.endsWith('-verify-trust')));
    expect(verifier.map(({ scheduleExpression }) => scheduleExpression)).toEqual(['rate(5 minutes)']);
  });
});
