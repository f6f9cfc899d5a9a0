/** One fenced `sh` block of a runbook. */
export type RunbookBlock = {
  readonly text: string;
  /** It begins with the mark: the embedded stack has not what it takes. */
  readonly needsAws: boolean;
  /** The first one after “How you know that it worked”. */
  readonly isCheck: boolean;
};

export type Runbook = {
  /** As GitHub makes it of the heading. */
  readonly anchor: string;
  readonly text: string;
  readonly blocks: readonly RunbookBlock[];
};

export const NEEDS_AWS = '# (needs AWS)';
const CHECK = '**How you know that it worked.**';

/** Every section of a Markdown text of runbooks, in its order. */
export function readRunbooks(markdown: string): readonly Runbook[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      const text = section.slice(end + 1);
      return { anchor: anchorOf(section.slice(0, end)), text, blocks: blocksOf(text) };
    });
}

export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function blocksOf(text: string): readonly RunbookBlock[] {
  const checkAt = text.indexOf(CHECK);
  const found = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => ({
    at: match.index,
    text: match[1] ?? '',
  }));
  const check = checkAt < 0 ? undefined : found.find(({ at }) => at > checkAt);
  return found.map((block) => ({
    text: block.text,
    needsAws: block.text.startsWith(`${NEEDS_AWS}\n`),
    isCheck: block === check,
  }));
}
