import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../../local/template/read-template.ts';

const place = { accountId: '111111111111', region: 'eu-west-1', partition: 'aws', endpoint: 'http://127.0.0.1:4566' };

type Resources = Record<string, { Type: string; Properties: Record<string, unknown>; Condition?: string }>;

function packaged(change: (resources: Resources) => void = () => undefined): { Resources: Resources } {
  const template = JSON.parse(readFileSync(new URL('packaged-template.json', import.meta.url), 'utf8'));
  change(template.Resources);
  return template;
}

function read(change?: (resources: Resources) => void) {
  return readTemplate(packaged(change), place);
}

describe('readTemplate', () => {
  it('resolves the environment of a function', () => {
    expect(read().functions[0]).toMatchObject({
      name: 'credential-broker-local-issue-credentials',
      arn: 'arn:aws:lambda:eu-west-1:111111111111:function:credential-broker-local-issue-credentials',
      handler: 'functions/issue-credentials.handler',
      timeoutSeconds: 30,
      memoryMegabytes: 512,
      roleName: 'credential-broker-local-issue-credentials',
      environment: {
        BROKER_ACCOUNT_ID: '111111111111',
        LEDGER_TABLE: 'credential-broker-local-ledger',
        REQUEST_QUEUE_URL: 'http://127.0.0.1:4566/111111111111/credential-broker-local-requests',
      },
    });
  });

  it('reads the aliases of a function, all of the version that there is', () => {
    const functionName = { Ref: 'IssueDashcredentialsLambdaFunction' };
    const withAlias = (changes: Record<string, unknown> = {}) =>
      read((resources) => {
        const Properties = { Name: 'billing', FunctionName: functionName, FunctionVersion: '$LATEST', ...changes };
        resources['Alias'] = { Type: 'AWS::Lambda::Alias', Properties };
      }).functions.map(({ aliases }) => aliases);
    expect(withAlias()[0]).toEqual(['billing']);
    expect(withAlias().slice(1).flat()).toEqual([]);
    expect(() => withAlias({ FunctionVersion: '1' })).toThrow('Alias');
    expect(() => withAlias({ Name: '1' })).toThrow('Alias');
    expect(() => withAlias({ RoutingConfig: {} })).toThrow('the embedded stack does not do this');
  });

  it('reads which rules may invoke which functions', () => {
    const functionArn = 'arn:aws:lambda:eu-west-1:111111111111:function:credential-broker-local-issue-credentials';
    const permitted = (changes: Record<string, unknown> = {}) =>
      read((resources) => {
        const Properties = {
          FunctionName: { 'Fn::GetAtt': ['IssueDashcredentialsLambdaFunction', 'Arn'] },
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: 'arn:aws:events:eu-west-1:111111111111:rule/nightly',
          ...changes,
        };
        resources['Permitted'] = { Type: 'AWS::Lambda::Permission', Properties };
      }).ruleInvocations.filter((one) => one.functionArn === functionArn);
    const expected = [{ functionArn, ruleArn: 'arn:aws:events:eu-west-1:111111111111:rule/nightly' }];
    expect(permitted()).toEqual(expected);
    expect(permitted({ FunctionName: { Ref: 'IssueDashcredentialsLambdaFunction' } })).toEqual(expected);
    expect(permitted({ Principal: '444455556666' })).toEqual([]);
    expect(() => permitted({ SourceArn: undefined })).toThrow('Permitted');
    expect(() => permitted({ SourceArn: 'arn:aws:events:*' })).toThrow('the embedded stack compares whole ARNs');
    expect(() => permitted({ SourceAccount: '111111111111' })).toThrow('the embedded stack does not do this');
    expect(() => permitted({ FunctionName: 'nothing' })).toThrow('there is no function nothing');
  });

  it('reads how asynchronous invocations are retried, with the defaults of AWS where nothing is said', () => {
    expect(read().functions.map((each) => each.eventInvokeConfig)).toEqual([
      { maximumEventAgeSeconds: 21_600, maximumRetryAttempts: 2 },
      {
        maximumEventAgeSeconds: 300,
        maximumRetryAttempts: 1,
        onFailureArn: 'arn:aws:sqs:eu-west-1:111111111111:credential-broker-local-job-failures',
      },
    ]);
  });

  it('reads the mapping of the queue to its function', () => {
    expect(read().mappings).toEqual([
      {
        logicalId: 'IssueDashcredentialsEventSourceMappingSQSRequestQueue',
        queueName: 'credential-broker-local-requests',
        functionName: 'credential-broker-local-issue-credentials',
        batchSize: 5,
        functionResponseTypes: ['ReportBatchItemFailures'],
        maximumConcurrency: 5,
        enabled: true,
      },
    ]);
  });

  it('puts dead-letter queues first and joins each queue with its policy', () => {
    const { queues } = read();
    expect(queues.at(-1)).toMatchObject({
      name: 'credential-broker-local-requests',
      visibilityTimeoutSeconds: 180,
      redrive: { deadLetterQueueName: 'credential-broker-local-requests-dlq', maxReceiveCount: 100 },
      policy: { Statement: [{ Principal: { Service: 'events.amazonaws.com' } }] },
    });
  });

  it('joins the statements of a bus and gives a rule of a custom bus its ARN', () => {
    const { buses, rules } = read();
    expect(buses[0]?.policy?.Statement).toMatchObject([{ Sid: 'producers', Action: 'events:PutEvents' }]);
    expect(rules.at(-1)).toMatchObject({
      arn: 'arn:aws:events:eu-west-1:111111111111:rule/credential-broker-local/RequestRule',
      busName: 'credential-broker-local',
      pattern: { 'detail-type': ['RunJob'] },
    });
  });

  it('reads schedules, constant inputs, retries and dead letters of targets', () => {
    const { rules } = read();
    expect(rules.map((rule) => rule.scheduleExpression)).toEqual([
      'rate(1 minute)',
      'cron(0/5 * * * ? *)',
      undefined,
      undefined,
    ]);
    expect(rules[1]?.targets[0]?.input).toBe('{"a":1}');
    expect(rules[2]?.targets[0]).toMatchObject({ maximumEventAgeSeconds: 3600, maximumRetryAttempts: 3 });
    expect(rules[2]?.targets[0]?.deadLetterArn).toMatch(/job-failures$/);
  });

  it('reads tables with their indexes, keys with their aliases and roles with their policies', () => {
    const { tables, keys, roles } = read();
    expect(tables[0]).toMatchObject({ keySchema: [{ AttributeName: 'recordId' }] });
    expect(tables[0]?.globalSecondaryIndexes[0]?.Projection).toEqual({
      ProjectionType: 'INCLUDE',
      NonKeyAttributes: ['state'],
    });
    expect(keys[0]?.aliases).toEqual(['alias/credential-broker-local-envelopes']);
    expect(keys[0]?.policy.Statement[0]?.Principal).toEqual({ AWS: 'arn:aws:iam::111111111111:root' });
    expect(roles[0]?.policies['p']?.Statement[0]?.Resource).toMatch(/:credential-broker-local-requests$/);
  });

  const refused: readonly { name: string; change: (resources: Resources) => void; message: string }[] = [
    {
      name: 'a resource type that nobody decided about',
      change: (resources) => (resources['Extra'] = { Type: 'AWS::StepFunctions::StateMachine', Properties: {} }),
      message: 'resource Extra: the embedded stack does not know the resource type AWS::StepFunctions::StateMachine',
    },
    {
      name: 'a resource under a Condition',
      change: (resources) => Object.assign(resources['Bus'] ?? {}, { Condition: 'IsProd' }),
      message: 'resource Bus: the embedded stack evaluates no Conditions',
    },
    {
      name: 'a managed policy, which it could not enforce',
      change: (resources) =>
        set(resources, 'IssueCredentialsRole', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/X'] }),
      message: 'resource IssueCredentialsRole: ManagedPolicyArns',
    },
    {
      name: 'a policy that it cannot evaluate',
      change: (resources) => set(resources, 'EnvelopeKey', { KeyPolicy: { Statement: [{ Effect: 'Maybe' }] } }),
      message: 'resource EnvelopeKey: Effect must be Allow or Deny',
    },
    {
      name: 'a mapping with a filter',
      change: (resources) =>
        set(resources, 'IssueDashcredentialsEventSourceMappingSQSRequestQueue', { FilterCriteria: {} }),
      message: 'FilterCriteria: the embedded stack does not do this',
    },
    {
      name: 'a mapping of what is neither a queue nor a change stream',
      change: (resources) =>
        set(resources, 'IssueDashcredentialsEventSourceMappingSQSRequestQueue', {
          EventSourceArn: 'arn:aws:kinesis:eu-west-1:111111111111:stream/x',
        }),
      message: 'maps only queues and change streams',
    },
    {
      name: 'a reference to nothing',
      change: (resources) => set(resources, 'RequestRule', { EventBusName: { Ref: 'Bsu' } }),
      message: 'resource Bsu: is referred to but is not in the template',
    },
    {
      name: 'queues whose dead letters go in a circle',
      change: (resources) =>
        set(resources, 'RequestDlq', {
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['RequestQueue', 'Arn'] }, maxReceiveCount: 3 },
        }),
      message: 'its redrive policies go in a circle',
    },
  ];
  it.each(refused)('refuses $name', ({ change, message }) => {
    expect(() => read(change)).toThrow(message);
  });
});

function set(resources: Resources, logicalId: string, properties: Record<string, unknown>): void {
  Object.assign(resources[logicalId]?.Properties ?? {}, properties);
}
