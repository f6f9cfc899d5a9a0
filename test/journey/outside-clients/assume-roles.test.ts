import { expect, it } from 'vitest';
import { awsAs, awsCli, boto3, describeWith, pythonAs, type Ran } from './outside-clients.ts';
import { stackForClients } from './stack-for-clients.ts';

const PROBER = 'arn:aws:iam::111111111111:role/outside-prober';
const EXTERNAL_ID = 'cb-local1-11111111-2222-4333-8444-555555555555';

/** As a customer writes it: the broker's account, one role of it, and the external ID that it was given. */
const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID }, ArnEquals: { 'aws:PrincipalArn': PROBER } },
    },
  ],
});
const permissions = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
});

describeWith(awsCli, 'a role of an emulated customer, with the AWS CLI', () => {
  const stack = stackForClients();
  const aws = awsAs(() => stack().awsConfigFile);
  const customer = (...args: readonly string[]) => aws('customer-222222222222', 'iam', ...args);
  const roleArn = (name: string) => `arn:aws:iam::222222222222:role/credential-broker/${name}`;

  async function createRole(name: string): Promise<void> {
    const named = ['--role-name', name];
    const document = ['--assume-role-policy-document', trustPolicy];
    const made = await customer('create-role', ...named, '--path', '/credential-broker/', ...document);
    expect([made.exitCode, made.stderr]).toEqual([0, '']);
    expect(JSON.parse(made.stdout)).toMatchObject({
      Role: { Arn: roleArn(name), AssumeRolePolicyDocument: JSON.parse(trustPolicy) },
    });
    const put = await customer('put-role-policy', ...named, '--policy-name', 'list', '--policy-document', permissions);
    expect([put.exitCode, put.stderr]).toEqual([0, '']);
  }
  function assume(profile: string, name: string, ...rest: readonly string[]): Promise<Ran> {
    return aws(profile, 'sts', 'assume-role', '--role-arn', roleArn(name), '--role-session-name', 'outside', ...rest);
  }
  /** The environment that a shell would export the session to. */
  function session({ stdout }: Ran): ReturnType<typeof awsAs> {
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout).Credentials;
    const environment = {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    };
    return awsAs(() => stack().awsConfigFile, environment);
  }

  it('opens to the right external ID, and its session may do what the role may', async () => {
    await createRole('opens');
    const assumed = await assume('outside-prober', 'opens', '--external-id', EXTERNAL_ID);
    expect([assumed.exitCode, assumed.stderr]).toEqual([0, '']);
    const asSession = session(assumed);
    const identity = await asSession(
      'outside-prober',
      'sts',
      'get-caller-identity',
      '--query',
      'Arn',
      '--output',
      'text',
    );
    expect(identity.stdout).toBe('arn:aws:sts::222222222222:assumed-role/opens/outside\n');
    expect((await asSession('outside-prober', 's3', 'ls')).stdout).toContain('acme-backups');
    const listing = await asSession('outside-prober', 's3', 'ls', 's3://acme-backups');
    expect(listing).toMatchObject({ exitCode: 255, stderr: expect.stringContaining('(AccessDenied)') });
  });

  it('gives a session no more than its session policy', async () => {
    await createRole('narrowed');
    const nothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
    const assumed = await assume('outside-prober', 'narrowed', '--external-id', EXTERNAL_ID, '--policy', nothing);
    const listing = await session(assumed)('outside-prober', 's3', 'ls');
    expect(listing).toMatchObject({ exitCode: 255, stderr: expect.stringContaining('(AccessDenied)') });
  });

  it('stays shut to everything else', async () => {
    await createRole('shut');
    const right = ['--external-id', EXTERNAL_ID];
    const attempts = [
      await assume('outside-prober', 'shut', '--external-id', `${EXTERNAL_ID}x`),
      await assume('outside-prober', 'shut'),
      await assume('scan-scheduler', 'shut', ...right),
      await assume('customer-222222222222', 'shut', ...right),
      await assume('outside-prober', 'not-there', ...right),
    ];
    for (const { exitCode, stdout, stderr } of attempts) {
      expect([exitCode, stdout]).toEqual([255, '']);
      expect(stderr).toContain('An error occurred (AccessDenied) when calling the AssumeRole operation: ');
    }
  });

  it.each([
    { args: ['get-role', '--role-name', 'not-there'], code: 'NoSuchEntity', operation: 'GetRole' },
    {
      args: ['create-role', '--role-name', 'bad', '--assume-role-policy-document', '{}'],
      code: 'MalformedPolicyDocument',
      operation: 'CreateRole',
    },
    { args: ['list-users'], code: 'InvalidAction', operation: 'ListUsers' },
  ])('prints $code', async ({ args, code, operation }) => {
    const { exitCode, stderr } = await customer(...args);
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`An error occurred (${code}) when calling the ${operation} operation`);
  });
});

describeWith(boto3, 'a role of an emulated customer, with boto3', () => {
  const stack = stackForClients();
  const python = pythonAs(() => stack().awsConfigFile);

  it('is made, assumed with the right external ID only, and used', async () => {
    const made = await python(
      'customer-333333333333',
      `iam = boto3.client('iam')
role = iam.create_role(RoleName='scanner', Path='/credential-broker/', AssumeRolePolicyDocument='${trustPolicy}')['Role']
iam.put_role_policy(RoleName='scanner', PolicyName='list', PolicyDocument='${permissions}')
tell([role['Arn'], iam.list_role_policies(RoleName='scanner')['PolicyNames']])`,
    );
    const arn = 'arn:aws:iam::333333333333:role/credential-broker/scanner';
    expect(made).toEqual([arn, ['list']]);
    const used = await python(
      'outside-prober',
      `sts = boto3.client('sts')
role = {'RoleArn': '${arn}', 'RoleSessionName': 'outside'}
refused = [error_of(sts.assume_role, **role, ExternalId='cb-wrong'), error_of(sts.assume_role, **role)]
answer = sts.assume_role(**role, ExternalId='${EXTERNAL_ID}', DurationSeconds=900)['Credentials']
keys = {'aws_access_key_id': answer['AccessKeyId'], 'aws_secret_access_key': answer['SecretAccessKey']}
def client(token): return boto3.client('s3', **keys, aws_session_token=token)
names = [bucket['Name'] for bucket in client(answer['SessionToken']).list_buckets()['Buckets']]
tell([refused, names, error_of(client('x' + answer['SessionToken']).list_buckets)])`,
    );
    const denied = ['AccessDenied', 403];
    expect(used).toEqual([
      [denied, denied],
      ['globex-load-balancer-logs', 'globex-payroll', 'globex-public-downloads'],
      ['InvalidToken', 403],
    ]);
  });
});
