import { widthOf } from '../terminal/printable.ts';
import { paint, type Tone } from '../terminal/table.ts';
import { wrapText } from './wrap-text.ts';

/** The width of a story's drawing, and its colour and glyphs. */
export type Drawing = { readonly columns: number; readonly colour: boolean; readonly glyphs: Glyphs };
export type Glyphs = { readonly event: string; readonly line: string; readonly pause: string; readonly point: string };

export const GLYPHS: Glyphs = { event: '●', line: '│', pause: '┊', point: '•' };
/** For a terminal that shows no other characters. */
export const ASCII_GLYPHS: Glyphs = { event: '*', line: '|', pause: ':', point: '-' };

export type Fact = readonly [name: string, value: string | undefined, tone?: Tone | undefined];

const GAP = 2;

/**
 * Names and their values, one below the other; a long value continues below itself. Facts without a value are left out.
 */
export function factLines(facts: readonly Fact[], { columns, colour }: Drawing, indent = 0): readonly string[] {
  const given = facts.flatMap(([name, value, tone]) => (value === undefined ? [] : [{ name, value, tone }]));
  const nameWidth = Math.max(0, ...given.map(({ name }) => widthOf(name))) + GAP;
  return given.flatMap(({ name, value, tone = 'plain' }) =>
    wrapText(value, columns - indent - nameWidth).map((line, index) => {
      const label = index === 0 ? name : '';
      const filling = ' '.repeat(indent) + label + ' '.repeat(nameWidth - widthOf(label));
      return `${filling}${paint(line, tone, colour)}`.trimEnd();
    }),
  );
}
