import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from './source-files.ts';

const product = sourceFiles('lib/**/*.ts', 'functions/**/*.ts');
const everything = sourceFiles('{lib,functions,local,config,test}/**/*.ts');

function paths(files: readonly SourceFile[]): readonly string[] {
  return files.map((file) => file.path);
}

describe('what may depend on what', () => {
  it('reads a plausible number of files', () => {
    expect(product.length).toBeGreaterThan(50);
    expect(product.flatMap((file) => file.imports).length).toBeGreaterThan(150);
  });

  it('lets one file only assume a role', () => {
    const naming = product.filter((file) => /AssumeRole\w*Command/.test(file.text));
    expect(paths(naming)).toEqual(['lib/broker/assume-tenant-role.ts']);
  });

  it('lets one file only read the environment', () => {
    const reading = product.filter((file) => /\bprocess\.env\b/.test(file.text.replaceAll(/`process\.env`/g, '')));
    expect(paths(reading)).toEqual(['lib/platform/environment.ts']);
  });

  it('keeps the stack, the tests and the packaging out of what is deployed', () => {
    const reaching = product.filter((file) => file.imports.some((name) => /^(local|test|config)\//.test(name)));
    expect(paths(reaching)).toEqual([]);
  });

  it('keeps the broker out of the job runtime and out of the jobs', () => {
    const jobs = product.filter((file) => /^(lib\/job-runtime|lib\/jobs|functions\/jobs)\//.test(file.path));
    expect(jobs.length).toBeGreaterThan(5);
    const reaching = jobs.filter((file) =>
      file.imports.some((name) => /^lib\/(broker|ledger|requests|tenants|onboarding)\//.test(name)),
    );
    expect(paths(reaching)).toEqual([]);
  });

  it.each([
    ['the ledger', 'ledger', /^lib\/(broker|sweeper|sealing)\//],
    ['the sweeper', 'sweeper', /^lib\/(broker|tenants|sealing)\//],
  ])('keeps what issues sessions out of %s', (_who, folder, issuing) => {
    const files = product.filter((file) => file.path.startsWith(`lib/${folder}/`));
    expect(files.length).toBeGreaterThan(1);
    expect(paths(files.filter((file) => file.imports.some((name) => issuing.test(name))))).toEqual([]);
  });

  it('keeps credentials away from everything that decides or records', () => {
    const deciding = product.filter((file) => /^lib\/(requests|tenants|onboarding|switches)\//.test(file.path));
    const reaching = deciding.filter((file) => file.imports.some((name) => name.startsWith('lib/sealing/')));
    expect(paths(reaching)).toEqual([]);
  });

  it('reads the time and random values in one file each', () => {
    const clocks = product.filter((file) => /\bDate\.now\(|new Date\(\)/.test(file.text));
    expect(paths(clocks)).toEqual(['lib/platform/clock.ts']);
    const random = product.filter((file) => /\brandom(Bytes|UUID)\b.*from 'node:crypto'|Math\.random/.test(file.text));
    expect(paths(random)).toEqual(['lib/platform/ids.ts']);
  });

  it('holds the command line and the clients to the function URLs', () => {
    const outside = product.filter((file) => /^lib\/(client|operator-cli)\//.test(file.path));
    expect(outside.length).toBeGreaterThan(30);
    const forbidden =
      /^lib\/(broker|ledger|sweeper|sealing|job-runtime|switches|probes)\/|^@aws-sdk\/(?!client-lambda$)|^@smithy\/(?!signature-v4$)|^@aws-lambda-powertools\//;
    expect(paths(outside.filter((file) => file.imports.some((name) => forbidden.test(name))))).toEqual([]);
    // Lambda tells them where a function URL is, and nothing is invoked past it.
    const lambda = outside.filter((file) => file.imports.includes('@aws-sdk/client-lambda'));
    expect(paths(lambda)).toEqual(['lib/client/aws-settings.ts', 'lib/client/find-function-url.ts']);
    expect(paths(lambda.filter((file) => /\bInvoke\w*Command/.test(file.text)))).toEqual([]);
  });

  it('lets the command line read S3 through one file, and put or delete nothing there', () => {
    const byPath = new Map(product.map((file) => [file.path, file]));
    const reached = new Set(product.filter((file) => /^lib\/(client|operator-cli)\//.test(file.path)));
    for (const file of reached) {
      for (const imported of file.imports.map((name) => byPath.get(name))) if (imported) reached.add(imported);
    }
    const clients = [...reached].filter((file) => file.imports.includes('@aws-sdk/client-s3'));
    expect(paths(clients)).toEqual(['lib/platform/s3-source.ts']);
    const commands = clients.flatMap((file) =>
      [...file.text.matchAll(/\bnew (\w+Command)\(/g)].map(([, name]) => name),
    );
    expect(new Set(commands)).toEqual(new Set(['GetObjectCommand', 'ListObjectsV2Command']));
  });

  it('keeps the command line out of everything else', () => {
    const others = product.filter((file) => !/^lib\/(client|operator-cli)\//.test(file.path));
    const reaching = others.filter((file) =>
      file.imports.some((name) => /^lib\/(operator-cli|client)\/|^(yargs|csv-parse)(\/|$)/.test(name)),
    );
    expect(paths(reaching)).toEqual([]);
  });

  it('gives no AWS client a logger, which would print session tokens', () => {
    const logging = product.filter((file) => /new \w+Client\([^)]*logger/s.test(file.text));
    expect(paths(logging)).toEqual([]);
  });
});

describe('how files are made', () => {
  it('has no barrel, no default export and no module mock', () => {
    const bad = everything.filter((file) => {
      // Vitest takes its configuration as a default export and no other way.
      const isExempt = file.path.startsWith('test/architecture/') || file.path.endsWith('/vitest.config.ts');
      const text = isExempt ? '' : file.text;
      return /^export \*|^export default/m.test(text) || /\b(vi|jest)\.mock\(/.test(text);
    });
    expect(paths(bad)).toEqual([]);
  });

  it('names no file for being a leftover', () => {
    const bad = everything.filter((file) => /\/(utils?|helpers?|common|shared|misc|index)\.ts$/.test(file.path));
    expect(paths(bad)).toEqual([]);
  });

  it('suppresses no type error', () => {
    const bad = everything.filter((file) => /@ts-(ignore|expect-error|nocheck)/.test(file.text));
    expect(paths(bad).filter((path) => !path.startsWith('test/architecture/'))).toEqual([]);
  });

  it('keeps every file of the product short enough for one subject', () => {
    const long = product.filter((file) => file.text.split('\n').length > 240);
    expect(paths(long)).toEqual([]);
  });

  it('keeps deployed entry points to a composition', () => {
    const entries = sourceFiles('functions/*.ts', 'functions/jobs/*.ts');
    const long = entries.filter((file) => file.text.split('\n').length > 31);
    expect(entries.length).toBeGreaterThan(2);
    expect(paths(long)).toEqual([]);
  });
});
