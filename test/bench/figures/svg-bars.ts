export type Bar = { readonly label: string; readonly parts: readonly number[]; readonly note: string };
export type BarChart = {
  readonly title: string;
  readonly unit: string;
  /** What the parts of each bar are, in their order. */
  readonly legend: readonly string[];
  readonly bars: readonly Bar[];
  /** A line across all bars. */
  readonly goal?: { readonly value: number; readonly label: string };
};

const [WIDTH, LEFT, RIGHT, BAR, GAP, TOP] = [760, 190, 110, 22, 12, 84];
/** Apart from each other in every common kind of colour blindness. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'] as const;

/** A chart of horizontal bars, each of one or more parts, as an SVG document that stands alone. */
export function svgBars({ title, unit, legend, bars, goal }: BarChart): string {
  const most = Math.max(goal?.value ?? 0, ...bars.map(({ parts }) => sum(parts)));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const height = TOP + bars.length * (BAR + GAP) + (goal === undefined ? 8 : 28);
  const rows = bars.map((bar, row) => barOf(bar, { top: TOP + row * (BAR + GAP), scale }));
  // Over everything, and legible where they cross the line of the goal.
  const notes = bars.map((bar, row) => noteOf(bar, { top: TOP + row * (BAR + GAP), scale }));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img" aria-label="${text(title)}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="bold">${text(title)}</text>`,
    `<text x="16" y="46" fill="#555555">${text(unit)}</text>`,
    ...legendOf(legend),
    ...rows,
    ...(goal === undefined ? [] : goalOf(goal, { at: LEFT + goal.value * scale, height })),
    ...notes,
    '</svg>',
  ].join('\n')}\n`;
}

function barOf({ label, parts }: Bar, { top, scale }: { readonly top: number; readonly scale: number }): string {
  const middle = top + BAR / 2 + 5;
  let left = LEFT;
  const rectangles = parts.map((part, index) => {
    const width = part * scale;
    const rectangle = `<rect x="${round(left)}" y="${top}" width="${round(width)}" height="${BAR}" fill="${colour(index)}"/>`;
    left += width;
    return rectangle;
  });
  return [`<text x="${LEFT - 8}" y="${middle}" text-anchor="end">${text(label)}</text>`, ...rectangles].join('\n');
}

function noteOf({ parts, note }: Bar, { top, scale }: { readonly top: number; readonly scale: number }): string {
  const at = `x="${round(LEFT + sum(parts) * scale + 6)}" y="${top + BAR / 2 + 5}"`;
  return `<text ${at} paint-order="stroke" stroke="#ffffff" stroke-width="5">${text(note)}</text>`;
}

function legendOf(legend: readonly string[]): readonly string[] {
  let left = 16;
  return legend.map((name, index) => {
    const entry = `<rect x="${left}" y="58" width="12" height="12" fill="${colour(index)}"/><text x="${left + 17}" y="69">${text(name)}</text>`;
    left += 40 + 7 * name.length;
    return entry;
  });
}

function goalOf(
  { label }: { readonly label: string },
  { at, height }: { readonly at: number; readonly height: number },
) {
  const x = round(at);
  return [
    `<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${height - 20}" stroke="#000000" stroke-dasharray="4 3"/>`,
    `<text x="${x}" y="${height - 6}" text-anchor="middle">${text(label)}</text>`,
  ];
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

function sum(parts: readonly number[]): number {
  return parts.reduce((whole, part) => whole + part, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function text(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
