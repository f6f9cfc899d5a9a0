/** The condition keys of one request; their names are compared without regard to case, as AWS does. */
export type RequestContext = {
  /** A list for a multivalued key; `undefined` where the key is absent. */
  get(key: string): string | readonly string[] | undefined;
};

export type ContextEntries = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Later sources win; an `undefined` value leaves the key absent. */
export function requestContext(...sources: readonly ContextEntries[]): RequestContext {
  const values = new Map<string, string | readonly string[]>();
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (value !== undefined) values.set(key.toLowerCase(), value);
    }
  }
  return { get: (key) => values.get(key.toLowerCase()) };
}
