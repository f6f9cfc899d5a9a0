import * as v from 'valibot';

/** Characters that a terminal or a page obeys instead of showing, which texts that people write must not hold. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** One line of 1 to so many characters. */
export function plainLine(characters: number) {
  const expected = `expected 1 to ${characters} characters of one line, none of them invisible`;
  const isPlain = (text: string) => text.length > 0 && text.length <= characters && !INVISIBLE.test(text);
  return v.pipe(v.string(), v.check(isPlain, expected));
}

/** Up to so many characters, with line breaks and tabs. */
export function plainLines(characters: number) {
  const expected = `expected at most ${characters} characters, none of them invisible`;
  const isPlain = (text: string) => text.length <= characters && !INVISIBLE.test(text.replaceAll(/[\n\t]/g, ''));
  return v.pipe(v.string(), v.check(isPlain, expected));
}
