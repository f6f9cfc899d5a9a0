import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentialsOfTheRoleOnly } from '../../config/package/bundle-functions.ts';
import { shippedPackages } from '../../config/sbom/shipped-packages.ts';
import { root } from './source-files.ts';

const jobs = globSync('functions/jobs/*.ts', { cwd: root });
const others = globSync('functions/*.ts', { cwd: root });
const contents = new Map<string, readonly string[]>();

beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...jobs, ...others],
    outdir: 'out',
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [credentialsOfTheRoleOnly(root)],
    define: { DEPLOYMENT_CONFIG: '{}' },
  });
  for (const output of Object.values(metafile.outputs)) {
    const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    contents.set(
      output.entryPoint ?? '',
      inputs.map(([input]) => input),
    );
  }
});

function filesIn(entry: string): readonly string[] {
  return contents.get(entry) ?? [];
}

describe('what a bundle holds', () => {
  it.each(jobs)('%s holds no STS client and nothing of the broker', (job) => {
    expect(filesIn(job).length).toBeGreaterThan(20);
    const forbidden = filesIn(job).filter((file) =>
      /@aws-sdk\/client-sts\/|^lib\/(broker|ledger|requests|tenants)\//.test(file),
    );
    expect(forbidden).toEqual([]);
  });

  it.each([...jobs, ...others])('%s takes its own credentials from its environment and nowhere else', (entry) => {
    const chain = /@aws-sdk\/(nested-clients|credential-provider-(?!env))|credential-provider-imds/;
    expect(filesIn(entry).filter((file) => chain.test(file))).toEqual([]);
    expect(filesIn(entry)).toContain('lib/platform/lambda-credentials.ts');
  });

  it('functions/sweep-issuances.ts holds no STS, no KMS and no Lambda client', () => {
    const entry = 'functions/sweep-issuances.ts';
    expect(filesIn(entry).length).toBeGreaterThan(20);
    expect(filesIn(entry).filter((file) => /@aws-sdk\/client-(sts|kms|lambda)\//.test(file))).toEqual([]);
  });

  it('functions/vend-credentials.ts holds no KMS, no SQS and no Lambda client, and seals nothing', () => {
    const entry = 'functions/vend-credentials.ts';
    expect(filesIn(entry)).toContain('lib/broker/assume-tenant-role.ts');
    const clients = /@aws-sdk\/client-(kms|sqs|lambda)\/|^lib\/sealing\/(?!secret)|^lib\/broker\/issue-to-job/;
    expect(filesIn(entry).filter((file) => clients.test(file))).toEqual([]);
  });

  it('functions/manage-dead-letters.ts holds no STS, no KMS and no Lambda client, and opens nothing', () => {
    const clients = /@aws-sdk\/client-(sts|kms|lambda)\/|^lib\/sealing\/unseal|^lib\/broker\/assume-tenant-role/;
    expect(filesIn('functions/manage-dead-letters.ts').filter((file) => clients.test(file))).toEqual([]);
  });

  it('functions/answer-audit-query.ts holds no client that could change anything but a signature, and opens nothing', () => {
    const changing =
      /@aws-sdk\/client-(sts|sqs|lambda|eventbridge|s3)\/|^lib\/sealing\/|^lib\/broker\/assume-tenant-role/;
    expect(filesIn('functions/answer-audit-query.ts').filter((file) => changing.test(file))).toEqual([]);
  });

  it.each([...jobs, ...others])('%s holds nothing of the embedded stack, the tests or the packaging', (entry) => {
    expect(filesIn(entry).filter((file) => /^(local|test|config)\//.test(file))).toEqual([]);
  });

  it.each([...jobs, ...others])('%s holds no DuckDB, and nothing of the questions in SQL', (entry) => {
    expect(filesIn(entry).filter((file) => /@duckdb\/|^lib\/audit\/views\//.test(file))).toEqual([]);
  });

  it.each([...jobs, ...others])('%s holds nothing that is there to test jobs with', (entry) => {
    expect(filesIn(entry).filter((file) => file.startsWith('lib/job-runtime/testing/'))).toEqual([]);
  });

  it.each([...jobs, ...others])('%s holds nothing of the command line', (entry) => {
    const ofCli = /^lib\/(operator-cli|client)\/|node_modules\/(yargs|csv-parse)/;
    expect(filesIn(entry).filter((file) => ofCli.test(file))).toEqual([]);
  });

  it.each([...jobs, ...others])('%s holds only what package.json ships, and what that needs', (entry) => {
    const packages = filesIn(entry).flatMap((file) => packageOf(file) ?? []);
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((at) => !ofFunctions.has(at))).toEqual([]);
  });
});

/** What is optional is in no function; what only the command line needs is kept out by the test before. */
const ofFunctions = new Set(
  shippedPackages(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')))
    .packages.filter(({ optional }) => !optional)
    .map((shipped) => shipped.path),
);

/** `node_modules/a/node_modules/@b/c/dist/d.js` is of `node_modules/a/node_modules/@b/c`, wherever `node_modules` is. */
function packageOf(file: string): string | undefined {
  const [installed] = /(?<=^|\/)node_modules\/.*/.exec(file) ?? [''];
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(installed)?.[0];
}
