import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLocalOptions } from '../../../../local/local-options.ts';

describe('parseLocalOptions', () => {
  it('listens on 4566 with the accounts that come with the project', () => {
    expect(parseLocalOptions([])).toEqual({
      kind: 'start',
      port: 4566,
      accountsFile: expect.stringMatching(/local.accounts.emulated-accounts\.json$/),
      quiet: false,
      logs: false,
    });
  });

  it('takes a port, an accounts file and silence', () => {
    expect(parseLocalOptions(['--port', '0', '--accounts', 'mine.json', '--quiet'])).toEqual({
      kind: 'start',
      port: 0,
      accountsFile: path.resolve('mine.json'),
      quiet: true,
      logs: false,
    });
  });

  it('shows the logs of the functions when it is asked to', () => {
    expect(parseLocalOptions(['--logs'])).toMatchObject({ kind: 'start', quiet: false, logs: true });
  });

  it('asks for help before anything else', () => {
    expect(parseLocalOptions(['--help', '--port', 'x'])).toEqual({ kind: 'help' });
  });

  const wrong: readonly { readonly args: readonly string[]; readonly problem: string }[] = [
    { args: ['--prot', '1'], problem: '--prot' },
    { args: ['start'], problem: 'start' },
    { args: ['--port'], problem: '--port' },
    { args: ['--port', '-1'], problem: '--port' },
    { args: ['--port', '65536'], problem: 'from 0 to 65535' },
    { args: ['--port', '80a'], problem: 'not 80a' },
    { args: ['--quiet=yes'], problem: '--quiet' },
    { args: ['--quiet', '--logs'], problem: 'contradict' },
  ];
  it.each(wrong)('refuses $args and says what is wrong', ({ args, problem }) => {
    expect(parseLocalOptions(args)).toEqual({ kind: 'wrong', problem: expect.stringContaining(problem) });
  });
});
