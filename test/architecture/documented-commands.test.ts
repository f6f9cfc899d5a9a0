import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../lib/operator-cli/run-cli.ts';
import { countingIds } from '../support/counting-ids.ts';
import { documentedCommands } from '../support/documented-commands.ts';
import { root } from './source-files.ts';

const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/*.md', { cwd: root }),
];
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
const INCOMPLETE = /Missing required argument|Not enough non-option arguments|Which |needs? |Give /;

describe('every command line in the documents', () => {
  it.each(documents)('%s: is one that broker takes', async (document) => {
    const commands = documentedCommands(readFileSync(path.join(root, document), 'utf8'));
    const wrong: string[] = [];
    for (const { words, isMention } of commands) {
      const problem = await problemWith(words);
      if (problem === undefined || (isMention && INCOMPLETE.test(problem))) continue;
      wrong.push(`broker ${words.join(' ')}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is found: those of the command line’s own page, and of the runbooks', () => {
    const count = (file: string) => documentedCommands(readFileSync(path.join(root, file), 'utf8')).length;
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

  it.each(documents)('%s: names scripts of npm that there are', (document) => {
    const { scripts }: { scripts: object } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const text = readFileSync(path.join(root, document), 'utf8');
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
