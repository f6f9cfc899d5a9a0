/** The cells of every row of a document's tables whose first column has this head, in order. */
export function tableRows(document: string, firstHead: string): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  let isInTable = false;
  for (const line of document.split('\n')) {
    const cells = cellsOf(line);
    if (cells === undefined) isInTable = false;
    else if (cells[0] === firstHead) isInTable = true;
    else if (isInTable && !cells.every((cell) => /^-+$/.test(cell))) rows.push(cells);
  }
  return rows;
}

/** The paths from the root that a text names as code. */
export function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`((?:test|lib|config|local|functions|docs)\/[^`\s]*)`/g)].map(([, named = '']) => named);
}

function cellsOf(line: string): readonly string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}
