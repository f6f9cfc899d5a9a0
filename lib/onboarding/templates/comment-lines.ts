const WIDTH = 118;

/** Paragraphs as comments of YAML, HCL or a shell, broken between words so that nobody has to scroll. */
export function commentLines(paragraphs: readonly string[]): readonly string[] {
  return paragraphs.flatMap((paragraph) => wrap(paragraph).map((line) => `# ${line}`.trimEnd()));
}

function wrap(paragraph: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    if (line !== '' && `# ${line} ${word}`.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
