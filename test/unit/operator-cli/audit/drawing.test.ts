import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ASCII_GLYPHS, factLines, GLYPHS } from '../../../../lib/operator-cli/audit/fact-lines.ts';
import { renderStory } from '../../../../lib/operator-cli/audit/story-text.ts';
import { timelineLines, withoutTold } from '../../../../lib/operator-cli/audit/timeline.ts';
import { wrapText } from '../../../../lib/operator-cli/audit/wrap-text.ts';
import { widthOf } from '../../../../lib/operator-cli/terminal/printable.ts';
import { aStory, aStrayView } from '../../../support/audit-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../../support/run-broker.ts';

const plain = { columns: 80, colour: false, glyphs: GLYPHS } as const;

describe('a text in so many columns', () => {
  it.each([
    ['', 5, ['']],
    ['abc', 5, ['abc']],
    ['abc def', 5, ['abc', 'def']],
    ['ab cd ef', 5, ['ab cd', 'ef']],
    ['abcdef', 5, ['abcde', 'f']],
    ['x abcdeabcdea y', 5, ['x', 'abcde', 'abcde', 'a y']],
    ['日本語', 4, ['日本', '語']],
    ['日本語', 5, ['日本', '語']],
    ['日', 1, ['日']],
    ['a\nb\u001b[2J', 20, ['a\\u000ab\\u001b[2J']],
  ])('%j in %i is %j', (text, columns, lines) => {
    expect(wrapText(text, columns)).toEqual(lines);
  });
});

describe('facts', () => {
  it('stand one below the other, without those that are not known', () => {
    const facts = [['A', 'one two'] as const, ['Long', undefined] as const, ['Bcd', '1'] as const];
    expect(factLines(facts, { ...plain, columns: 9 })).toEqual(['A    one', '     two', 'Bcd  1']);
  });
});

describe('a story', () => {
  const stories = [
    aStory(),
    aStory({
      attempts: aStory().attempts.map((each) => ({ ...each, observed: [...each.observed, ...aStrayView.calls] })),
      unknowns: [{ what: 'an answer that was lost '.repeat(20), untilMs: CLI_NOW_MS - 1 }],
    }),
  ];

  it.each([48, 60, 80, 110])('stays within %i columns', (columns) => {
    for (const story of stories) {
      const lines = renderStory(story, { ...plain, columns }, CLI_NOW_MS).split('\n');
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    }
  });

  it('has nothing in its colours but colour', () => {
    for (const story of stories) {
      const coloured = renderStory(story, { ...plain, colour: true }, CLI_NOW_MS);
      expect(coloured).toContain('\u001b[32m');
      expect(stripVTControlCharacters(coloured)).toBe(renderStory(story, plain, CLI_NOW_MS));
    }
  });

  it('is drawn with ASCII alone where that is asked for', () => {
    const lines = timelineLines(aStory().steps, { ...plain, glyphs: ASCII_GLYPHS });
    expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]+$/);
  });

  it('says on which day it went on, and after how long', () => {
    const at = (iso: string, title: string) => ({ atMs: Date.parse(iso), source: 'job', title, facts: {} }) as const;
    const steps = [
      at('2026-09-01T23:59:00Z', 'a'),
      at('2026-09-01T23:59:59.999Z', 'b'),
      at('2026-09-02T00:30:00Z', 'c'),
    ];
    expect(timelineLines(steps, plain)).toEqual([
      '2026-09-01 UTC',
      '23:59:00.000 ● job        a',
      '23:59:59.999 ● job        b',
      '2026-09-02 UTC',
      '             ┊ 30 min 1 s later',
      '00:30:00.000 ● job        c',
    ]);
  });

  it('puts what CloudTrail saw behind the rest of its second, which is all that CloudTrail tells', () => {
    const at = (iso: string, source: 'sts' | 'cloudtrail') => ({
      atMs: Date.parse(iso),
      source,
      title: 'x',
      facts: {},
    });
    const steps = [
      at('2026-09-02T00:00:01Z', 'cloudtrail'),
      at('2026-09-02T00:00:01.900Z', 'sts'),
      at('2026-09-02T00:00:02Z', 'sts'),
    ];
    expect(timelineLines(steps, plain).slice(1)).toEqual([
      '00:00:01.900 ● sts        x',
      '00:00:01     ● cloudtrail x',
      '00:00:02.000 ● sts        x',
    ]);
  });

  it('says no id twice, and no short word too seldom', () => {
    const facts = { id: 'a-rather-long-identity', attempt: 1, state: 'issued', other: 'another-long-identity' };
    const step = { atMs: 0, source: 'sts', title: 'x', facts } as const;
    const told = 'issued 1\na-rather-long-identity';
    expect(withoutTold(step, told).facts).toEqual({ attempt: 1, state: 'issued', other: 'another-long-identity' });
  });

  it('says that CloudTrail was expected, and what nobody can know', () => {
    const [attempt] = aStory().attempts;
    if (attempt === undefined) throw new Error('no attempt');
    const of = (verdict: typeof attempt.verdict) =>
      renderStory(aStory({ attempts: [{ ...attempt, verdict, observed: [] }] }), plain, CLI_NOW_MS);
    expect(of('missing')).toContain('missing: it has not shown the session within an hour');
    expect(of('awaited')).toContain('awaited: it has not shown the session yet');
    expect(of('explained')).toContain('the session whose answer was lost');
    expect(of(undefined)).not.toContain('CloudTrail  ');
  });

  it('is as wide as the terminal, but never wider than can be read', async () => {
    const replies = () => ({ json: aStory() });
    const widest = async (columns: number) => {
      const { stdout } = await runBroker(['audit', 'explain', 'x'], { replies, columns, colour: true });
      return Math.max(...stripVTControlCharacters(stdout).split('\n').map(widthOf));
    };
    expect(await widest(60)).toBeLessThanOrEqual(60);
    expect(await widest(300)).toBeLessThanOrEqual(110);
  });
});
