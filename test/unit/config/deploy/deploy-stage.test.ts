import { describe, expect, it } from 'vitest';
import type { ResourceChange } from '../../../../config/deploy/cloudformation.ts';
import { type DeployOptions, type DeployWorld, deployStage } from '../../../../config/deploy/deploy-stage.ts';
import { templateUpload } from '../../../../config/deploy/deployable.ts';
import { readPins } from '../../../../config/deploy/pinned-resources.ts';
import type { Prepared } from '../../../../config/deploy/prepare-stage.ts';
import { readStageConfig } from '../../../../config/stage-config.ts';
import { FakeCloudFormation, type FakeStack } from '../../../support/fake-cloudformation.ts';

const ACCOUNT = '111111111111';
const config = readStageConfig({ stage: 'dev' });
const prepared: Prepared = {
  stage: 'dev',
  source: 'commit 1',
  stackName: 'credential-broker-dev',
  firstTemplateText: '{"Resources":{}}',
  template: {
    Resources: {
      LedgerTable: { Type: 'AWS::DynamoDB::Table', Properties: {} },
      VerifyTrustRole: { Type: 'AWS::IAM::Role', Properties: {} },
      StrayAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties: {} },
    },
    Outputs: {},
  },
  templateFile: { key: 'templates/1.json', bytes: Buffer.from('{}'), contentType: 'application/json' },
  uploads: [{ key: 'functions/f/1.zip', bytes: Buffer.from('zip'), contentType: 'application/zip' }],
  codeSha256: new Map([['credential-broker-dev-verify-trust', 'hash-of-the-sources']]),
  config,
  pins: readPins(),
};
const options: DeployOptions = {
  showOnly: false,
  letGo: [],
  takeOver: false,
  adopt: false,
  revertDrift: false,
  watchMinutes: 0,
};
const alarmChanges: ResourceChange = {
  action: 'Modify',
  logicalId: 'StrayAlarm',
  type: 'AWS::CloudWatch::Alarm',
  replacement: 'False',
  properties: ['Threshold'],
};

