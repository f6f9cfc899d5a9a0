import { createHash } from 'node:crypto';
import { appendFileSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chunksOf } from '../../../../lib/operator-cli/import/import-chunks.ts';
import { openImportFile } from '../../../../lib/operator-cli/import/import-file.ts';
import type { Replies, SeenRequest } from '../../../support/function-url-server.ts';
import { refusal } from '../../../support/management-answers.ts';
import { type BrokerRunOptions, runBroker } from '../../../support/run-broker.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'broker-import-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HEAD = 'tenantId,name,jobs,settings,schedule,notes,accessKeyIds';
const key = (number: number) => `AKIA${String(number).padStart(16, '0')}`;
const row = (number: number) => `tenant-${number},Tenant ${number},scan-account;process-logs,,,,${key(number)}`;
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index));

type ImportBody = {
  readonly importId: string;
  readonly step: string;
  readonly lines: readonly { readonly line: number; readonly tenant: { readonly tenantId?: string } }[];
};
const bodyOf = ({ body }: SeenRequest) => body as ImportBody;
const stepsOf = (requests: readonly SeenRequest[]) =>
  requests.map((each) => `${bodyOf(each).step} ${bodyOf(each).lines.length}`);

/** Takes in everything but what `problemOf` names. */
function imports(problemOf: (step: string, tenantId: string) => string | undefined = () => undefined): Replies {
  return (request) => {
    const { step, lines } = bodyOf(request);
    const told = lines.map(({ line, tenant: { tenantId = '' } }) => {
      const problem = problemOf(step, tenantId);
      return { line, tenantId, ...(problem !== undefined && { problem }) };
    });
    return { json: { lines: told } };
  };
}

function importText(
  text: string,
  options: BrokerRunOptions & { readonly name?: string; readonly more?: readonly string[] } = {},
) {
  const file = path.join(directory, options.name ?? 'tenants.csv');
  writeFileSync(file, text);
  return runBroker(['tenants', 'import', '--from', file, ...(options.more ?? [])], options);
}

