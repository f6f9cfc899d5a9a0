/** How IAM matches: `*` is any text, `?` one letter. By looking ahead letter by letter, with no pattern of JavaScript's. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first] = pattern;
  if (first === undefined) return text === '';
  const rest = pattern.slice(1);
  if (first === '*') return matchesWildcard(rest, text) || (text !== '' && matchesWildcard(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && matchesWildcard(rest, text.slice(1));
}
