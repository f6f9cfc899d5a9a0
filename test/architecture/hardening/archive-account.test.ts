import { beforeAll, describe, expect, it } from 'vitest';
import { archiveAccountTemplate } from '../../../config/hardening/archive-account-template.ts';
import { ownArchive } from '../../../config/hardening/own-archive.ts';
import { readStageConfig } from '../../../config/stage-config.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../../local/iam/policy-document.ts';
import { anyone, everything, isAllowed, OWN, prefix, region } from '../packaged-access.ts';
import { ARCHIVE_ACCOUNT, ofType, type Packaged, packageWith, readOwn } from './hardened-template.ts';

const bucket = `${prefix}-archive-${ARCHIVE_ACCOUNT}`;
const archive = `arn:aws:s3:::${bucket}`;
const object = `${archive}/changes/dt=2026-11-21/x`;
const isNew = { 's3:if-none-match': '*' };

const deployment = readStageConfig({ stage: 'local' });
const off = { tenantIsolation: false, onRevokedSessions: 'record' } as const;
const named = { accountId: ARCHIVE_ACCOUNT, bucketName: 'our-evidence' };

let packaged: Packaged;
let own: Packaged;
let policy: PolicyDocument;
beforeAll(async () => {
  packaged = await packageWith({ archiveAccount: { accountId: ARCHIVE_ACCOUNT } });
  own = await readOwn();
  policy = parsePolicyDocument(filledIn(statementsOf(packaged.archiveAccount)), 'resource');
}, 90_000);

function statementsOf(template: Packaged['archiveAccount'] | Packaged['template']): unknown {
  return template?.Resources['ArchiveBucketPolicy']?.Properties['PolicyDocument'];
}

/** As CloudFormation fills in the template of the archive's account. */
function filledIn(document: unknown): string {
  return JSON.stringify(document)
    .replaceAll('{"Fn::GetAtt":["ArchiveBucket","Arn"]}', JSON.stringify(archive))
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
    .replaceAll('${ArchiveBucket.Arn}', archive)
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${BrokerAccountId}', OWN);
}

const roleOf = (account: string, name: string) => anyone(`arn:aws:iam::${account}:role/${name}`, [everything]);
const writer = () => roleOf(OWN, `${prefix}-archive-audit`);

function may(caller: ReturnType<typeof anyone>, action: string, context: Readonly<Record<string, string>> = {}) {
  const resource = /Object|Retention|LegalHold/.test(action) && !action.includes('Bucket') ? object : archive;
  return isAllowed({ caller, action, resource, resourceAccountId: ARCHIVE_ACCOUNT, resourcePolicy: policy, context });
}

describe('the broker’s template, where the archive lies in another account', () => {
  it('makes no bucket for it, and names it where it is put into, asked and told of', () => {
    const { template, text } = packaged;
    expect(Object.keys(template.Resources)).not.toContain('ArchiveBucket');
    expect(Object.keys(template.Resources)).not.toContain('ArchiveBucketPolicy');
    expect(text).not.toContain('"ArchiveBucket"');
    expect(text).not.toContain('${ArchiveBucket');
    const [, put] = ofType(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith('ArchiveDash')) ?? [];
    expect(put?.Properties['Environment']).toMatchObject({ Variables: { ARCHIVE_BUCKET: bucket } });
    expect(template.Outputs['ArchiveBucketName']?.Value).toBe(bucket);
    const asked = JSON.stringify(template.Resources['ArchiveTable']);
    expect(asked).toContain(`["s3://","${bucket}","/changes/"]`);
  });

  it('lets archive-audit and auditors into that bucket only as long as it is of that account', () => {
    const { Resources } = packaged.template;
    const granted = [Resources['ArchiveAuditRole'], Resources['AuditorsPolicy']]
      .flatMap((resource) => statementsIn(resource?.Properties))
      .filter(({ Sid = '' }) => /Archive$/.test(Sid));
    expect(granted.map(({ Sid }) => Sid)).toEqual(['PutAndReadArchive', 'ListArchive', 'ListArchive', 'ReadArchive']);
    for (const { Condition, Resource } of granted) {
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': ARCHIVE_ACCOUNT } });
      expect(JSON.stringify(Resource)).toContain(`:s3:::${bucket}`);
    }
  });

  it('takes another name for the bucket, on both sides', () => {
    const settings = { ...deployment, hardening: { ...off, archiveAccount: named } };
    expect(ownArchive(settings, { stage: 'local' })).toMatchObject({
      Outputs: { ArchiveBucketName: { Value: 'our-evidence' } },
    });
    expect(archiveAccountTemplate(settings, { stage: 'local' })).toMatchObject({
      Resources: { ArchiveBucket: { Properties: { BucketName: 'our-evidence' } } },
    });
  });
});