function worldWith(cloudFormation: FakeCloudFormation, more: Partial<DeployWorld> = {}) {
  const said: string[] = [];
  const uploaded: string[] = [];
  let nowMs = 0;
  const world: DeployWorld = {
    cloudFormation,
    caller: { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ada` },
    upload: async (bucket, files) => {
      uploaded.push(...files.map(({ key }) => `${bucket}/${key}`));
    },
    urlOf: (bucket, key) => `https://${bucket}/${key}`,
    codeOf: async () => running('hash-of-the-sources'),
    log: (line) => said.push(line),
    sleep: async (milliseconds) => {
      nowMs += milliseconds;
    },
    nowMs: () => nowMs,
    ...more,
  };
  return { world, said, uploaded };
}

const running = (sha256: string) => ({ sha256, handler: undefined, runtime: undefined, layers: [], variables: [] });
const deployed = (stack: Partial<FakeStack> = {}) => new FakeCloudFormation(stack);

describe('a deployment', () => {
  it('shows what changes, protects what is pinned, and only then has it done', async () => {
    const cloudFormation = deployed({ isProtected: false });
    cloudFormation.changes = [alarmChanges];
    const of = { physicalId: '', type: 'AWS::CloudWatch::Alarm' };
    cloudFormation.outcome = {
      status: 'UPDATE_COMPLETE',
      events: [
        { ...of, logicalId: 'StrayAlarm', status: 'UPDATE_IN_PROGRESS' },
        { ...of, logicalId: 'StrayAlarm', status: 'UPDATE_COMPLETE' },
      ],
    };
    const { world, said, uploaded } = worldWith(cloudFormation);
    await deployStage(prepared, options, world);
    expect(cloudFormation.calls).toEqual([
      'createChangeSet',
      'protectStack true',
      'setStackPolicy',
      'executeChangeSet',
    ]);
    expect(uploaded).toEqual(['the-bucket/functions/f/1.zip', 'the-bucket/templates/1.json']);
    expect(cloudFormation.wanted).toMatchObject([
      {
        stackName: 'credential-broker-dev',
        description: 'of commit 1',
        templateUrl: 'https://the-bucket/templates/1.json',
        takesOver: false,
      },
    ]);
    expect(said).toEqual([
      `dev: as arn:aws:iam::${ACCOUNT}:user/ada, account ${ACCOUNT}, eu-west-1`,
      'dev: uploading to the-bucket',
      '  changed     AWS::CloudWatch::Alarm              StrayAlarm (Threshold)',
      '  1 changed',
      '    3 s  UPDATE_COMPLETE  StrayAlarm',
      'dev: deployed; every function runs what the sources make',
    ]);
  });

  it('has the stack policy deny what would replace or remove what is pinned and there, and nothing else', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    await deployStage(prepared, options, worldWith(cloudFormation).world);
    expect(JSON.parse(cloudFormation.policies[0] ?? '')).toEqual({
      Statement: [
        { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
        {
          Effect: 'Deny',
          Action: ['Update:Replace', 'Update:Delete'],
          Principal: '*',
          Resource: ['LogicalResourceId/LedgerTable', 'LogicalResourceId/VerifyTrustRole'],
        },
      ],
    });
  });

  it('of what is there already changes nothing, and leaves no change set', async () => {
    const cloudFormation = deployed();
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, options, world);
    expect(cloudFormation.calls).toEqual(['createChangeSet', 'deleteChangeSet']);
    expect(said.at(-1)).toBe('dev: nothing has changed; every function runs what the sources make');
  });

  it('says so where no resource is changed, and something is', async () => {
    const cloudFormation = deployed();
    cloudFormation.describeChangeSet = async () => ({ status: 'CREATE_COMPLETE', changes: [] });
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, options, world);
    expect(said).toContain('  no resource is changed: only outputs, or what becomes of resources when they leave');
    expect(cloudFormation.calls).toContain('executeChangeSet');
  });

  it('only shows what would change where no more is asked for', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, { ...options, showOnly: true }, world);
    expect(cloudFormation.calls).toEqual(['createChangeSet', 'deleteChangeSet']);
    expect(said.at(-1)).toBe('  1 changed');
  });

  it('of a new stage makes the stack with its bucket first', async () => {
    const cloudFormation = new FakeCloudFormation();
    cloudFormation.changes = [{ ...alarmChanges, action: 'Add' }];
    await deployStage(prepared, { ...options, account: ACCOUNT, watchMinutes: 5 }, worldWith(cloudFormation).world);
    expect(cloudFormation.calls).toEqual(['createStack', 'createChangeSet', 'setStackPolicy', 'executeChangeSet']);
    // No alarm of it rings before it is there, and a missing alarm would fail the update.
    expect(cloudFormation.wanted[0]).not.toHaveProperty('watch');
  });

  it('of a new stage can be shown without making anything', async () => {
    const cloudFormation = new FakeCloudFormation();
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, { ...options, account: ACCOUNT, showOnly: true }, world);
    expect(cloudFormation.calls).toEqual([]);
    expect(said.at(-1)).toBe('  3 made');
  });

  it('is watched by the alarms that tell of a broker that does not work', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    await deployStage(prepared, { ...options, watchMinutes: 10 }, worldWith(cloudFormation).world);
    const alarm = (name: string) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:credential-broker-dev-${name}`;
    expect(cloudFormation.wanted[0]?.watch).toEqual({
      minutes: 10,
      alarmArns: [
        { arn: alarm('not-issuing'), type: 'AWS::CloudWatch::CompositeAlarm' },
        { arn: alarm('issue-credentials-errors'), type: 'AWS::CloudWatch::Alarm' },
        { arn: alarm('tables-unusable'), type: 'AWS::CloudWatch::Alarm' },
      ],
    });
  });

  it('takes over a bucket under its name written out: CloudFormation imports no other', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    const handedOver: string[] = [];
    const { world } = worldWith(cloudFormation, {
      upload: async (_bucket, files) => {
        handedOver.push(...files.map(({ key, bytes }) => `${key} ${bytes}`));
      },
    });
    const BucketName = { 'Fn::Sub': 'credential-broker-dev-archive-${AWS::AccountId}' };
    const ArchiveBucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName, ObjectLockEnabled: true } };
    const Resources = { ...prepared.template.Resources, ArchiveBucket };
    const archived = { ...prepared, ...templateUpload({ ...prepared.template, Resources }) };
    await deployStage(archived, { ...options, takeOver: true }, world);
    const [, file = ''] = handedOver;
    expect(file).toContain(`"BucketName":"credential-broker-dev-archive-${ACCOUNT}","ObjectLockEnabled":true`);
    const [key = ''] = file.split(' ');
    expect(cloudFormation.wanted[0]).toMatchObject({ templateUrl: `https://the-bucket/${key}`, takesOver: true });
    expect(key).not.toBe(archived.templateFile.key);
  });

  it('says why where it did not come through, and that what was there before is there again', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    const of = { physicalId: '', type: 'AWS::CloudWatch::Alarm' };
    cloudFormation.outcome = {
      status: 'UPDATE_ROLLBACK_COMPLETE',
      events: [
        { ...of, logicalId: 'StrayAlarm', status: 'UPDATE_FAILED', reason: 'not authorised' },
        { ...of, logicalId: 'OtherAlarm', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
      ],
    };
    const failure = await deployStage(prepared, options, worldWith(cloudFormation).world).catch(String);
    expect(failure).toBe(
      'Error: The update did not come through; what was deployed before is there again (UPDATE_ROLLBACK_COMPLETE).\n  StrayAlarm: not authorised',
    );
  });

  it.each([
    ['was rolled back', { status: 'UPDATE_ROLLBACK_COMPLETE', events: [] }, undefined],
    ['could not be rolled back', { status: 'UPDATE_ROLLBACK_FAILED', events: [] }, undefined],
    ['was refused', { status: 'UPDATE_COMPLETE', events: [] }, new Error('not authorised')],
  ])('protects again what was to leave the stack, where the update %s', async (_how, outcome, refused) => {
    const resources = new Map([
      ['ServerlessDeploymentBucket', 'the-bucket'],
      ['LedgerTable', 'the-ledger'],
      ['ArchiveBucket', 'the-archive'],
    ]);
    const cloudFormation = deployed({ resources });
    cloudFormation.changes = [
      { action: 'Remove', logicalId: 'ArchiveBucket', type: 'AWS::S3::Bucket', properties: [] },
    ];
    cloudFormation.outcome = outcome;
    if (refused !== undefined) cloudFormation.executeChangeSet = async () => Promise.reject(refused);
    const letGo = { ...options, letGo: ['ArchiveBucket'] };
    await expect(deployStage(prepared, letGo, worldWith(cloudFormation).world)).rejects.toThrow(
      refused?.message ?? 'did not come through',
    );
    const denied = cloudFormation.policies.map((policy) => JSON.parse(policy).Statement[1].Resource);
    expect(denied).toEqual([
      ['LogicalResourceId/LedgerTable', 'LogicalResourceId/VerifyTrustRole'],
      ['ArchiveBucket', 'LedgerTable', 'ServerlessDeploymentBucket'].map((id) => `LogicalResourceId/${id}`),
    ]);
  });

  it('says why the update failed also where the stack policy cannot be set again', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    cloudFormation.outcome = { status: 'UPDATE_ROLLBACK_COMPLETE', events: [] };
    const set = cloudFormation.setStackPolicy.bind(cloudFormation);
    cloudFormation.setStackPolicy = async (name, policy) => {
      if (cloudFormation.policies.length > 0) throw new Error('token expired');
      await set(name, policy);
    };
    const { world, said } = worldWith(cloudFormation);
    await expect(deployStage(prepared, options, world)).rejects.toThrow('did not come through');
    expect(said.at(-1)).toBe(
      '  the stack policy may not protect all that is there, until it is deployed again: token expired',
    );
  });

  it('says which alarm rolled it back, though no resource failed', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    const stack = { logicalId: 'credential-broker-dev', physicalId: '', type: 'AWS::CloudFormation::Stack' };
    const reason = 'Rollback requested due to alarm arn:not-issuing';
    cloudFormation.outcome = {
      status: 'UPDATE_ROLLBACK_COMPLETE',
      events: [{ ...stack, status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason }],
    };
    await expect(deployStage(prepared, options, worldWith(cloudFormation).world)).rejects.toThrow(
      `is there again (UPDATE_ROLLBACK_COMPLETE).\n  credential-broker-dev: ${reason}`,
    );
  });

  it('names what CloudFormation left behind, and not what it could delete at the second try', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    const subnet = (zone: number, status: string) => {
      return { logicalId: `NetworkSubnet${zone}`, physicalId: `subnet-${zone}`, type: 'AWS::EC2::Subnet', status };
    };
    const reason = 'has dependencies and cannot be deleted';
    cloudFormation.outcome = {
      status: 'UPDATE_COMPLETE',
      events: [
        { ...subnet(1, 'DELETE_FAILED'), reason },
        { ...subnet(2, 'DELETE_FAILED'), reason },
        { ...subnet(1, 'DELETE_FAILED'), reason },
        subnet(2, 'DELETE_COMPLETE'),
        { ...subnet(1, 'DELETE_FAILED'), reason },
      ],
    };
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, options, world);
    expect(said.slice(-2)).toEqual([
      '  left behind, delete it yourself: NetworkSubnet1 (AWS::EC2::Subnet subnet-1) is no part of the stack any more',
      'dev: deployed; every function runs what the sources make',
    ]);
    expect(said.filter((line) => line.includes('left behind'))).toHaveLength(1);
  });

  it('claims nothing to be there again that could not be put back', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    cloudFormation.outcome = { status: 'UPDATE_ROLLBACK_FAILED', events: [] };
    const failure = await deployStage(prepared, options, worldWith(cloudFormation).world).catch(String);
    expect(failure).toContain('continue-update-rollback');
    expect(failure).not.toContain('is there again');
  });

  it('whose watching breaks off says that CloudFormation goes on', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges];
    cloudFormation.eventsSince = async () => Promise.reject(new Error('The security token is expired'));
    await expect(deployStage(prepared, options, worldWith(cloudFormation).world)).rejects.toThrow(
      'broke off: The security token is expired\n  CloudFormation goes on by itself; the same command',
    );
    // What is let go by it may still go.
    expect(cloudFormation.policies).toHaveLength(1);
  });

  it('fails where a function does not run what the sources make', async () => {
    const { world } = worldWith(deployed(), { codeOf: async () => running('another') });
    await expect(deployStage(prepared, options, world)).rejects.toThrow(
      'credential-broker-dev-verify-trust runs another; the sources make hash-of-the-sources',
    );
  });

  it('fails where CloudFormation makes no change set of it, and leaves none', async () => {
    const cloudFormation = deployed();
    cloudFormation.changeSetFails = 'Template format error';
    await expect(deployStage(prepared, options, worldWith(cloudFormation).world)).rejects.toThrow(
      'Template format error',
    );
    expect(cloudFormation.calls).toEqual(['createChangeSet', 'deleteChangeSet']);
  });
});

