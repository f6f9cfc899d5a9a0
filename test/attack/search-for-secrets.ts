import { encodingsOf } from '../support/every-print.ts';

export type Places = Readonly<Record<string, readonly unknown[]>>;

/** Which secret stands where, and in which encoding; the secret itself is not repeated. */
export function findSecrets(places: Places, secrets: readonly string[]): readonly string[] {
  const wanted = [...new Set(secrets)].map((secret) => Object.entries(encodingsOf(secret)));
  return Object.entries(places).flatMap(([place, things]) => {
    const text = things.map(textOf).join('\n');
    const found = wanted.flat().filter(([, form]) => text.includes(form));
    return [...new Set(found.map(([encoding]) => `${place}: ${encoding}`))];
  });
}

/** Every key and value as it is, bytes letter by letter and in base64, and all of it as JSON. */
function textOf(thing: unknown): string {
  const texts: string[] = [];
  const pending: unknown[] = [thing];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof Uint8Array) {
      texts.push(Buffer.from(next).toString('latin1'), Buffer.from(next).toString('base64'));
    } else if (next !== null && typeof next === 'object') {
      texts.push(...Object.keys(next));
      pending.push(...Object.values(next).filter((member) => member !== undefined));
    } else texts.push(String(next));
  }
  return [...texts, typeof thing === 'string' ? '' : JSON.stringify(thing)].join('\n');
}