describe('import', () => {
  it('checks the whole file before it applies any of it', async () => {
    const text = `${HEAD}\n${rows(250).join('\n')}\n`;
    const { exitCode, stderr, requests } = await importText(text, { replies: imports() });
    expect(exitCode).toBe(0);
    expect(stepsOf(requests)).toEqual(['check 100', 'check 100', 'check 50', 'apply 100', 'apply 100', 'apply 50']);
    const importId = createHash('sha256').update(text).digest('hex');
    expect(new Set(requests.map((each) => bodyOf(each).importId))).toEqual(new Set([importId]));
    expect(stderr).toContain('250 tenants imported as migrating: nothing is issued for them yet.');
  });

  it('reads the cells of CSV, and leaves what it cannot read to the API', async () => {
    const cells = `acme,"Acme, Corp","scan-account, process-logs","{""scan-account"":{""regions"":[""eu-west-1""]}}",not JSON,"two\nlines","${key(1)} ${key(2)}"`;
    const { requests } = await importText(`${HEAD}\n${cells}\nglobex,Globex,,,,,${key(3)}`, { replies: imports() });
    expect(bodyOf(requests[0] as SeenRequest).lines).toEqual([
      {
        line: 3,
        tenant: {
          tenantId: 'acme',
          name: 'Acme, Corp',
          jobs: ['scan-account', 'process-logs'],
          settings: { 'scan-account': { regions: ['eu-west-1'] } },
          schedule: 'not JSON',
          notes: 'two\nlines',
          accessKeyIds: [key(1), key(2)],
        },
      },
      { line: 4, tenant: { tenantId: 'globex', name: 'Globex', accessKeyIds: [key(3)] } },
    ]);
  });

  it('reads a JSON array as it is', async () => {
    const tenants = [{ tenantId: 'acme', name: 'Acme', accessKeyIds: [key(1)], odd: { deep: [1] } }, 'not a tenant'];
    const { requests } = await importText(JSON.stringify(tenants), { replies: imports(), name: 'tenants.json' });
    expect(bodyOf(requests[0] as SeenRequest).lines).toEqual([
      { line: 1, tenant: tenants[0] },
      { line: 2, tenant: 'not a tenant' },
    ]);
  });

  it('applies nothing when a line is wrong, and reports every such line', async () => {
    const problemOf = (_: string, id: string) =>
      id === 'tenant-3' || id === 'tenant-240' ? 'name: too long' : undefined;
    const { exitCode, stdout, stderr, requests } = await importText(`${HEAD}\n${rows(250).join('\n')}`, {
      replies: imports(problemOf),
    });
    expect(exitCode).toBe(3);
    expect(stepsOf(requests)).toEqual(['check 100', 'check 100', 'check 50']);
    expect(stdout).toBe(
      'LINE  TENANT      PROBLEM\n5     tenant-3    name: too long\n242   tenant-240  name: too long\n',
    );
    expect(stderr).toContain('import.invalid\n2 lines cannot be taken in; nothing was imported.\n');
  });

  it('undoes what it applied when a line is refused then', async () => {
    const problemOf = (step: string, id: string) =>
      step === 'apply' && id === 'tenant-120' ? 'a tenant with this id is registered already' : undefined;
    const { exitCode, stdout, stderr, requests } = await importText(`${HEAD}\n${rows(250).join('\n')}`, {
      replies: imports(problemOf),
    });
    expect(exitCode).toBe(3);
    expect(stepsOf(requests).slice(3)).toEqual(['apply 100', 'apply 100', 'undo 100', 'undo 100']);
    expect(bodyOf(requests[5] as SeenRequest).lines[0]).toEqual({ line: 2, tenant: { tenantId: 'tenant-0' } });
    expect(stdout).toContain('122   tenant-120  a tenant with this id is registered already');
    expect(stderr).toContain('Undoing what was imported of 200 lines.\nNothing of this file is imported any more');
  });

  it.each([
    ['a refusal', refusal(422, 'import.invalid'), 3, 'import.invalid'],
    ['a failure whose end is not known', { status: 502, raw: '' }, 5, 'client.functionFailed'],
  ])('undoes what it applied after %s', async (_, reply, code, told) => {
    const good = imports();
    const replies: Replies = (request, count) => (count === 3 ? reply : good(request, count));
    const { exitCode, stderr, requests } = await importText(`${HEAD}\n${rows(150).join('\n')}`, { replies });
    expect(exitCode).toBe(code);
    expect(stepsOf(requests).slice(2)).toEqual(['apply 100', 'apply 50', 'undo 100', 'undo 50']);
    expect(stderr).toContain(told);
  });

  it('names what cannot be undone, and says that undoing failed', async () => {
    const stays = imports((step) => (step === 'undo' ? 'it was changed since it was imported, and stays' : undefined));
    const first = await importText(`${HEAD}\n${row(1)}`, {
      replies: (request, count) => (count === 1 ? refusal(422, 'import.invalid') : stays(request, count)),
    });
    expect(first.stderr).toContain('line 2: it was changed since it was imported, and stays\n');
    const second = await importText(`${HEAD}\n${row(1)}`, {
      replies: (request, count) => (count === 0 ? stays(request, count) : { status: 502, raw: '' }),
    });
    expect(second.stderr).toContain('Undoing failed: The function failed, and said nothing of why.\n');
    expect(second.stderr).toContain(
      'Part of the file is imported. Run the same command again: it goes on where it stopped.',
    );
  });

  it('undoes after Ctrl-C, and ends as the shell says it', async () => {
    const { exitCode, stderr, requests } = await importText(`${HEAD}\n${rows(250).join('\n')}`, {
      replies: imports(),
      interruptAfter: { requests: 4 },
    });
    expect(exitCode).toBe(130);
    expect(stepsOf(requests).slice(3)).toEqual(['apply 100', 'undo 100']);
    expect(stderr).toContain('cli.interrupted\nInterrupted.\nRun the same command again: it imports the whole file');
  });

  it('checks alone where it is told to', async () => {
    const { exitCode, stderr, requests } = await importText(`${HEAD}\n${rows(3).join('\n')}`, {
      replies: imports(),
      more: ['--check'],
    });
    expect({ exitCode, steps: stepsOf(requests) }).toEqual({ exitCode: 0, steps: ['check 3'] });
    expect(stderr).toBe('3 tenants can be imported. Nothing was imported.\n');
  });

  it('answers as JSON with every line', async () => {
    const good = await importText(`${HEAD}\n${rows(150).join('\n')}`, { replies: imports(), more: ['--json'] });
    expect(JSON.parse(good.stdout).lines.length).toBe(150);
    const bad = await importText(`${HEAD}\n${row(1)}`, { replies: imports(() => 'no'), more: ['--json'] });
    expect(JSON.parse(bad.stdout)).toEqual({ lines: [{ line: 2, tenantId: 'tenant-1', problem: 'no' }] });
  });

  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  it.each([
    ['a column for it', `${HEAD},secretAccessKey\n${row(1)},x`, 'line 2 (secretAccessKey)'],
    ['a cell that looks like one', `${HEAD}\nacme,Acme,,,,${secret},${key(1)}`, 'line 2 (notes)'],
    ['one in settings', `${HEAD}\nacme,Acme,,"{""a"":{""k"":""${secret}""}}",,,${key(1)}`, 'line 2 (k)'],
  ])('sends nothing of a file with a secret key: %s', async (_, text, where) => {
    const { exitCode, stdout, stderr, requests } = await importText(`${text}\n`, { replies: imports() });
    expect({ exitCode, requests }).toEqual({ exitCode: 3, requests: [] });
    expect(stderr).toContain(
      `import.secretRefused\nWhat looks like a secret access key stands in ${where}. Nothing was sent.\n`,
    );
    expect(stdout + stderr).not.toContain(secret);
  });

  it.each([
    [
      'a tenant twice',
      `${HEAD}\n${row(1)}\n${row(1).replace(key(1), key(2))}`,
      'line 3: tenantId tenant-1 stands in line 2 too',
    ],
    [
      'an access key twice',
      `${HEAD}\n${row(1)}\n${row(2).replace(key(2), key(1))}`,
      `line 3: accessKeyId ${key(1)} stands in line 2 too`,
    ],
    ['no tenant', `${HEAD}\n`, 'there is no tenant in'],
    ['no CSV', `${HEAD}\n"a`, 'is not CSV'],
  ])('sends nothing of a file with %s', async (_, text, problem) => {
    const { exitCode, stderr, requests } = await importText(text, { replies: imports() });
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: [] });
    expect(stderr).toContain(problem);
  });

  it.each([
    ['{"tenantId": "acme"}', 'holds no JSON array.'],
    ['[{', 'is not JSON.'],
    ['[]', 'there is no tenant in'],
  ])('sends nothing of JSON like %s', async (text, problem) => {
    const { exitCode, stderr, requests } = await importText(text, { name: 'bad.json' });
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: [] });
    expect(stderr).toContain(problem);
  });

  it('undoes an import whose file was changed meanwhile', async () => {
    const file = path.join(directory, 'changing.csv');
    writeFileSync(file, `${HEAD}\n${rows(3).join('\n')}\n`);
    const good = imports();
    const replies: Replies = (request, count) => {
      if (bodyOf(request).step === 'check') appendFileSync(file, `${row(9)}\n`);
      return good(request, count);
    };
    const { exitCode, stderr, requests } = await runBroker(['tenants', 'import', '--from', file], { replies });
    expect({ exitCode, steps: stepsOf(requests) }).toEqual({ exitCode: 2, steps: ['check 3'] });
    expect(stderr).toContain('was changed while it was read.');
  });
});

