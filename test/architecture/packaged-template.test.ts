import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { SETTLE_MS } from '../../lib/audit/archive/digests/make-digests.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';

type Json = Record<string, unknown>;
type Resource = { Type: string; DeletionPolicy?: string; UpdateReplacePolicy?: string; Properties: Json };

let template: { Resources: Record<string, Resource> };
beforeAll(async () => {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  template = JSON.parse(readFileSync(templatePath, 'utf8'));
});

function ofType(type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

function propertiesOf(logicalId: string): Json {
  return template.Resources[logicalId]?.Properties ?? {};
}

function functionFiles(): string[] {
  return ['functions', 'functions/jobs']
    .flatMap((folder) => readdirSync(path.join(projectRoot, folder)))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.basename(name, '.ts'))
    .sort();
}

describe('the queues', () => {
  it('let no other queue of the account move its dead letters into them', () => {
    const queues = ofType('AWS::SQS::Queue');
    expect(queues.length).toBeGreaterThan(3);
    for (const [logicalId, { Properties }] of queues) {
      const allowed = /^(Requests|Observations)DeadLetterQueue$/.test(logicalId) ? 'byQueue' : 'denyAll';
      expect(Properties, logicalId).toMatchObject({ RedriveAllowPolicy: { redrivePermission: allowed } });
    }
  });
});

describe('the functions', () => {
  it('are the files of functions/, each with the handler that its file exports', () => {
    const deployed = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    expect(deployed.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      functionFiles().map((name) => `credential-broker-local-${name}`),
    );
    for (const { FunctionName, Handler } of deployed) {
      expect(`credential-broker-local-${Handler}`).toBe(`${FunctionName}.handler`);
    }
  });

  it('run on Node 24 and arm64, each under its own role', () => {
    const deployed = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    const roles = new Set(deployed.map(({ Role }) => JSON.stringify(Role)));
    expect(roles.size).toBe(deployed.length);
    // And one that no function runs under: the decoy.
    expect(ofType('AWS::IAM::Role')).toHaveLength(deployed.length + 1);
    for (const properties of deployed) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(Object.keys(properties)).not.toContain('DeadLetterConfig');
    }
  });

  it('keep their logs for a bounded time', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(functionFiles().length);
    for (const [, { Properties }] of groups) expect(Properties).toMatchObject({ RetentionInDays: 90 });
  });

  it('takes the time-out and event age of each job from the catalogue', () => {
    for (const job of jobCatalogue.values()) {
      const [logicalId, { Properties }] = ofType('AWS::Lambda::Function').find(
        ([, resource]) => resource.Properties['FunctionName'] === `credential-broker-local-${job.name}`,
      ) ?? ['', { Properties: {} }];
      expect(Properties).toMatchObject({ Timeout: job.timeoutSeconds });
      const invocations = ofType('AWS::Lambda::EventInvokeConfig').map(([, resource]) => resource.Properties);
      expect(invocations).toContainEqual({
        FunctionName: { Ref: logicalId },
        Qualifier: '$LATEST',
        MaximumEventAgeInSeconds: job.maximumEventAgeSeconds,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['JobFailuresQueue', 'Arn'] } } },
      });
    }
  });
});

describe('the way of a request', () => {
  it('goes from the rule, by detail-type alone, to the queue, and what cannot be handed over to a queue of its own', () => {
    expect(propertiesOf('RunJobRule')).toMatchObject({
      EventPattern: { 'detail-type': ['RunJob'] },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['RequestsQueue', 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['RuleDeadLetterQueue', 'Arn'] } },
        },
      ],
    });
    expect(Object.keys(propertiesOf('RunJobRule')['EventPattern'] ?? {})).toEqual(['detail-type']);
  });

  it('goes from the queue to issue-credentials, message by message', () => {
    const ofRequests = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.endsWith('RequestsQueue'));
    expect(ofRequests.map(([, { Properties }]) => Properties)).toEqual([
      {
        EventSourceArn: { 'Fn::GetAtt': ['RequestsQueue', 'Arn'] },
        FunctionName: { 'Fn::GetAtt': ['IssueDashcredentialsLambdaFunction', 'Arn'] },
        BatchSize: 10,
        Enabled: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    ]);
  });

  it('gives a message six times the time of the function, and an outage of an hour room', () => {
    expect(propertiesOf('RequestsQueue')).toMatchObject({
      VisibilityTimeout: 6 * Number(propertiesOf('IssueDashcredentialsLambdaFunction')['Timeout']),
      RedrivePolicy: {
        maxReceiveCount: 1000,
        deadLetterTargetArn: { 'Fn::GetAtt': ['RequestsDeadLetterQueue', 'Arn'] },
      },
    });
    expect(propertiesOf('RequestsDeadLetterQueue')).toMatchObject({ MessageRetentionPeriod: 1_209_600 });
  });

  it('is swept each minute, and each minute schedules are gone on with', () => {
    const invoked = ofType('AWS::Events::Rule').flatMap(([, { Properties }]) => {
      const { ScheduleExpression: expression, Targets } = Properties as {
        ScheduleExpression?: string;
        Targets: { Arn: { 'Fn::GetAtt': [string, string] }; Input?: string }[];
      };
      return expression === undefined
        ? []
        : Targets.map(({ Arn, Input }) => [expression, Arn['Fn::GetAtt'][0], Input].join(' ').trim());
    });
    expect(invoked).toEqual(
      expect.arrayContaining([
        'rate(1 minute) SweepDashissuancesLambdaFunction',
        'rate(1 minute) FanDashoutDashscheduleLambdaFunction {"kind":"tick"}',
        'rate(30 days) FanDashoutDashscheduleLambdaFunction',
      ]),
    );
  });
});

