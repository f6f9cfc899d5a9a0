import { createServer } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeFromLambda } from '../../../../config/deploy/code-from-lambda.ts';
import { emptyBucket } from '../../../../config/deploy/empty-bucket.ts';
import { isSwitchedOff } from '../../../../config/deploy/switched-off.ts';

/** What AWS answers, in its order, and what it was asked. */
let answers: (readonly [number, string])[] = [];
const asked: { readonly url: string; readonly body: string }[] = [];
const aws = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    asked.push({ url: request.url ?? '', body });
    const [status, text] = answers.shift() ?? [500, ''];
    response.statusCode = status;
    response.end(text);
  });
});
let place: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: 1;
};
beforeAll(async () => {
  await new Promise<void>((done) => aws.listen(0, '127.0.0.1', done));
  const address = aws.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  place = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };
});
afterAll(() => aws.close());
beforeEach(() => {
  asked.length = 0;
});

describe('whether a stage issues anything', () => {
  const ask = () => isSwitchedOff(DynamoDBDocumentClient.from(new DynamoDBClient(place)), 'dev');

  it('is told by its global switch, read consistently', async () => {
    answers = [[200, '{"Item":{"switchId":{"S":"global"}}}']];
    expect(await ask()).toBe(true);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      TableName: 'credential-broker-dev-switches',
      Key: { switchId: { S: 'global' } },
      ConsistentRead: true,
    });
    answers = [[200, '{}']];
    expect(await ask()).toBe(false);
  });

  it('is no question where there are no switches, and unknown where they cannot be read', async () => {
    answers = [[400, '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}']];
    expect(await ask()).toBe(true);
    answers = [[400, '{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException"}']];
    await expect(ask()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('a bucket that goes', () => {
  const empty = () => emptyBucket(new S3Client({ ...place, forcePathStyle: true }), 'results');
  const versions = (inner: string) => `<ListVersionsResult>${inner}</ListVersionsResult>`;

  it('is emptied, page by page, of every version and every marker', async () => {
    const version = (name: string) => `<${name}><Key>a&amp;b</Key><VersionId>${name}1</VersionId></${name}>`;
    answers = [
      [200, versions(`${version('Version')}${version('DeleteMarker')}`)],
      [200, '<DeleteResult/>'],
      [200, versions('')],
    ];
    await empty();
    expect(asked[1]?.body).toContain('<Key>a&amp;b</Key><VersionId>Version1</VersionId>');
    expect(asked[1]?.body).toContain('<VersionId>DeleteMarker1</VersionId>');
    expect(asked).toHaveLength(3);
  });

  it('is empty when it is gone already', async () => {
    answers = [[404, '<Error><Code>NoSuchBucket</Code></Error>']];
    await empty();
  });

  it('is told of where something in it cannot be deleted', async () => {
    answers = [
      [200, versions('<Version><Key>a</Key><VersionId>1</VersionId></Version>')],
      [
        200,
        '<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>locked</Message></Error></DeleteResult>',
      ],
    ];
    await expect(empty()).rejects.toThrow('results/a cannot be deleted: locked');
  });
});

describe('the code that a function runs', () => {
  const codeOf = (name: string) => codeFromLambda(new LambdaClient(place))(name);

  it('is told with all that has other code run, and with the names of variables alone', async () => {
    const told = { Handler: 'scan.handler', Runtime: 'nodejs24.x', Layers: [{ Arn: 'arn:layer' }] };
    answers = [[200, JSON.stringify({ ...told, Environment: { Variables: { TABLE: 'secret' } } })]];
    expect(await codeOf('broker-scan')).toEqual({
      sha256: undefined,
      handler: 'scan.handler',
      runtime: 'nodejs24.x',
      layers: ['arn:layer'],
      variables: ['TABLE'],
    });
  });

  it('is told by Lambda, and there is none where there is no function', async () => {
    answers = [[200, '{"CodeSha256":"hash"}']];
    expect(await codeOf('broker-scan')).toEqual({ sha256: 'hash', layers: [], variables: [] });
    expect(asked[0]?.url).toBe('/2015-03-31/functions/broker-scan/configuration');
    answers = [[404, '{"__type":"ResourceNotFoundException","Type":"User"}']];
    expect(await codeOf('broker-scan')).toBeUndefined();
    answers = [[403, '{"__type":"AccessDeniedException"}']];
    await expect(codeOf('broker-scan')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