describe('a long import', () => {
  it('takes 10,000 tenants with flat memory, and says how far it is', async () => {
    const file = path.join(directory, 'long.csv');
    const stream = createWriteStream(file);
    stream.write(`${HEAD}\n`);
    const notes = 'notes of it '.repeat(25);
    for (let number = 0; number < 10_000; number += 1) {
      stream.write(`tenant-${number},Tenant ${number},scan-account,,,${notes},${key(number)}\n`);
    }
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    expect(readFileSync(file).length).toBeGreaterThan(3_000_000);
    let largest = 0;
    const good = imports();
    const replies: Replies = (request, count) => {
      largest = Math.max(largest, Buffer.byteLength(JSON.stringify(request.body)));
      return good(request, count);
    };
    const { exitCode, stderr } = await runBroker(['tenants', 'import', '--from', file], {
      replies,
      columns: 80,
      msPerRequest: 200,
    });
    expect(exitCode).toBe(0);
    expect(largest).toBeLessThanOrEqual(50 * 1024);
    const shown = stderr.split('\r\u001b[K');
    expect(shown[1]).toBe('checking 100 of 10,000 (1 %), 500 a second, 20 s left');
    expect(shown).toContain('importing 4,200 of 10,000 (42 %), 500 a second, 12 s left');
    expect(stderr).toContain('10,000 tenants imported as migrating');
  });

  it('holds a chunk at a time, whoever is slow', async () => {
    const file = path.join(directory, 'lazy.csv');
    writeFileSync(file, `${HEAD}\n${rows(10_000).join('\n')}\n`);
    const { lines, count } = await openImportFile(file);
    let read = 0;
    const counted = async function* () {
      for await (const line of lines()) {
        read += 1;
        yield line;
      }
    };
    let sent = 0;
    for await (const chunk of chunksOf(counted())) {
      sent += chunk.length;
      expect(read - sent).toBeLessThanOrEqual(1);
    }
    expect({ count, sent }).toEqual({ count: 10_000, sent: 10_000 });
  });
});

describe('chunks', () => {
  const line = (number: number, tenant: unknown) => ({ line: number, tenant });
  async function sizes(tenants: readonly unknown[]): Promise<readonly number[]> {
    const lines = async function* () {
      for (const [index, tenant] of tenants.entries()) yield line(index + 1, tenant);
    };
    const chunks: number[] = [];
    for await (const chunk of chunksOf(lines())) chunks.push(chunk.length);
    return chunks;
  }
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

  it.each([
    ['a hundred lines', Array.from({ length: 201 }, () => 'x'), [100, 100, 1]],
    ['48 KiB', Array.from({ length: 5 }, () => 'x'.repeat(20_000)), [2, 2, 1]],
    ['48 KiB of longer letters', Array.from({ length: 4 }, () => 'ü'.repeat(12_000)), [2, 2]],
    ['one that is too large alone', ['a', 'x'.repeat(60_000), 'b'], [1, 1, 1]],
    ['two thousand keys', Array.from({ length: 3 }, () => keys(900)), [2, 1]],
    ['nothing', [], []],
  ])('hold %s', async (_, tenants, expected) => {
    expect(await sizes(tenants)).toEqual(expected);
  });
});
