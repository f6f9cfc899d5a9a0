import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../local/iam/caller.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import { administrator, isAllowed, OWN, prefix, readPackagedWiring, region, runnerOf } from './packaged-access.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const runner = (functionName: string) => runnerOf(wiring.roles, functionName);
const archive = () => runner('archive-audit');
const bucket = `arn:aws:s3:::${prefix}-archive-${OWN}`;

describe('the archive’s bucket', () => {
  const asked = (caller: Caller, action: string, context: Record<string, string> = {}) => {
    const policy = wiring.buckets.find(({ name }) => bucket.endsWith(name))?.policy;
    if (policy === undefined) throw new Error('the archive has no policy');
    return isAllowed({
      caller,
      action: `s3:${action}`,
      resource: action === 'ListBucket' ? bucket : `${bucket}/changes/x`,
      resourceAccountId: OWN,
      resourcePolicy: policy,
      context,
    });
  };
  const isNew = { 's3:if-none-match': '*' };

  it('takes what is not there yet from archive-audit alone', () => {
    expect(asked(archive(), 'PutObject', isNew)).toBe(true);
    expect(asked(archive(), 'PutObject')).toBe(false);
    for (const { name } of wiring.functions.filter((one) => !one.name.endsWith('archive-audit'))) {
      expect(asked(runner(name.replace(`${prefix}-`, '')), 'PutObject', isNew), name).toBe(false);
    }
    expect(asked(administrator(), 'PutObject', isNew)).toBe(false);
  });

  it('is read and listed by archive-audit, and by whoever an administrator lets', () => {
    for (const action of ['GetObject', 'ListBucket']) {
      expect([
        asked(archive(), action),
        asked(administrator(), action),
        asked(runner('sweep-issuances'), action),
      ]).toEqual([true, true, false]);
    }
  });

  it.each([
    'DeleteObject',
    'DeleteObjectVersion',
    'BypassGovernanceRetention',
    'PutObjectRetention',
    'PutObjectLegalHold',
  ])('lets nobody %s', (action) => {
    expect([asked(archive(), action), asked(administrator(), action)]).toEqual([false, false]);
  });

  it('is for nobody without TLS', () => {
    // The embedded stack stands for TLS: what its evaluation would say is always the same.
    const statements = wiring.buckets.find(({ name }) => bucket.endsWith(name))?.policy?.Statement ?? [];
    expect(statements).toContainEqual({
      Sid: 'DenyWithoutTls',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [bucket, `${bucket}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  it('is the only one that archive-audit gets at', () => {
    const other = { caller: archive(), action: 's3:GetObject', resource: 'arn:aws:s3:::another/x' };
    expect(isAllowed({ ...other, resourceAccountId: OWN })).toBe(false);
  });
});

describe('the signing keys', () => {
  const how = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' };
  const asked = (key: string, caller: Caller, { action = 'Sign', context = how as Record<string, string> } = {}) => {
    const wired = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-${key}`));
    if (wired === undefined) throw new Error(`no key ${key}`);
    return isAllowed({
      caller,
      action: `kms:${action}`,
      resource: wired.arn,
      resourcePolicy: wired.policy,
      resourcePolicyDecides: true,
      context,
    });
  };

  it('of digests signs for archive-audit alone, hashes alone', () => {
    expect(asked('digests', archive())).toBe(true);
    expect(asked('digests', archive(), { context: { ...how, 'kms:MessageType': 'RAW' } })).toBe(false);
    expect(asked('digests', archive(), { context: { ...how, 'kms:SigningAlgorithm': 'ECDSA_SHA_384' } })).toBe(false);
    for (const { name } of wiring.functions.filter((one) => !one.name.endsWith('archive-audit'))) {
      expect(asked('digests', runner(name.replace(`${prefix}-`, ''))), name).toBe(false);
    }
    expect(asked('digests', administrator())).toBe(false);
  });

  it('of receipts does not sign for archive-audit, nor for an administrator', () => {
    expect([asked('receipts', archive()), asked('receipts', administrator())]).toEqual([false, false]);
  });

  it.each(['digests', 'receipts'])(
    'of %s shows its public half to whoever an administrator lets, and is never shared',
    (key) => {
      expect(asked(key, administrator(), { action: 'GetPublicKey' })).toBe(true);
      expect(asked(key, archive(), { action: 'GetPublicKey' })).toBe(false);
      expect(asked(key, administrator(), { action: 'CreateGrant' })).toBe(false);
    },
  );
});

describe('archive-audit', () => {
  it('tells its facts, and an administrator does not', () => {
    const policy = wiring.buses.find(({ name }) => name === prefix)?.policy;
    const tell = (caller: Caller) =>
      isAllowed({
        caller,
        action: 'events:PutEvents',
        resource: `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
        context: { 'events:source': ['credential-broker'], 'events:detail-type': 'IssuanceRecorded' },
      });
    expect([tell(archive()), tell(administrator())]).toEqual([true, false]);
  });
});
