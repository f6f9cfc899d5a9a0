import {
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { zipOneFile } from '../../../config/package/zip-file.ts';
import { makeSignRequest } from '../../../lib/client/sign-request.ts';
import type { Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeInTime } from '../outcome.ts';
import { makeRole } from '../roles.ts';

const PATH = '/tenants/a%2Fb/c%20d';
const ECHO = `export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ rawPath: event.rawPath, caller: event.requestContext?.authorizer?.iam?.userArn ?? null }),
});\n`;
const WAIT_SECONDS = 90;

/** What of a path reaches a function behind its URL. */
export const functionUrlChecks: readonly LiveCheck[] = [
  {
    name: 'raw-path',
    question: 'Is rawPath as it was sent, percent signs and all?',
    documents: '“The request path”; API Gateway decodes, and of function URLs nothing is said.',
    asked: `A signed GET of ${PATH}, which a function answers with what it got.`,
    expected: PATH,
    means: 'Decoded: a slash within an identifier splits it, and routes must refuse it before they look for one.',
    needsAws: 'none of its functions answers with what it got',
    async ask(ground) {
      const url = await echoUrl(ground);
      const sign = makeSignRequest({
        region: ground.region,
        credentials: ground.accounts.broker.administrator.credentials,
      });
      let answer = '';
      const outcome = await outcomeInTime(ground, async () => {
        const response = await fetch(url, { headers: await sign({ method: 'GET', url }) });
        answer = await response.text();
        if (!response.ok) throw Object.assign(new Error(answer), { name: String(response.status) });
      });
      return outcome === 'allowed' ? v.parse(v.object({ rawPath: v.string() }), JSON.parse(answer)).rawPath : outcome;
    },
  },
];

async function echoUrl(ground: Ground): Promise<URL> {
  const trust = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const role = await makeRole(ground, { account: 'broker', name: 'echo', trust, statements: [NOTHING] });
  const lambda = new LambdaClient(ground.accounts.broker.administrator);
  const FunctionName = `cb-live-${ground.suffix}-echo`;
  const create = new CreateFunctionCommand({
    FunctionName,
    Role: role.arn,
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Code: { ZipFile: zipOneFile({ name: 'index.mjs', content: Buffer.from(ECHO) }) },
  });
  // A role that was made a moment ago is refused as one that Lambda cannot assume.
  const made = await outcomeInTime(ground, () => lambda.send(create));
  if (made !== 'allowed') throw new Error(`Lambda did not make the function: ${made}`);
  ground.removals.add(`function ${FunctionName} with its URL`, () =>
    lambda.send(new DeleteFunctionCommand({ FunctionName })),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: WAIT_SECONDS }, { FunctionName });
  const { FunctionUrl } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' }));
  return new URL(PATH, FunctionUrl);
}

const NOTHING = { Effect: 'Deny', Action: '*', Resource: '*' };
