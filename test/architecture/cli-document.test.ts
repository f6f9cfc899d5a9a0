import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../lib/operator-cli/exit-code.ts';
import { runBroker } from '../support/run-broker.ts';
import { root } from './source-files.ts';

const document = readFileSync(path.join(root, 'docs/cli.md'), 'utf8');
const headings = [...document.matchAll(/^## `(broker [^`]+)`$/gm)].map((match) => match[1] ?? '');

/** The commands as their help lists them, down to those that do something. */
async function commandsUnder(words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runBroker([...words, '--help']);
  const listed = /Commands:\n((?: {2}.*\n?)+)/.exec(stdout)?.[1] ?? '';
  const commands = [...listed.matchAll(/^ {2}(broker .*?)(?: {2,}|$)/gm)].map((match) => match[1] ?? '');
  const below = await Promise.all(
    commands.map(async (command) => {
      const own = command.split(' ').filter((word) => word !== 'broker' && /^\w/.test(word));
      const inner = command.endsWith('>') ? [] : await commandsUnder(own);
      return inner.length === 0 ? [command] : inner;
    }),
  );
  return below.flat();
}

describe('docs/cli.md', () => {
  it('has a section for each command that there is, in the order of the help', async () => {
    const commands = await commandsUnder([]);
    expect(commands.length).toBeGreaterThan(15);
    expect(headings).toEqual(commands);
  });

  it('has an example of each, with that command in it, or says where it is', () => {
    const sections = document.split(/^## /m).slice(1, headings.length + 1);
    const without = sections.filter((section) => {
      const [command = ''] = /broker [a-z -]+[a-z]/.exec(section) ?? [];
      return !section.includes(`$ ${command}`) && !/\]\([a-z-]+\.md\)|```sh\nbroker/.test(section);
    });
    expect(without).toEqual([]);
  });

  it('has the exit codes that there are', () => {
    const rows = [...document.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(rows).toEqual(Object.values(EXIT_CODES));
  });

  it('shows the head of each table as it is printed', () => {
    const transcripts = globSync('test/unit/operator-cli/*.transcript.md', { cwd: root });
    const transcript = transcripts.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n');
    const columns = (text: string) =>
      new Set([...text.matchAll(/^[A-Z]{4,} +[A-Z].*$/gm)].map(([line]) => line.split(/ {2,}/).join('|')));
    const printed = columns(transcript).add('LINE|TENANT|PROBLEM');
    expect([...columns(document)].filter((head) => !printed.has(head))).toEqual([]);
  });
});
