/**
 * Whether the whole text matches a pattern in which `*` stands for any characters, or none, and `?` for one. Every
 * other character stands for itself. The search goes back to the last `*` at the most, so that no pattern takes more
 * time than its length times that of the text.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [at, place] = [0, 0];
  let star: { readonly at: number; place: number } | undefined;
  while (place < text.length) {
    if (pattern[at] === '*') {
      star = { at, place };
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === text[place]) {
      at += 1;
      place += 1;
    } else {
      if (star === undefined) return false;
      star.place += 1;
      [at, place] = [star.at + 1, star.place];
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
