import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A block of a guide that stands under the name of a file: its whole text, or lines to change in it. */
export type GuideBlock = { readonly file: string; readonly kind: 'whole' | 'change'; readonly text: string };

/** A caption that is a file's name, and the fenced block that follows it. */
const CAPTIONED = /^\*\*`([^`\n]+)`\*\*\n\n```(\w+)\n(.*?)^```$/gms;

/** Every captioned block of a Markdown text, in its order. */
export function guideBlocks(markdown: string): readonly GuideBlock[] {
  return [...markdown.matchAll(CAPTIONED)].map(([, file = '', language, text = '']) => ({
    file,
    kind: language === 'diff' ? 'change' : 'whole',
    text,
  }));
}

/**
 * Does to the tree at `root` what the block says. Throws where a file to make is there already, and where the lines to
 * change are not there exactly once: then the guide is out of date.
 */
export function applyBlock({ file, kind, text }: GuideBlock, root: string): void {
  const target = path.join(root, file);
  if (kind === 'whole') {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: 'wx' });
    return;
  }
  const hunks = text.split(/^@@\n/m);
  writeFileSync(
    target,
    hunks.reduce((whole, hunk) => changed(whole, hunk, file), readFileSync(target, 'utf8')),
  );
}

function changed(whole: string, hunk: string, file: string): string {
  const lines = hunk.split('\n').slice(0, -1);
  const wrong = lines.find((line) => line !== '' && !/^[ +-]/.test(line));
  if (wrong !== undefined) throw new Error(`${file}: not a line of a change: ${wrong}`);
  const side = (left: string) => lines.filter((line) => !line.startsWith(left)).map((line) => `${line.slice(1)}\n`);
  const before = side('+').join('');
  const pieces = `\n${whole}`.split(`\n${before}`);
  if (pieces.length !== 2) throw new Error(`${file} has ${pieces.length - 1} times:\n${before}`);
  return pieces.join(`\n${side('-').join('')}`).slice(1);
}
