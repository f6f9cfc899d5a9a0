import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../lib/operator-cli/run-cli.ts';
import { blockRuns, brokerRuns, otherRuns, scriptRuns } from '../support/command-runs.ts';
import { countingIds } from '../support/counting-ids.ts';
import { documentedCommands, typedCommands } from '../support/documented-commands.ts';
import { readRunbooks } from '../support/runbooks.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { root } from './source-files.ts';

const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('{docs,docs/decisions,test/*,test/fixtures/*}/*.md', { cwd: root }),
];
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const PARSED = 'this command line would be run';

/** What is wrong with a command line, or undefined. It is read and not run: a run begins by asking its world. */
async function problemWith(words: readonly string[]): Promise<string | undefined> {
  const said: string[] = [];
  const printer = { write: () => undefined, isTerminal: false };
  const stderr = { write: (text: string) => said.push(text), isTerminal: false };
  await runCli(words, {
    stdout: printer,
    stderr,
    colour: false,
    clock: { nowMs: () => 0 },
    ids: countingIds(),
    interrupted: new AbortController().signal,
    get sleep(): () => Promise<void> {
      throw new Error(PARSED);
    },
    open: () => expect.unreachable('nothing is run'),
    openFunctionUrl: () => expect.unreachable('nothing is run'),
  });
  const text = said.join('');
  return text.includes(PARSED) || text === '' ? undefined : text;
}

/** A command's name in a sentence need not have what the command takes. */
const INCOMPLETE = /Missing required argument|An argument is missing|Which |needs? |Give /;

describe('every command line in the documents', () => {
  it.each(documents)('%s: is one that broker takes', async (document) => {
    const commands = documentedCommands(read(document));
    const wrong: string[] = [];
    for (const { words, isMention } of commands) {
      const problem = await problemWith(words);
      if (problem === undefined || (isMention && INCOMPLETE.test(problem))) continue;
      wrong.push(`broker ${words.join(' ')}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is found: those of the command line’s own page, and of the runbooks', () => {
    const count = (file: string) => documentedCommands(read(file)).length;
    expect(count('docs/cli.md')).toBeGreaterThan(60);
    expect(count('docs/operations.md')).toBeGreaterThan(80);
    expect(documentedCommands('```sh\nA=1 broker tenants show "$T" > x && broker switch list | wc\n```')).toEqual([
      { words: ['tenants', 'show', 'acme'], isMention: false },
      { words: ['switch', 'list'], isMention: false },
    ]);
  });

  it.each([
    ['tenants', 'shew', 'acme'],
    ['tenants', 'show', 'acme', '--verbose'],
    ['tenants', 'suspend', 'acme'],
  ])('is told apart from one that is none: %s %s', async (...words) => {
    expect(await problemWith(words)).toContain('cli.usage');
  });
});

describe('every command in the documents is run by a test, or is known to need AWS', () => {
  it.each(documents)('%s: the commands of broker', (document) => {
    const notRun = documentedCommands(read(document)).filter(({ words, isMention }) => {
      const line = words.join(' ');
      const isRun = Object.keys(brokerRuns).some((name) => `${line} `.startsWith(`${name} `));
      const isHalf = isMention && Object.keys(brokerRuns).some((name) => name.startsWith(`${line} `));
      return !isRun && !isHalf && line !== '' && !line.startsWith('--');
    });
    expect(notRun).toEqual([]);
  });

  it.each(documents)('%s: what else is typed', (document) => {
    const { scripts, others } = typedCommands(read(document));
    expect(scripts.filter((name) => !Object.hasOwn(scriptRuns, name))).toEqual([]);
    expect(others.filter((name) => !Object.hasOwn(otherRuns, name))).toEqual([]);
  });

  it.each(documents)('%s: its blocks for a shell, each as it stands', (document) => {
    const notRun = shellBlocks(read(document)).filter(
      ({ text, needsAws }) => !needsAws && runOf(document, text) === undefined,
    );
    expect(notRun).toEqual([]);
  });

  it('by a test that says so', () => {
    const runs = [...Object.values(scriptRuns), ...Object.values(otherRuns), ...Object.values(brokerRuns)];
    const wrong = runs.filter((ran) => {
      if ('args' in ran) return false;
      if ('heldBy' in ran) return !existsSync(path.join(root, ran.heldBy));
      return !existsSync(path.join(root, ran.by)) || !runIn(ran.by).includes(ran.words);
    });
    expect(wrong).toEqual([]);
    const tests = Object.values(blockRuns);
    expect(tests.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('and the tables have nothing that no document says', () => {
    const { scripts }: { scripts: object } = JSON.parse(read('package.json'));
    expect(Object.keys(scriptRuns).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    const headings = [...read('docs/cli.md').matchAll(/^## `broker ([a-z -]*[a-z])/gm)].map(([, name = '']) => name);
    expect(Object.keys(brokerRuns).sort()).toEqual(headings.sort());
    const unneeded = Object.keys(blockRuns).filter((key) => {
      const [document = '', first] = key.split(': ');
      const texts = shellBlocks(read(document)).filter(({ needsAws }) => !needsAws);
      return !texts.some(({ text }) => first === undefined || text.startsWith(first));
    });
    expect(unneeded).toEqual([]);
  });

  it('and each runbook is followed', () => {
    const followed = read('test/journey/runbooks.test.ts');
    const anchors = readRunbooks(read('docs/operations.md')).slice(1);
    expect(anchors.length).toBeGreaterThan(15);
    expect(anchors.filter(({ anchor }) => !followed.includes(`followed('${anchor}'`))).toEqual([]);
  });

  it('and they are found, wherever they stand', () => {
    const found = typedCommands(
      '```sh\nnpm ci && npm run --silent demo -- --json\n```\n`npx --no-install vitest run x`',
    );
    expect(found).toEqual({ scripts: ['demo'], others: ['npm ci', 'npx vitest'] });
    expect(runOf('docs/none.md', 'npm run demo')).toBeUndefined();
    expect(runOf('docs/cli.md', 'broker tenants list\n')).toBeUndefined();
    expect(runOf('docs/audit.md', 'node verify-receipts.mjs --receipts x\n')).toContain('verify-receipts');
  });
});

/** What a file runs: of a document, its blocks that need no AWS. */
function runIn(file: string): string {
  if (!file.endsWith('.md')) return read(file);
  const runnable = shellBlocks(read(file)).filter(({ needsAws }) => !needsAws);
  return runnable.map(({ text }) => text).join('\n');
}

function runOf(document: string, text: string): string | undefined {
  const exact = Object.keys(blockRuns).find(
    (key) => key.startsWith(`${document}: `) && text.startsWith(key.split(': ')[1] ?? ''),
  );
  return blockRuns[exact ?? document];
}
