import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repliesTo } from '../../support/management-answers.ts';
import { type BrokerRun, runBroker } from '../../support/run-broker.ts';
import { type CommandCase, commandCases, writeCaseFiles } from './commands.cases.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'broker-cli-'));
writeCaseFiles(directory);
afterAll(() => rmSync(directory, { recursive: true }));

function run({ argv, answers = {}, options }: CommandCase): Promise<BrokerRun> {
  const words = argv.map((word) => (word.endsWith('.json') ? path.join(directory, word) : word));
  return runBroker(words, { replies: repliesTo(answers), ...options });
}

const transcript = new Map<string, string>();

describe('broker', () => {
  it.each(commandCases)('$title', async (each) => {
    const result = await run(each);
    transcript.set(each.title, await transcriptOf(each, result));
    const asked = result.requests.map(({ asked: what, body }) => (body === undefined ? [what] : [what, body]));
    expect({ exitCode: result.exitCode, asks: asked }).toEqual({ exitCode: each.exitCode, asks: each.asks });
    const isError = [1, 2, 3, 5, 130].includes(result.exitCode);
    // Code, what, what to do; before them only what was told on the way.
    if (isError) expect(result.stderr).toMatch(/^([a-z][a-zA-Z]*\.[a-zA-Z]+|internal)\n.+\n.+\n$/m);
    if (each.argv.includes('--json') && result.exitCode !== 2) {
      expect(result.stdout === '' || JSON.parse(result.stdout)).toBeTruthy();
    }
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(commandCases.length);
    const text = [...transcript.values()].join('\n').replaceAll(directory, '.');
    await expect(text).toMatchFileSnapshot('commands.transcript.md');
  });
});

async function transcriptOf({ title, argv }: CommandCase, { exitCode, stdout, stderr }: BrokerRun): Promise<string> {
  const words = argv.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  return `## ${title}

\`\`\`
$ broker ${words}
${stdout}${stderr === '' ? '' : `--- on stderr\n${stderr}`}--- exit ${exitCode}
\`\`\`
`;
}
