/** A command line of `broker` as a document has it, without the word itself. */
export type DocumentedCommand = {
  readonly words: readonly string[];
  /** In the middle of a sentence, where it may be a command's name alone. */
  readonly isMention: boolean;
};

const FENCE = /^ *```(\w*)\n(.*?)^ *```$/gms;
const INLINE = /`((?:npm run --silent )?broker [^`]+)`/g;
/** Where a shell takes a command: at the beginning, after a prompt, an assignment, an operator or `npm run --silent`. */
const COMMAND = /(?<=^|[$(|&;]|\b[A-Z_]+=\S+|--silent|\bdo|\bthen) *broker +(?:-- +)?(?=[a-z-])/g;

/** Every command line of `broker` in a Markdown text: in blocks of `sh`, after a prompt in others, and in sentences. */
export function documentedCommands(markdown: string): readonly DocumentedCommand[] {
  const fenced = [...markdown.matchAll(FENCE)].flatMap(([, language = '', text = '']) => {
    const lines = text.replaceAll('\\\n', ' ').split('\n');
    const typed = language === 'sh' ? lines : lines.filter((line) => /^\s*\$ /.test(line));
    return typed.flatMap(commandsIn).map((words) => ({ words, isMention: false }));
  });
  const prose = markdown.replaceAll(FENCE, '');
  const inline = [...prose.matchAll(INLINE)].flatMap(([, text = '']) =>
    commandsIn(text.replaceAll('\n', ' ')).map((words) => ({ words, isMention: true })),
  );
  return [...fenced, ...inline];
}

/** Whatever a Markdown text has somebody type of npm, by the names of scripts, and of npm and npx besides. */
export function typedCommands(markdown: string): {
  readonly scripts: readonly string[];
  readonly others: readonly string[];
} {
  const scripts = [...markdown.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
  const npm = [...markdown.matchAll(/\bnpm (ci|test|install|exec|start)\b/g)].map(([, verb = '']) => `npm ${verb}`);
  const npx = [...markdown.matchAll(/\bnpx (?:--no-install )?([a-z][\w-]*)/g)].map(([, name = '']) => `npx ${name}`);
  return { scripts, others: [...npm, ...npx] };
}

function commandsIn(line: string): readonly (readonly string[])[] {
  const code = line.trim().replace(/(^|\s)#.*$/, '');
  return [...code.matchAll(COMMAND)].map((match) => wordsOf(code.slice(match.index + match[0].length)));
}

/** Up to where a shell would end the command; a placeholder `<…>` and a variable are words. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [word, ending] of text.matchAll(
    /(?:"[^"]*"|'[^']*'|<[^>\s][^>]*>|\$\([^)]*\)|[^\s"'|<>&;()])+|([|<>&;()])/g,
  )) {
    if (ending !== undefined) break;
    words.push(plain(word));
  }
  return words;
}

function plain(word: string): string {
  return word
    .replaceAll(/["']/g, '')
    .replace('<kind>', 'stray')
    .replaceAll(/\$\([^)]*\)|\$\{?\w+\}?|<[^>]+>/g, 'acme')
    .replace(/^…$/, 'json');
}
