import { NEEDS_AWS } from './runbooks.ts';

/** One fenced `sh` block of a document. */
export type ShellBlock = {
  readonly text: string;
  /** It begins with the mark: nothing here can run it. */
  readonly needsAws: boolean;
};

/** Every fenced block of `sh` in a Markdown text, in its order. */
export function shellBlocks(markdown: string): readonly ShellBlock[] {
  return [...markdown.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, text = '']) => ({
    text,
    needsAws: text.startsWith(`${NEEDS_AWS}\n`),
  }));
}