describe('what must not be deployed', () => {
  const role = {
    logicalId: 'VerifyTrustRole',
    type: 'AWS::IAM::Role',
    physicalId: 'credential-broker-dev-verify-trust',
  };
  it.each<[string, ResourceChange, RegExp]>([
    [
      'replaces a role',
      { ...role, action: 'Modify', replacement: 'True', properties: ['RoleName'] },
      /would be replaced because of RoleName\. The trust policy of every customer/,
    ],
    ['removes a role', { ...role, action: 'Remove', properties: [] }, /would be removed/],
    [
      'removes a table',
      { action: 'Remove', logicalId: 'LedgerTable', type: 'AWS::DynamoDB::Table', properties: [] },
      /LedgerTable .* would be removed\. The broker would go on with an empty table/,
    ],
  ])('is refused before anything has changed: what %s', async (_what, change, message) => {
    const cloudFormation = deployed();
    cloudFormation.changes = [alarmChanges, change];
    await expect(deployStage(prepared, options, worldWith(cloudFormation).world)).rejects.toThrow(message);
    expect(cloudFormation.calls).toEqual(['createChangeSet', 'deleteChangeSet']);
  });

  it('is told of where CloudFormation cannot know yet, and is left to the stack policy', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [{ ...role, action: 'Modify', replacement: 'Conditional', properties: ['RoleName'] }];
    const { world, said } = worldWith(cloudFormation);
    await deployStage(prepared, options, world);
    expect(said).toContainEqual(
      expect.stringMatching(/VerifyTrustRole .* might be replaced because of RoleName: the stack policy forbids it/),
    );
    expect(cloudFormation.policies).toHaveLength(1);
  });

  const vpc = { logicalId: 'Network', type: 'AWS::EC2::VPC', physicalId: 'vpc-1' };
  it('is a network that would be made anew while functions are in it', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [{ ...vpc, action: 'Modify', replacement: 'True', properties: ['CidrBlock'] }];
    await expect(deployStage(prepared, options, worldWith(cloudFormation).world)).rejects.toThrow(
      /Network .* would be replaced because of CidrBlock\. .* take hardening\.vpc away first/,
    );
  });

  it('is not a network that leaves with its setting, which the stack policy lets go, and lets nobody replace', async () => {
    const cloudFormation = deployed();
    cloudFormation.changes = [{ ...vpc, action: 'Remove', properties: [] }];
    const withNetwork = {
      ...prepared,
      template: { ...prepared.template, Resources: { Network: { Type: vpc.type, Properties: {} } } },
    };
    await deployStage(withNetwork, options, worldWith(cloudFormation).world);
    expect(JSON.parse(cloudFormation.policies[0] ?? '').Statement[2]).toEqual({
      Effect: 'Deny',
      Action: 'Update:Replace',
      Principal: '*',
      Resource: ['LogicalResourceId/Network'],
    });
  });

  it('may leave the stack by name, where it is kept then, and nothing else may', async () => {
    const cloudFormation = deployed();
    const remove = { action: 'Remove', properties: [] };
    cloudFormation.changes = [{ ...remove, logicalId: 'ArchiveBucket', type: 'AWS::S3::Bucket' }];
    await deployStage(prepared, { ...options, letGo: ['ArchiveBucket'] }, worldWith(cloudFormation).world);
    expect(cloudFormation.calls).toContain('executeChangeSet');
    cloudFormation.changes = [{ ...remove, ...role }];
    await expect(
      deployStage(prepared, { ...options, letGo: ['VerifyTrustRole'] }, worldWith(cloudFormation).world),
    ).rejects.toThrow('would be removed');
  });

  it('may not leave the stack, by name or not, where the template that is deployed has it deleted then', async () => {
    const cloudFormation = deployed();
    const bucket = { logicalId: 'ArchiveBucket', type: 'AWS::S3::Bucket', properties: [] };
    cloudFormation.changes = [{ ...bucket, action: 'Remove', policyAction: 'Delete' }];
    await expect(
      deployStage(prepared, { ...options, letGo: ['ArchiveBucket'] }, worldWith(cloudFormation).world),
    ).rejects.toThrow('would be removed, and not kept: what is deployed does not say so');
    expect(cloudFormation.calls).not.toContain('executeChangeSet');
  });
});

