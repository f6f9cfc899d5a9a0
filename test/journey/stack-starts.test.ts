import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { AnsweredCall } from '../../local/stack/deferred-services.ts';
import type { Transition } from '../../local/stack/transition.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const PREFIX = 'credential-broker-local';
const accountsFile = path.join(projectRoot, 'local', 'accounts', 'emulated-accounts.json');
const packageDir = path.join(projectRoot, '.build', 'local');

let stack: Stack;

beforeAll(async () => {
  await packageStage({ stage: 'local', log: () => undefined });
  stack = await startStack({ port: 0, accountsFile, packageDir });
});
afterAll(() => stack.close());

/** What any AWS client reads from the config file that the stack writes. */
async function profile(name: string) {
  const text = await readFile(stack.awsConfigFile, 'utf8');
  const section = text.split('[profile ').find((part) => part.startsWith(`${name}]`)) ?? '';
  const setting = (key: string) => new RegExp(`^${key} = (.+)$`, 'm').exec(section)?.[1] ?? '';
  return {
    endpoint: setting('endpoint_url'),
    region: setting('region'),
    credentials: { accessKeyId: setting('aws_access_key_id'), secretAccessKey: setting('aws_secret_access_key') },
  };
}

function runJobEvent(detail: object) {
  const event = { EventBusName: PREFIX, Source: 'com.example.scans', DetailType: 'RunJob' };
  return new PutEventsCommand({ Entries: [{ ...event, Detail: JSON.stringify({ version: 1, ...detail }) }] });
}

