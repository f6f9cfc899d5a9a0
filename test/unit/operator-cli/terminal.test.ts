import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { changeSchedule } from '../../../lib/operator-cli/option-values.ts';
import { fitTo, printable, widthOf } from '../../../lib/operator-cli/terminal/printable.ts';
import { countedLine, makeProgress } from '../../../lib/operator-cli/terminal/progress.ts';
import { renderFacts, renderTable } from '../../../lib/operator-cli/terminal/table.ts';
import { ageOf, timeLeft } from '../../../lib/operator-cli/terminal/time-words.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { aRoleView, aTenantRow, repliesTo } from '../../support/management-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../support/run-broker.ts';

const GREEN = '\u001b[32m';
const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

describe('times', () => {
  it.each([
    [0, 'just now'],
    [4_999, 'just now'],
    [-4_999, 'just now'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [48 * 3_600_000, '2 d ago'],
    [400 * 86_400_000, '400 d ago'],
    [-90_000, 'in 1 min'],
    [-30 * 86_400_000, 'in 30 d'],
  ])('%i ms before now is %s', (agoMs, words) => {
    expect(ageOf(CLI_NOW_MS - agoMs, CLI_NOW_MS)).toBe(words);
  });

  it.each([
    [-1, '0 s'],
    [1, '1 s'],
    [260_000, '4 min 20 s'],
    [3_599_001, '1 h 0 min'],
    [7_260_000, '2 h 1 min'],
  ])('%i ms left is %s', (durationMs, words) => {
    expect(timeLeft(durationMs)).toBe(words);
  });
});

describe('text in a terminal', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u001b[31mb', 'a\\u001b[31mb'],
    ['line\nbreak\ttab', 'line\\u000abreak\\u0009tab'],
    ['\u0085\u009b', '\\u0085\\u009b'],
    ['\u202e\u2066\u200f', '\\u202e\\u2066\\u200f'],
    ['Café 日本 👩‍👧', 'Café 日本 👩‍👧'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩‍👧', 2],
  ])('%s is %i columns wide', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
  ])('%s in %i columns is %s', (text, columns, fitted) => {
    expect(fitTo(text, columns)).toBe(fitted);
  });
});

describe('a table', () => {
  const head = ['NAME', 'STATUS', 'LONG'];
  const rows = [
    ['日本', { text: 'trusted', tone: 'good' as const }, 'a text that is long'],
    ['acme', { text: 'refused', tone: 'bad' as const }, ''],
  ];

  it('is aligned by what is seen, without spaces at the end', () => {
    expect(renderTable(head, rows, { colour: false })).toBe(
      'NAME  STATUS   LONG\n日本  trusted  a text that is long\nacme  refused\n',
    );
  });

  it('is as wide as the terminal, and its widest column gives way', () => {
    const table = renderTable(head, rows, { colour: false, columns: 30 });
    expect(table).toBe('NAME  STATUS   LONG\n日本  trusted  a text that is…\nacme  refused\n');
  });

  it('keeps eight letters of each column, however narrow the terminal is', () => {
    expect(renderTable(head, rows, { colour: false, columns: 5 })).toContain('日本  trusted  a text …');
  });

  it('colours on a terminal, and pads outside of the colour', () => {
    const table = renderTable(head, rows, { colour: true });
    expect(table).toContain(`日本  ${GREEN}trusted${PLAIN}  a text`);
    expect(table).toContain(`acme  ${RED}refused${PLAIN}\n`);
  });

  it('has no escape of others in it', () => {
    expect(renderTable(['A'], [['\u001b[2J']], { colour: true })).toBe('A\n\\u001b[2J\n');
    expect(renderFacts([['a', '\u001b[2J']], { colour: true })).toBe('a  \\u001b[2J\n');
  });
});

