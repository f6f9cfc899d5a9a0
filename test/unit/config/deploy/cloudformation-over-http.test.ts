import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudFormation } from '../../../../config/deploy/cloudformation.ts';
import { CLOUDFORMATION_VERSION, makeCloudFormation } from '../../../../config/deploy/cloudformation-over-http.ts';

const STACK = 'credential-broker-dev';
/** What is asked, and the answers to give, in their order. */
const asked: { readonly parameters: URLSearchParams; readonly authorization: string | undefined }[] = [];
let answers: (readonly [number, string] | 'hang up')[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    asked.push({ parameters: new URLSearchParams(body), authorization: request.headers.authorization });
    const answer = answers.shift() ?? [500, 'no answer is left'];
    if (answer === 'hang up') return response.destroy();
    const [status, text] = answer;
    response.statusCode = status;
    return response.end(text);
  });
});
let cloudFormation: CloudFormation;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  cloudFormation = makeCloudFormation({
    url: new URL(`http://127.0.0.1:${port}`),
    service: 'cloudformation',
    region: 'eu-west-1',
    version: CLOUDFORMATION_VERSION,
    credentials: async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }),
  });
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
});

/** As the service writes it: a name space, a request id, lines between elements. */
const answerOf = (action: string, result: string): readonly [number, string] => [
  200,
  `<?xml version="1.0"?>
<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <${action}Result>${result}</${action}Result>
  <ResponseMetadata><RequestId>b9b4b068-3a41-11e5-94eb-example</RequestId></ResponseMetadata>
</${action}Response>`,
];
const refusal = (code: string, message: string): readonly [number, string] => [
  400,
  `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
];
const parametersOf = (index = 0) => Object.fromEntries(asked[index]?.parameters ?? []);

describe('CloudFormation over its protocol', () => {
  it('is called signed, with the version of its API', async () => {
    answers = [answerOf('DescribeStacks', '<Stacks/>')];
    await cloudFormation.describeStack(STACK);
    expect(asked[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/cloudformation\/aws4_request, SignedHeaders=[^,]*host[^,]*x-amz-security-token/,
    );
    expect(parametersOf()).toEqual({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: STACK });
  });

  it('tells a stack, what it puts out, and whether it is protected', async () => {
    answers = [
      answerOf(
        'DescribeStacks',
        `<Stacks><member><StackName>${STACK}</StackName><StackId>arn:1</StackId><StackStatus>UPDATE_COMPLETE</StackStatus>
        <EnableTerminationProtection>true</EnableTerminationProtection>
        <Outputs><member><OutputKey>DeploymentId</OutputKey><OutputValue>a&amp;b &lt;&#x63;&#100;&gt;</OutputValue></member></Outputs></member></Stacks>`,
      ),
    ];
    expect(await cloudFormation.describeStack(STACK)).toEqual({
      stackId: 'arn:1',
      status: 'UPDATE_COMPLETE',
      isProtected: true,
      outputs: new Map([['DeploymentId', 'a&b <cd>']]),
    });
  });

  it('has no stack where CloudFormation says so, and no other way', async () => {
    answers = [refusal('ValidationError', `Stack with id ${STACK} does not exist`)];
    expect(await cloudFormation.describeStack(STACK)).toBeUndefined();
    answers = [refusal('AccessDenied', 'User is not authorized')];
    await expect(cloudFormation.describeStack(STACK)).rejects.toMatchObject({ name: 'AccessDenied' });
    answers = [refusal('AccessDenied', 'The role that you act as does not exist')];
    await expect(cloudFormation.describeStack(STACK)).rejects.toMatchObject({ name: 'AccessDenied' });
    answers = [refusal('ValidationError', 'Something else')];
    await expect(cloudFormation.describeStack(STACK)).rejects.toThrow('Something else');
  });

  it('tries a throttled call again', async () => {
    answers = [refusal('Throttling', 'Rate exceeded'), answerOf('DescribeStacks', '<Stacks/>')];
    expect(await cloudFormation.describeStack(STACK)).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('asks again after a failure where it only reads, and does nothing twice', async () => {
    answers = [[503, 'busy'], 'hang up', answerOf('DescribeStacks', '<Stacks/>')];
    expect(await cloudFormation.describeStack(STACK)).toBeUndefined();
    expect(asked).toHaveLength(3);
    for (const answer of [[503, 'busy'] as const, 'hang up' as const]) {
      asked.length = 0;
      answers = [answer, answerOf('DeleteStack', '')];
      await expect(cloudFormation.deleteStack(STACK)).rejects.toThrow();
      expect(asked).toHaveLength(1);
    }
  });

  it('says who gave no answer, why, and what is not known then', async () => {
    answers = ['hang up'];
    await expect(cloudFormation.deleteStack(STACK)).rejects.toThrow(
      /^DeleteStack got no answer from 127\.0\.0\.1:\d+: .+\. Whether it was heard is not known: look before you try again$/,
    );
  });

  it('takes no answer for one that is not whole', async () => {
    for (const text of [
      '',
      '<a><b></a>',
      '<a/><b/>',
      '<a>',
      '<a/><',
      'text',
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      '<a>&b;</a>',
    ]) {
      answers = [[200, text]];
      await expect(cloudFormation.template(STACK)).rejects.toThrow(/^the answer/);
    }
  });

  it('asks for a change set by the address of the template, and takes away what an earlier one watched', async () => {
    const wanted = {
      stackName: STACK,
      changeSetName: 'deploy-1',
      description: 'of commit 1',
      templateUrl: 'https://b/t.json',
      takesOver: false,
      revertsDrift: false,
    };
    answers = [answerOf('CreateChangeSet', '<Id>arn:2</Id>')];
    await cloudFormation.createChangeSet(wanted);
    expect(parametersOf()).toEqual({
      Action: 'CreateChangeSet',
      Version: '2010-05-15',
      StackName: STACK,
      ChangeSetName: 'deploy-1',
      ChangeSetType: 'UPDATE',
      Description: 'of commit 1',
      TemplateURL: 'https://b/t.json',
      'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
      'RollbackConfiguration.RollbackTriggers': '',
      'RollbackConfiguration.MonitoringTimeInMinutes': '0',
    });
    answers = [answerOf('CreateChangeSet', '<Id>arn:2</Id>')];
    const alarmArns = [{ arn: 'arn:alarm', type: 'AWS::CloudWatch::Alarm' as const }];
    await cloudFormation.createChangeSet({
      ...wanted,
      takesOver: true,
      revertsDrift: true,
      watch: { alarmArns, minutes: 5 },
    });
    expect(parametersOf(1)).toMatchObject({
      ImportExistingResources: 'true',
      DeploymentMode: 'REVERT_DRIFT',
      'RollbackConfiguration.RollbackTriggers.member.1.Arn': 'arn:alarm',
      'RollbackConfiguration.RollbackTriggers.member.1.Type': 'AWS::CloudWatch::Alarm',
      'RollbackConfiguration.MonitoringTimeInMinutes': '5',
    });
  });

  it('tells what a change set would do, over all its pages', async () => {
    const change = (id: string, more: string) =>
      `<member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::IAM::Role</ResourceType>${more}</ResourceChange></member>`;
    const detail = (target: string) => `<member><Target>${target}</Target><Evaluation>Static</Evaluation></member>`;
    answers = [
      answerOf(
        'DescribeChangeSet',
        `<Status>CREATE_COMPLETE</Status><Changes>${change(
          'One',
          `<PhysicalResourceId>one</PhysicalResourceId><Replacement>True</Replacement><PolicyAction>ReplaceAndRetain</PolicyAction><Scope><member>Properties</member></Scope><Details>${detail(
            '<Attribute>Properties</Attribute><Name>RoleName</Name><RequiresRecreation>Always</RequiresRecreation>',
          )}${detail('<Attribute>Tags</Attribute>')}</Details>`,
        )}</Changes><NextToken>more</NextToken>`,
      ),
      answerOf('DescribeChangeSet', `<Status>CREATE_COMPLETE</Status><Changes>${change('Two', '')}</Changes>`),
    ];
    expect(await cloudFormation.describeChangeSet({ stackName: STACK, changeSetName: 'deploy-1' })).toEqual({
      status: 'CREATE_COMPLETE',
      changes: [
        {
          action: 'Modify',
          logicalId: 'One',
          type: 'AWS::IAM::Role',
          physicalId: 'one',
          replacement: 'True',
          policyAction: 'ReplaceAndRetain',
          properties: ['RoleName', 'Tags'],
        },
        { action: 'Modify', logicalId: 'Two', type: 'AWS::IAM::Role', properties: [] },
      ],
    });
    expect(parametersOf(1)).toMatchObject({ NextToken: 'more' });
  });

  it('keeps nothing of an update that failed, so that it can be tried again', async () => {
    answers = [answerOf('ExecuteChangeSet', '')];
    await cloudFormation.executeChangeSet({ stackName: STACK, changeSetName: 'deploy-1', takesOver: false });
    expect(parametersOf()).toMatchObject({ ChangeSetName: 'deploy-1', RetainExceptOnCreate: 'true' });
  });

  it('lets no update that failed delete what it took over', async () => {
    answers = [answerOf('ExecuteChangeSet', '')];
    await cloudFormation.executeChangeSet({ stackName: STACK, changeSetName: 'deploy-1', takesOver: true });
    expect(parametersOf()).not.toHaveProperty('RetainExceptOnCreate');
  });

  it('tells the events since one, the oldest first, and reads no further than to it', async () => {
    const event = (id: string) =>
      `<member><EventId>${id}</EventId><LogicalResourceId>L</LogicalResourceId><ResourceType>T</ResourceType><ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>why</ResourceStatusReason></member>`;
    answers = [
      answerOf('DescribeStackEvents', `<StackEvents>${event('3')}</StackEvents><NextToken>more</NextToken>`),
      answerOf(
        'DescribeStackEvents',
        `<StackEvents>${event('2')}${event('1')}</StackEvents><NextToken>more</NextToken>`,
      ),
    ];
    expect(await cloudFormation.eventsSince('arn:1', '1')).toMatchObject([
      { eventId: '2', status: 'CREATE_FAILED', reason: 'why' },
      { eventId: '3' },
    ]);
    expect(asked).toHaveLength(2);
  });

  it('protects a stack from its first moment, and lets go only when told to', async () => {
    answers = [
      answerOf('CreateStack', '<StackId>arn:1</StackId>'),
      answerOf('UpdateTerminationProtection', '<StackId>arn:1</StackId>'),
      answerOf('SetStackPolicy', ''),
      [200, '<DeleteStackResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DeleteStackResponse>'],
    ];
    await cloudFormation.createStack({ stackName: STACK, templateBody: '{}' });
    await cloudFormation.protectStack(STACK, false);
    await cloudFormation.setStackPolicy(STACK, '{"Statement":[]}');
    await cloudFormation.deleteStack(STACK);
    expect([0, 1, 2, 3].map((index) => parametersOf(index))).toMatchObject([
      { Action: 'CreateStack', EnableTerminationProtection: 'true', TemplateBody: '{}' },
      { Action: 'UpdateTerminationProtection', EnableTerminationProtection: 'false' },
      { Action: 'SetStackPolicy', StackPolicyBody: '{"Statement":[]}' },
      { Action: 'DeleteStack', StackName: STACK },
    ]);
  });

  it('tells what a stack is made of, and from which template', async () => {
    const resource =
      '<member><LogicalResourceId>Bus</LogicalResourceId><PhysicalResourceId>the-bus</PhysicalResourceId></member>';
    const gone =
      '<member><LogicalResourceId>Old</LogicalResourceId><PhysicalResourceId>old</PhysicalResourceId><ResourceStatus>DELETE_COMPLETE</ResourceStatus></member>';
    answers = [answerOf('ListStackResources', `<StackResourceSummaries>${resource}${gone}</StackResourceSummaries>`)];
    expect(await cloudFormation.resourceIds(STACK)).toEqual(new Map([['Bus', 'the-bus']]));
    answers = [answerOf('GetTemplate', '<TemplateBody>{&quot;Resources&quot;:{}}</TemplateBody>')];
    expect(await cloudFormation.template(STACK)).toBe('{"Resources":{}}');
  });
});