describe('the embedded stack', () => {
  it('knows who signed a request', async () => {
    const identity = await new STSClient(await profile('customer-222222222222')).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '222222222222', Arn: 'arn:aws:iam::222222222222:user/customer' });
  });

  it('keeps what an operator puts into a table', async () => {
    const dynamo = new DynamoDBClient(await profile('operator'));
    const TableName = `${PREFIX}-tenants`;
    const Item = { tenantId: { S: 'someone' }, record: { S: 'tenant' }, bytes: { B: Uint8Array.of(1, 2) } };
    await dynamo.send(new PutItemCommand({ TableName, Item }));
    const { tenantId, record } = Item;
    expect(await dynamo.send(new GetItemCommand({ TableName, Key: { tenantId, record } }))).toMatchObject({ Item });
    expect((await stack.snapshotTables())[TableName]).toHaveLength(1);
  });

  it('refuses a principal what its policy does not allow', async () => {
    const dynamo = new DynamoDBClient(await profile('scan-scheduler'));
    const reading = new GetItemCommand({
      TableName: `${PREFIX}-tenants`,
      Key: { tenantId: { S: 'a' }, record: { S: 'b' } },
    });
    await expect(dynamo.send(reading)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('brings an event through rule and queue to the function, which records its decision', async () => {
    const transitions: Transition[] = [];
    const stop = stack.onTransition((transition) => transitions.push(transition));
    const events = new EventBridgeClient(await profile('scan-scheduler'));
    const put = await events.send(runJobEvent({ tenantId: 'nobody', job: 'scan-account' }));
    expect(put.FailedEntryCount).toBe(0);
    await stack.idle();
    const ledger = (await stack.snapshotTables())[`${PREFIX}-ledger`];
    expect(ledger).toMatchObject([{ decision: { S: 'refused' }, tenantId: { S: 'nobody' } }]);
    expect(stack.queues.counts(`${PREFIX}-requests`)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await expect.poll(() => transitions.map(({ transition }) => transition)).toEqual(['request.refused']);
    stop();
  });

  it('lets nobody send to the request queue past the bus', async () => {
    const sqs = new SQSClient(await profile('scan-scheduler'));
    const QueueUrl = `${stack.endpoint}/111111111111/${PREFIX}-requests`;
    const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    await expect(sending).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('fires the minute schedule when its clock is advanced, under the role of the function', async () => {
    const calls: AnsweredCall[] = [];
    const stop = stack.onCall((call) => calls.push(call));
    stack.advance(60_000);
    await stack.idle();
    stop();
    const role = `assumed-role/${PREFIX}-sweep-issuances/${PREFIX}-sweep-issuances`;
    expect(calls.map(({ call }) => call.caller.arn)).toContain(`arn:aws:sts::111111111111:${role}`);
    expect(calls.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
  });

  it('serves clients on real time after its clock has moved', async () => {
    stack.advance(3_600_000);
    const sqs = new SQSClient(await profile('operator'));
    const QueueUrl = `${stack.endpoint}/111111111111/${PREFIX}-requests-dlq`;
    const attributes = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(attributes.Attributes).toMatchObject({ ApproximateNumberOfMessages: '0' });
    await stack.idle();
  });

  it('invokes a function for who may, and only for them', async () => {
    const invoke = new InvokeCommand({ FunctionName: `${PREFIX}-sweep-issuances`, Payload: Buffer.from('{}') });
    const answer = await new LambdaClient(await profile('operator')).send(invoke);
    expect([answer.StatusCode, answer.FunctionError]).toEqual([200, undefined]);
    const refused = new LambdaClient(await profile('scan-scheduler')).send(invoke);
    await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('leaves nothing behind when it is closed', async () => {
    const other = await startStack({ port: 0, accountsFile, packageDir });
    expect(existsSync(other.awsConfigFile)).toBe(true);
    await other.close();
    expect(existsSync(path.dirname(other.awsConfigFile))).toBe(false);
    await expect(fetch(other.endpoint)).rejects.toThrow();
  });

  it('says that its port is taken', async () => {
    const starting = startStack({ port: stack.port, accountsFile, packageDir });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('says what to do when nothing is packaged', async () => {
    const starting = startStack({ port: 0, accountsFile, packageDir: path.join(tmpdir(), 'nothing-is-here') });
    await expect(starting).rejects.toThrow('run npm run package');
  });

  it('does not start when the role of a mapping may not poll its queue', async () => {
    const copy = await mkdtemp(path.join(tmpdir(), 'without-polling-'));
    await cp(packageDir, copy, { recursive: true });
    const file = path.join(copy, 'package', 'cloudformation-template-update-stack.json');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('sqs:ReceiveMessage', 'sqs:ListQueues'));
    const starting = startStack({ port: 0, accountsFile, packageDir: copy });
    await expect(starting).rejects.toThrow(/mapping \w+ cannot poll .*-requests: .*sqs:ReceiveMessage/);
    await rm(copy, { recursive: true });
  });
});

describe('npm run local', () => {
  function run(...args: string[]) {
    const child = spawn(process.execPath, ['local/main.ts', ...args], { cwd: projectRoot, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
    });
    return { child, output, exited: once(child, 'exit').then(([code]) => code) };
  }

  it('says in one line that it is ready, and stops clean when asked to', async () => {
    const { child, output, exited } = run('--port', '0', '--quiet');
    await expect.poll(() => output.stdout, { timeout: 20_000 }).toContain('\n');
    const ready = JSON.parse(output.stdout);
    expect(ready).toEqual({ ready: true, endpoint: expect.any(String), awsConfigFile: expect.any(String) });
    const served = await readFile(ready.awsConfigFile, 'utf8');
    expect(served).toContain(`endpoint_url = ${ready.endpoint}`);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(output.stderr).toBe('');
    expect(existsSync(path.dirname(ready.awsConfigFile))).toBe(false);
  });

  it.each([
    { name: 'an unknown option', args: () => ['--prot', '1'], code: 2, says: "Unknown option '--prot'" },
    { name: 'a port that is taken', args: () => ['--port', String(stack.port)], code: 1, says: 'is taken' },
    { name: 'a missing accounts file', args: () => ['--accounts', 'not-there.json'], code: 1, says: 'not-there.json' },
  ])('exits with $code for $name', async ({ args, code, says }) => {
    const { output, exited } = run(...args());
    expect(await exited).toBe(code);
    expect(output.stderr).toContain(says);
    expect(output.stdout).toBe('');
  });
});