describe('the template of the archive’s account', () => {
  it('is there only where it is needed', () => {
    expect(packaged.archiveAccount).toBeDefined();
    expect(own.archiveAccount).toBeUndefined();
  });

  it('makes the bucket that the broker’s own template would make', () => {
    const made = packaged.archiveAccount?.Resources['ArchiveBucket'];
    const { BucketName: name, ...rest } = made?.Properties ?? {};
    const { BucketName: _, ...expected } = own.template.Resources['ArchiveBucket']?.Properties ?? {};
    expect(name).toBe(bucket);
    expect(rest).toEqual(expected);
    expect(made).toMatchObject({ UpdateReplacePolicy: 'Retain' });
  });

  it('keeps it for ever, but not where the stack could not be made: its name would be taken for the next try', () => {
    const resources = Object.values(packaged.archiveAccount?.Resources ?? {});
    expect(resources).toHaveLength(2);
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
    for (const resource of resources) expect(resource).toMatchObject(kept);
  });

  it('denies in it what that one denies', () => {
    const denials = (document: unknown) => statementsIn(document).filter(({ Effect }) => Effect === 'Deny');
    const there = JSON.stringify(denials(statementsOf(packaged.archiveAccount)));
    const here = JSON.stringify(denials(statementsOf(own.template)));
    expect(there.replaceAll('${BrokerAccountId}', '${AWS::AccountId}')).toBe(here);
  });

  it('can be deployed nowhere else, least of all in the broker’s account', () => {
    expect(packaged.archiveAccount?.Rules).toEqual({
      InTheArchiveAccount: {
        Assertions: [
          expect.objectContaining({ Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, ARCHIVE_ACCOUNT] } }),
          expect.objectContaining({ Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] } }),
          expect.objectContaining({
            Assert: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'BrokerAccountId' }, { Ref: 'AWS::AccountId' }] }] },
          }),
        ],
      },
    });
  });
});

describe('the bucket of the archive’s account', () => {
  it('takes new objects from archive-audit, and from nobody else of any account', () => {
    expect(may(writer(), 's3:PutObject', isNew)).toBe(true);
    expect(may(writer(), 's3:PutObject')).toBe(false);
    for (const other of [
      roleOf(OWN, 'administrator'),
      roleOf(ARCHIVE_ACCOUNT, 'administrator'),
      roleOf(ARCHIVE_ACCOUNT, `${prefix}-archive-audit`),
      roleOf('333333333333', `${prefix}-archive-audit`),
    ]) {
      expect(may(other, 's3:PutObject', isNew), other.principalArn).toBe(false);
    }
  });

  it('is read by those whom the broker’s account lets, and by nobody of a third', () => {
    for (const action of ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation']) {
      expect(may(roleOf(OWN, 'auditor'), action), action).toBe(true);
      expect(may(anyone(`arn:aws:iam::${OWN}:role/other`, []), action), action).toBe(false);
      expect(may(roleOf('333333333333', 'auditor'), action), action).toBe(false);
    }
  });

  it('is out of reach of the broker’s administrators, whatever they may in their own account', () => {
    for (const action of [
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:BypassGovernanceRetention',
      's3:PutObjectRetention',
      's3:PutBucketPolicy',
      's3:DeleteBucketPolicy',
      's3:DeleteBucket',
      's3:PutLifecycleConfiguration',
      's3:PutBucketObjectLockConfiguration',
    ]) {
      expect(may(roleOf(OWN, 'administrator'), action), action).toBe(false);
      expect(may(writer(), action), action).toBe(false);
    }
  });

  it('lets administrators of its own account delete nothing by hand either', () => {
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutLifecycleConfiguration'])
      expect(may(roleOf(ARCHIVE_ACCOUNT, 'administrator'), action), action).toBe(false);
  });
});

type Statement = {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
};

function statementsIn(value: unknown): readonly Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
}
