import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { sourceFiles } from '../architecture/source-files.ts';
import { assumedXml, canaries } from '../unit/broker/sts-answers.ts';
import { findSecrets } from './search-for-secrets.ts';

/** T17: every switch of the SDK's debugging is on, which prints session tokens and external IDs where there is a logger. */
const switches = {
  ...Object.fromEntries(
    ['AWS_SDK_DEBUG', 'AWS_SDK_JS_DEBUG', 'AWS_DEBUG', 'DEBUG', 'LOG_LEVEL', 'SMITHY_DEBUG'].map((name) => [name, '*']),
  ),
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  POWERTOOLS_LOG_LEVEL: 'TRACE',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
};

/** What a function of ours does: the deployed client and the deployed call, in a process of its own. */
const PROGRAM = `
  import { stsClient } from './lib/platform/clients.ts';
  import { makeAssumeTenantRole } from './lib/broker/assume-tenant-role.ts';
  import { systemClock } from './lib/platform/clock.ts';
  import { makeTransitionLog } from './lib/platform/transition-log.ts';
  const assume = makeAssumeTenantRole({ sts: stsClient('eu-west-1'), clock: systemClock, externalIdRequired: true });
  const input = {
    roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
    sessionName: 'scan-account.abc.1',
    externalId: process.argv[1],
    durationSeconds: 900,
    policy: '{"Version":"2012-10-17","Statement":[]}',
  };
  const log = makeTransitionLog({ logLevel: 'DEBUG' });
  const assumption = await assume(input);
  log.transition({ transition: assumption.outcome, ...assumption });
  console.log(assumption, JSON.stringify(assumption));
`;

let server: Server;
let calls = 0;
let answer = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls += 1;
      response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': 'sts-1' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => void server.close());

async function printedBy(body: string): Promise<string> {
  answer = body;
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, canaries.externalId], {
    cwd: projectRoot,
    env: {
      ...switches,
      PATH: process.env['PATH'],
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIABROKER',
      AWS_SECRET_ACCESS_KEY: 'broker',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
  await new Promise((resolve) => child.on('close', resolve));
  return Buffer.concat(printed).toString('utf8');
}

describe('a function with every switch of debugging on', () => {
  it.each([
    ['is given a session', assumedXml({ expiration: new Date(Date.now() + 900_000).toISOString() }), 'assumed'],
    ['is given half a session', assumedXml().slice(0, assumedXml().indexOf('</SessionToken>')), 'unknown'],
  ])('prints no secret where it %s', async (_, body, outcome) => {
    const before = calls;
    const printed = await printedBy(body);
    expect(printed).toContain(outcome);
    expect(calls).toBe(before + 1);
    expect(findSecrets({ output: [printed] }, Object.values(canaries))).toEqual([]);
  });
});

describe('the sources', () => {
  it('give no client of AWS a logger, and turn none on by middleware', () => {
    const files = sourceFiles('lib/**/*.ts', 'functions/**/*.ts');
    const made = files.flatMap(({ text }) => text.match(/new [A-Za-z0-9]+Client\([^;]*?\)/gs) ?? []);
    expect(made.length).toBeGreaterThan(8);
    expect(made.filter((text) => /\blogger\b/.test(text))).toEqual([]);
    const loud = files.filter(({ text }) => /middleware-logger|getLoggerPlugin|logger: console/.test(text));
    expect(loud.map((file) => file.path)).toEqual([]);
  });
});
