import { styleText } from 'node:util';

/** Tells the demo to a person: a heading for each scene, one line for each thing that happened. */
export type Narrator = {
  title(text: string): void;
  scene(text: string): void;
  /** Why the scene is part of the demo. */
  aside(text: string): void;
  fact(label: string, text: string): void;
  good(label: string, text: string): void;
  bad(label: string, text: string): void;
};

const LABEL_WIDTH = 10;
const INDENT = '   ';
type Style = Parameters<typeof styleText>[0];

/** Writes to the given stream, in colour where it is a terminal that supports colours. */
export function narratorTo(stream: NodeJS.WriteStream): Narrator {
  let scenes = 0;
  const write = (text: string) => stream.write(`${text}\n`);
  const styled = (style: Style, text: string) => styleText(style, text, { stream });
  const fact = (style: Style) => (label: string, text: string) => {
    write(`${INDENT}${styled(style, label.padEnd(LABEL_WIDTH))} ${text}`);
  };
  return {
    title: (text) => write(`\n${styled('bold', text)}`),
    scene(text) {
      scenes += 1;
      write(`\n${styled('bold', `${scenes}  ${text}`)}`);
    },
    aside: (text) => write(`${INDENT}${styled('dim', text)}`),
    fact: fact('cyan'),
    good: fact('green'),
    bad: fact('yellow'),
  };
}

/** Writes nothing: for `--json`, which prints one document and nothing else. */
export const silentNarrator: Narrator = {
  title: () => undefined,
  scene: () => undefined,
  aside: () => undefined,
  fact: () => undefined,
  good: () => undefined,
  bad: () => undefined,
};
