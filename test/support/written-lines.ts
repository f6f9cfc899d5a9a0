/** What `work` writes to standard output, line by line, as Lambda's log would have it; nothing of it is printed. */
export function writtenLines(work: () => void): readonly string[] {
  const written: string[] = [];
  const { write } = process.stdout;
  const kept = (text: unknown) => {
    written.push(String(text));
    return true;
  };
  Object.assign(process.stdout, { write: kept });
  try {
    work();
  } finally {
    Object.assign(process.stdout, { write });
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}
