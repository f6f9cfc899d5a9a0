import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A source file as the architecture tests see it: its path from the root, its text, what it imports. */
export type SourceFile = {
  readonly path: string;
  readonly text: string;
  /** Relative imports as paths from the root; packages by their specifier. */
  readonly imports: readonly string[];
};

export const root = path.resolve(import.meta.dirname, '../..');

export function sourceFiles(...patterns: readonly string[]): readonly SourceFile[] {
  return globSync([...patterns], { cwd: root })
    .sort()
    .map((file) => readSource(file));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:^|\n)\s*(?:import|export)[^;'"]*?from\s+'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  const imports = [...specifiers, ...dynamic].map((specifier) =>
    specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier,
  );
  return { path: file, text, imports };
}
