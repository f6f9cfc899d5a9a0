/** What no message may hold (an external ID, a stack), found in a text. */
export function bannedIn(text: string): readonly string[] {
  const patterns = [/cb-[a-z0-9]{4,12}-[0-9a-f]{8}-/, /\bat \S+ \(/, /node_modules|file:\/\/|\.ts:\d+/, /\bError:/];
  return patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
}

/** The first 65 letters of each key and value of a JSON text that is longer than may be shown, as JSON writes them. */
export function longValuesIn(body: string): readonly string[] {
  const texts: string[] = [];
  const pending: unknown[] = [parsed(body)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') texts.push(next);
    if (next !== null && typeof next === 'object') {
      texts.push(...(Array.isArray(next) ? [] : Object.keys(next)));
      for (const member of Object.values(next)) pending.push(member);
    }
  }
  return texts.filter((text) => text.length > 64).map((text) => text.slice(0, 65));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
