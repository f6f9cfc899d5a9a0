import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { parsePolicyDocument } from '../../local/iam/policy-document.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type RawAnswer, sendRaw, signRaw } from '../unit/local/http/signed-fetch.ts';

const FUNCTION = 'credential-broker-local-scan-account';
const echo = `export const handler = async (event) => {
  if (event.rawPath === '/fails') throw new Error('as asked');
  return { statusCode: 201, headers: { 'X-Seen': 'yes' }, body: JSON.stringify(event) };
};`;

let packageDir: string;
let stack: Stack;

/** A principal whose permissions hold for calls through a URL only, as every grant of the broker's does. */
const visitor = { accessKeyId: 'AKIAVISITORVISITORXX', secretAccessKey: 'visitor-secret-visitor-secret-visitor-se' };
const operator = {
  accessKeyId: 'AKIALOCALOPERATORXXX',
  secretAccessKey: 'local-operator-not-a-real-secret-xxxxxxx',
};
const scheduler = {
  accessKeyId: 'AKIALOCALSCANSCHEDUL',
  secretAccessKey: 'local-scan-scheduler-not-a-real-secret-x',
};

beforeAll(async () => {
  await packageStage({ stage: 'local', log: () => undefined });
  packageDir = await mkdtemp(path.join(tmpdir(), 'with-a-url-'));
  await cp(path.join(projectRoot, '.build', 'local'), packageDir, { recursive: true });
  await writeFile(path.join(packageDir, 'functions', 'scan-account.mjs'), echo);
  const file = path.join(packageDir, 'package', 'cloudformation-template-update-stack.json');
  const template = JSON.parse(await readFile(file, 'utf8'));
  template.Resources.ScanAccountUrl = {
    Type: 'AWS::Lambda::Url',
    Properties: { AuthType: 'AWS_IAM', TargetFunctionArn: { 'Fn::GetAtt': [logicalIdOf(template.Resources), 'Arn'] } },
  };
  await writeFile(file, JSON.stringify(template));
  const accountsFile = path.join(projectRoot, 'local', 'accounts', 'emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir });
  const policy = parsePolicyDocument(JSON.stringify(viaUrlOnly), 'identity');
  stack.identities.addPrincipal({ ...visitor, arn: 'arn:aws:iam::111111111111:user/visitor', policy });
});
afterAll(async () => {
  await stack.close();
  await rm(packageDir, { recursive: true });
});

function logicalIdOf(resources: Record<string, { Properties: { FunctionName?: string } }>): string {
  const found = Object.entries(resources).find(([, { Properties }]) => Properties?.FunctionName === FUNCTION);
  return found?.[0] ?? 'not in the template';
}

const viaUrlOnly = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
      Resource: `arn:aws:lambda:*:111111111111:function:${FUNCTION}`,
      Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    },
  ],
};

async function call(keys: typeof visitor, pathInUrl = '/', functionName = FUNCTION): Promise<RawAnswer> {
  const { endpoint } = stack;
  const request = {
    method: 'POST',
    path: `/_url/${functionName}${pathInUrl}`,
    headers: { 'content-type': 'application/json' },
    body: '{"asked":true}',
  };
  return sendRaw(endpoint, await signRaw(request, { endpoint, service: 'lambda', keys }));
}

describe('a function URL of the embedded stack', () => {
  it('runs the function for who may call it, and tells it who that is', async () => {
    const answer = await call(visitor, '/some/path');
    expect(answer).toMatchObject({ statusCode: 201, headers: { 'x-seen': 'yes' } });
    expect(JSON.parse(answer.body)).toMatchObject({
      version: '2.0',
      rawPath: '/some/path',
      body: '{"asked":true}',
      requestContext: {
        accountId: '111111111111',
        authorizer: { iam: { userArn: 'arn:aws:iam::111111111111:user/visitor', accessKey: visitor.accessKeyId } },
        requestId: answer.headers['x-amzn-requestid'],
      },
    });
  });

  it('keeps who may come through the URL only from invoking the function, and forging an event', async () => {
    const client = new LambdaClient({ endpoint: stack.endpoint, region: 'eu-west-1', credentials: visitor });
    const forged = new InvokeCommand({ FunctionName: FUNCTION, Payload: Buffer.from('{"requestContext":{}}') });
    await expect(client.send(forged)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('refuses who may not call it', async () => {
    const answer = await call(scheduler);
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
    expect(answer.body).toContain('lambda:InvokeFunctionUrl');
  });

  it('answers 502 for a function that fails, and nothing of why', async () => {
    expect(await call(visitor, '/fails')).toMatchObject({ statusCode: 502, body: 'Internal Server Error' });
  });

  it('says that a function has no URL', async () => {
    const answer = await call(operator, '/', 'credential-broker-local-issue-credentials');
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('credential-broker-local-issue-credentials has no URL');
  });
});
