import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';

type Resource = { Type: string; Properties: Record<string, unknown> };
type Statement = { Sid?: string; Effect: string; Action: string | string[]; Resource?: unknown; Condition?: unknown };

let template: { Resources: Record<string, Resource> };
beforeAll(async () => {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  template = JSON.parse(readFileSync(templatePath, 'utf8'));
});

function ofType(type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** Every statement of every policy of the template, with where it stands. */
function statements(): { at: string; statement: Statement }[] {
  return Object.entries(template.Resources).flatMap(([at, { Properties }]) =>
    statementsIn(Properties).map((statement) => ({ at: `${at} ${statement.Sid ?? ''}`.trim(), statement })),
  );
}

function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
}

/** What Athena needs of whoever asks it. */
const byAthena = new Set([
  'athena:BatchGetNamedQuery',
  'athena:GetNamedQuery',
  'athena:GetQueryExecution',
  'athena:GetQueryResults',
  'athena:GetWorkGroup',
  'athena:ListNamedQueries',
  'athena:StartQueryExecution',
  'athena:StopQueryExecution',
  'glue:GetDatabase',
  'glue:GetPartitions',
  'glue:GetTable',
  'glue:GetTables',
  's3:AbortMultipartUpload',
  's3:GetBucketLocation',
  's3:ListMultipartUploadParts',
  's3:PutObject',
]);

describe('the policies', () => {
  it('allow no action by wildcard', () => {
    const wide = statements().filter(
      ({ statement }) =>
        statement.Effect === 'Allow' && [statement.Action].flat().some((action) => action.includes('*')),
    );
    expect(wide).toEqual([]);
  });

  /** In the policy of a key, `*` is that key. */
  it('allow no resource by wildcard, but a key itself', () => {
    const wide = statements().filter(
      ({ statement }) => statement.Effect === 'Allow' && [statement.Resource].flat().includes('*'),
    );
    expect(wide.map(({ at }) => at).sort()).toEqual([
      // DescribeTrails knows no resource.
      'CorrelateCloudtrailRole ListTrails',
      'DigestsKey AdministerByIam',
      'DigestsKey ArchiveSigns',
      'DigestsKey PublicKeyByIam',
      'EnvelopesKey AdministerByIam',
      'EnvelopesKey BrokerSeals',
      'EnvelopesKey ProcessLogsOpens',
      'EnvelopesKey ScanAccountOpens',
      'ReceiptsKey AdministerByIam',
      'ReceiptsKey AnswersSign',
      'ReceiptsKey PublicKeyByIam',
      'TablesKey AdministerByIam',
      'TablesKey UseThroughDynamoDb',
    ]);
  });

  it('let nobody delete or scan, and few assume, invoke or seal', () => {
    const holders = (action: string) =>
      statements()
        .filter(({ statement }) => statement.Effect === 'Allow' && [statement.Action].flat().includes(action))
        .map(({ at }) => at)
        .filter((at) => !/^\w+Role$/.test(at));
    // A binding is freed and a switch is lifted by whoever manages tenants; no record is ever deleted.
    expect(holders('dynamodb:DeleteItem')).toEqual([
      'ManageTenantsRole WriteTenants',
      'ManageTenantsRole WriteSwitches',
    ]);
    expect(holders('dynamodb:Scan')).toEqual([]);
    expect(holders('sts:AssumeRole')).toEqual([
      'IssueCredentialsRole AssumeTenantRoles',
      'VendCredentialsRole AssumeTenantRoles',
      'VerifyTrustRole ProbeTenantRoles',
      'VerifyTrustRole AssumeDecoy',
      'DecoyRole AssumeTenantRoles',
    ]);
    // What came through a function URL is another matter: see below.
    const invoking = holders('lambda:InvokeFunction').filter((at) => !at.endsWith(' InvokeThroughUrlOnly'));
    expect(invoking).toEqual([
      'IssueCredentialsRole InvokeJobs',
      'IssueCredentialsRole HaveTrustVerified',
      'ManageTenantsRole HaveTrustVerified',
      'ManageTenantsRole RunSchedules',
    ]);
    expect(holders('kms:CreateGrant')).toEqual(['TablesKey UseThroughDynamoDb']);
  });

  it('have no policy beside the ones written here', () => {
    for (const [, { Properties }] of ofType('AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(ofType('AWS::IAM::Policy')).toEqual([]);
  });

  it('let whoever attaches one to a role call function URLs, and invoke nothing that did not come through them', () => {
    const granted = ofType('AWS::IAM::ManagedPolicy').flatMap(([at, { Properties }]) =>
      statementsIn(Properties).map((statement) => ({ at, ...statement })),
    );
    const actionsOf = (isWanted: (at: string) => boolean) =>
      [...new Set(granted.filter(({ at }) => isWanted(at)).flatMap(({ Action }) => Action))].sort();
    // Auditors also read what is to be verified where it lies, and the keys to verify it with.
    expect(actionsOf((at) => at === 'AuditorsPolicy').filter((action) => !byAthena.has(action))).toEqual([
      'kms:GetPublicKey',
      'lambda:GetFunctionUrlConfig',
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
      's3:GetObject',
      's3:ListBucket',
    ]);
    expect(actionsOf((at) => at !== 'AuditorsPolicy')).toEqual([
      'lambda:GetFunctionUrlConfig',
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    for (const { at, Effect, Action, Condition } of granted) {
      expect(Effect, at).toBe('Allow');
      if (Action !== 'lambda:InvokeFunction') continue;
      expect(Condition, at).toEqual({ Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } });
    }
  });

  it('let auditors ask Athena in their workgroup, and write its results through it alone', () => {
    const [, { Properties }] = ofType('AWS::IAM::ManagedPolicy').find(([at]) => at === 'AuditorsPolicy') ?? [
      '',
      { Properties: {} },
    ];
    const asking = statementsIn(Properties).filter((each) =>
      [each.Action].flat().some((action) => byAthena.has(action)),
    );
    expect(new Set(asking.flatMap(({ Action }) => Action).filter((action) => action !== 's3:GetObject'))).toEqual(
      byAthena,
    );
    for (const { Sid, Action, Condition, Resource } of asking) {
      const isOfWorkGroup = [Action].flat().every((action) => action.startsWith('athena:'));
      if (isOfWorkGroup) expect(JSON.stringify(Resource)).toMatch(/:workgroup\/credential-broker-local-audit"\}$/);
      else
        expect(Condition, Sid).toEqual({ 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['athena.amazonaws.com'] } });
      if ([Action].flat().includes('s3:PutObject'))
        expect(Resource).toEqual({ 'Fn::Sub': '${AuditResultsBucket.Arn}/*' });
    }
  });

  it('deny each declared source to others', () => {
    const denied = ofType('AWS::Events::EventBusPolicy').map(([, { Properties }]) => JSON.stringify(Properties));
    for (const source of ['com.example.scans', 'com.example.logs']) {
      expect(denied.filter((text) => text.includes('"Deny"') && text.includes(`["${source}"]`))).toHaveLength(1);
    }
  });
});