describe('where a stage is deployed to', () => {
  const outputs = (entries: Record<string, string>) => ({ outputs: new Map(Object.entries(entries)) });
  const caller = (arn: string, accountId = ACCOUNT) => ({ caller: { accountId, arn } });
  it.each<[string, FakeCloudFormation, Partial<DeployOptions>, Partial<DeployWorld>, string]>([
    ['a new stage, and no account is named', new FakeCloudFormation(), {}, {}, `say so: --account ${ACCOUNT}`],
    ['another account than is named', deployed(), { account: '222222222222' }, {}, '--account says 222222222222'],
    ['another partition', deployed(), {}, caller(`arn:aws-cn:iam::${ACCOUNT}:user/ada`), 'of the partition aws-cn'],
    [
      'another deployment id',
      deployed(outputs({ DeploymentId: 'other', TenancyMode: config.mode })),
      {},
      {},
      'no customer could be served',
    ],
    [
      'another mode',
      deployed(outputs({ DeploymentId: config.deploymentId, TenancyMode: 'dedicated' })),
      {},
      {},
      'make another stage',
    ],
    ['a stack that does not say which it is', deployed(outputs({})), {}, {}, 'If it is this one, say so: --adopt'],
    ['a stack that says it in part', deployed(outputs({ TenancyMode: config.mode })), {}, {}, 'say so: --adopt'],
    [
      'one that says another thing, adopted or not',
      deployed(outputs({ DeploymentId: 'other' })),
      { adopt: true },
      {},
      'no customer could be served',
    ],
    ['a stack at work', deployed({ status: 'UPDATE_IN_PROGRESS' }), {}, {}, 'wait until that is over'],
    [
      'a stack that could not be rolled back',
      deployed({ status: 'UPDATE_ROLLBACK_FAILED' }),
      {},
      {},
      'continue-update-rollback',
    ],
    ['a stack that never came to be', deployed({ status: 'ROLLBACK_COMPLETE' }), {}, {}, 'npm run remove'],
    ['a stack that is only planned', deployed({ status: 'REVIEW_IN_PROGRESS' }), {}, {}, 'delete-stack'],
    ['an update left half-way', deployed({ status: 'UPDATE_FAILED' }), {}, {}, 'rollback-stack, and deploy again'],
    ['an import left half-way', deployed({ status: 'IMPORT_ROLLBACK_FAILED' }), {}, {}, 'see its events for why, mend'],
  ])('is refused: %s', async (_what, cloudFormation, chosen, world, message) => {
    await expect(
      deployStage(prepared, { ...options, ...chosen }, worldWith(cloudFormation, world).world),
    ).rejects.toThrow(message);
    expect(cloudFormation.calls).toEqual([]);
  });

  it('is no decoy', async () => {
    const decoy = { ...prepared, config: { ...config, canaryAccounts: [ACCOUNT] } };
    await expect(deployStage(decoy, options, worldWith(deployed()).world)).rejects.toThrow('a decoy is never');
  });

  it('may be a stack that does not say which it is, where somebody says so, or where there is nothing in it', async () => {
    await deployStage(prepared, { ...options, adopt: true }, worldWith(deployed(outputs({}))).world);
    const begun = new Map([
      ['ServerlessDeploymentBucket', 'the-bucket'],
      ['ServerlessDeploymentBucketPolicy', 'its-policy'],
    ]);
    await deployStage(prepared, options, worldWith(deployed({ ...outputs({}), resources: begun })).world);
  });

  it('is right with the id and mode that are deployed', async () => {
    const cloudFormation = deployed(outputs({ DeploymentId: config.deploymentId, TenancyMode: config.mode }));
    await deployStage(prepared, { ...options, account: ACCOUNT }, worldWith(cloudFormation).world);
  });
});