describe('progress', () => {
  function progressTo(isTerminal: boolean) {
    const clock = frozenClock();
    let written = '';
    const write = (text: string) => {
      written += text;
    };
    const progress = makeProgress({ clock, stderr: { write, isTerminal, columns: isTerminal ? 12 : undefined } });
    return { clock, progress, written: () => written };
  }

  it('is a line every ten seconds where nobody watches', () => {
    const { clock, progress, written } = progressTo(false);
    for (let second = 0; second <= 20; second += 1) {
      progress.show(`at ${second}`);
      clock.advance(1_000);
    }
    progress.end();
    expect(written()).toBe('at 0\nat 10\nat 20\n');
  });

  it('is one line that is rewritten on a terminal, never wider, and gone at the end', () => {
    const { clock, progress, written } = progressTo(true);
    progress.show('a long line of it');
    progress.show('too soon');
    clock.advance(100);
    progress.show('b');
    progress.end();
    progress.end();
    expect(written()).toBe('\r\u001b[Ka long lin…\r\u001b[Kb\r\u001b[K');
  });

  it.each([
    [{ done: 0, total: 10, sinceMs: 0 }, 'connecting 0 of 10 (0 %)'],
    [{ done: 4_200, total: 10_000, sinceMs: 13_548 }, 'connecting 4,200 of 10,000 (42 %), 310 a second, 19 s left'],
    [{ done: 3, total: 9, sinceMs: 60_000 }, 'connecting 3 of 9 (33 %), 3.0 a minute, 2 min 0 s left'],
    [{ done: 0, total: 0, sinceMs: 5 }, 'connecting 0 of 0 (100 %)'],
  ])('counts %j', (counts, line) => {
    expect(countedLine('connecting', counts)).toBe(line);
  });
});

describe('on a terminal', () => {
  const replies = repliesTo({
    'GET /tenants': { json: { tenants: [aTenantRow({ name: 'A name that is rather long for this' })] } },
  });

  it('fits the table into it, and colours where colour is wanted', async () => {
    const { stdout } = await runBroker(['tenants', 'list'], { replies, columns: 60, colour: true });
    expect(stdout).toContain(`${GREEN}active${PLAIN}`);
    const plain = stripVTControlCharacters(stdout);
    expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(plain).toContain('…');
  });

  it('prints JSON whole and without colour', async () => {
    const { stdout } = await runBroker(['tenants', 'list', '--json'], { replies, columns: 20, colour: true });
    expect(JSON.parse(stdout).tenants[0].name).toBe('A name that is rather long for this');
  });

  it('rewrites the line while it waits for a role', async () => {
    const pending = aRoleView({ status: 'pending', pendingUntilMs: CLI_NOW_MS + 20_000 });
    const waiting = repliesTo({
      'POST /tenants/acme/verification': [{ json: { roles: [pending] } }, { json: { roles: [aRoleView()] } }],
    });
    const { stderr } = await runBroker(['tenants', 'verify', 'acme', '--wait'], { replies: waiting, columns: 80 });
    const lines = stderr.split('\r\u001b[K');
    expect(lines[1]).toBe('1 of 1 pending; 20 s left; next check in 10 s');
    expect(lines[2]).toBe('1 of 1 pending; 19 s left; next check in 9 s');
    expect(lines.at(-1)).toBe('');
  });
});

describe('a schedule on the command line', () => {
  it.each([
    [['a=1h'], { a: { everyHours: 1 }, z: { paused: true } }],
    [['a=2d', 'z=always'], { a: { everyHours: 48 } }],
    [['z=24h'], { z: { everyHours: 24 } }],
    [['a=paused', 'a=3h'], { a: { everyHours: 3 }, z: { paused: true } }],
  ])('%j changes what it names', (changes, schedule) => {
    expect(changeSchedule({ z: { paused: true } }, changes)).toEqual(schedule);
  });

  it.each(['a', 'a=', 'a=h', 'a=1m', '=1h', 'A=1h', 'a=12345h'])('%s is not guessed', (change) => {
    expect(() => changeSchedule({}, [change])).toThrow(`not ${change}`);
  });
});
