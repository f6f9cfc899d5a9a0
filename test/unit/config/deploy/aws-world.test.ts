import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAws } from '../../../../config/deploy/aws-world.ts';

const ACCOUNT = '111111111111';
const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/ada</Arn><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const NO_STACK =
  '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id s does not exist</Message></Error></ErrorResponse>';

type Place = { readonly url: string; readonly asked: string[]; readonly server: Server };
let places: Record<'sts' | 'cloudFormation' | 's3', Place>;

/** A service of its own, which takes down what it is asked. */
async function placeThatAnswers(status: number, answer: string): Promise<Place> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-amz-expected-bucket-owner'] ?? ''}`.trim());
    request.resume();
    request.on('end', () => response.writeHead(status).end(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, asked, server };
}

beforeEach(async () => {
  places = {
    sts: await placeThatAnswers(200, IDENTITY),
    cloudFormation: await placeThatAnswers(400, NO_STACK),
    s3: await placeThatAnswers(200, ''),
  };
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', places.sts.url);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', places.cloudFormation.url);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', places.s3.url);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const { server } of Object.values(places)) server.close();
});

const open = () => openAws({ homeRegion: 'eu-west-1', partition: 'aws' }, () => undefined);

describe('AWS, as whoever deploys is configured', () => {
  it('is asked service by service where each is configured to be', async () => {
    const { caller, cloudFormation, urlOf } = await open();
    expect(caller.accountId).toBe(ACCOUNT);
    expect(await cloudFormation.describeStack('s')).toBeUndefined();
    expect(places.cloudFormation.asked).toEqual(['POST /']);
    expect(places.sts.asked).toEqual(['POST /']);
    expect(urlOf('the-bucket', 't.json')).toBe(`${places.s3.url}/the-bucket/t.json`);
  });

  it('finds templates in the home region where S3 is configured to be nowhere else', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', '');
    const { urlOf } = await open();
    expect(urlOf('the-bucket', 't.json')).toBe('https://the-bucket.s3.eu-west-1.amazonaws.com/t.json');
  });

  it('gets files into a bucket of its own account alone', async () => {
    const { upload } = await open();
    await upload('the-bucket', [{ key: 't.json', bytes: Buffer.from('{}'), contentType: 'application/json' }]);
    expect(places.s3.asked).toEqual([`PUT /the-bucket/t.json?x-id=PutObject ${ACCOUNT}`]);
  });
});