describe('what is stored', () => {
  it('survives the stack: tables', () => {
    const tables = ofType('AWS::DynamoDB::Table');
    expect(tables.map(([, { Properties }]) => Properties['TableName']).sort()).toEqual(
      ['ledger', 'limits', 'switches', 'tenants'].map((name) => `credential-broker-local-${name}`),
    );
    for (const [, table] of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: {
            SSEEnabled: true,
            SSEType: 'KMS',
            KMSMasterKeyId: { 'Fn::GetAtt': ['TablesKey', 'Arn'] },
          },
        },
      });
    }
  });

  it('survives the stack: keys, which rotate where they encrypt, and sign with a curve where they sign', () => {
    const keys = ofType('AWS::KMS::Key');
    for (const [, key] of keys) expect(key).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const signing = keys.filter(([, { Properties }]) => Properties['KeyUsage'] === 'SIGN_VERIFY');
    expect(signing.map(([logicalId]) => logicalId).sort()).toEqual(['DigestsKey', 'ReceiptsKey']);
    for (const [, { Properties }] of signing) expect(Properties).toMatchObject({ KeySpec: 'ECC_NIST_P256' });
    const encrypting = keys.filter((key) => !signing.includes(key));
    expect(encrypting).toHaveLength(2);
    for (const [, { Properties }] of encrypting) expect(Properties).toMatchObject({ EnableKeyRotation: true });
  });

  it('survives the stack: the archive, whose objects are locked', () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    expect(template.Resources['ArchiveBucket']).toMatchObject(kept);
    expect(template.Resources['ArchiveBucketPolicy']).toMatchObject(kept);
    expect(propertiesOf('ArchiveBucket')).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it('lets nobody weaken the archive by hand, and the template change it', () => {
    expect(propertiesOf('ArchiveBucketPolicy')['PolicyDocument']).toMatchObject({
      Statement: expect.arrayContaining([
        {
          Sid: 'DenyWeakeningByHand',
          Effect: 'Deny',
          Principal: '*',
          Action: [
            's3:PutBucketObjectLockConfiguration',
            's3:PutBucketVersioning',
            's3:PutEncryptionConfiguration',
            's3:PutLifecycleConfiguration',
          ],
          Resource: { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] },
          Condition: { Bool: { 'aws:ViaAWSService': 'false' } },
        },
      ]),
    });
  });

  it('reaches the archive, every change of it, until it is there or the stream is over', () => {
    const streams = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.includes('Dynamodb'));
    expect(streams.map(([, { Properties }]) => Properties)).toEqual([
      {
        EventSourceArn: { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] },
        FunctionName: { 'Fn::GetAtt': ['ArchiveDashauditLambdaFunction', 'Arn'] },
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 5,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: -1,
        StartingPosition: 'TRIM_HORIZON',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        Enabled: true,
      },
    ]);
    // A digest counts what was put two minutes ago: nothing may still be on its way by then.
    const timeoutMs = 1_000 * Number(propertiesOf('ArchiveDashauditLambdaFunction')['Timeout']);
    expect(2 * timeoutMs).toBeLessThanOrEqual(SETTLE_MS);
  });

  it('has only indexes that hold no ticket', () => {
    const indexes = propertiesOf('LedgerTable')['GlobalSecondaryIndexes'] as {
      IndexName: string;
      Projection: unknown;
    }[];
    expect(indexes.map(({ IndexName }) => IndexName)).toEqual([
      'due',
      'byTenant',
      'byAccount',
      'byAccessKey',
      'byDay',
      'byException',
      'byStsRequest',
    ]);
    const never = { ProjectionType: 'INCLUDE', NonKeyAttributes: expect.not.arrayContaining(['ticket']) };
    for (const { Projection } of indexes) expect([{ ProjectionType: 'KEYS_ONLY' }, never]).toContainEqual(Projection);
  });

  it('expires nothing but the limits', () => {
    const expiring = ofType('AWS::DynamoDB::Table').filter(
      ([, { Properties }]) => Properties['TimeToLiveSpecification'],
    );
    expect(expiring.map(([logicalId]) => logicalId)).toEqual(['LimitsTable']);
  });

  it('streams every change of the ledger', () => {
    expect(propertiesOf('LedgerTable')).toMatchObject({
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  it('is encrypted in the queues', () => {
    expect(ofType('AWS::SQS::Queue')).toHaveLength(6);
    for (const [, { Properties }] of ofType('AWS::SQS::Queue')) expect(Properties['SqsManagedSseEnabled']).toBe(true);
  });
});
