/**
 * Where files are read from, a directory or a bucket, without knowing which: keys are relative to it, with `/` between
 * their parts.
 */
export type ObjectSource = {
  /** For people: the directory, or `s3://bucket/prefix`. */
  readonly name: string;
  /**
   * Every object whose key begins with the prefix, in the order of their keys' bytes; all of them without one. Rejects
   * when it cannot be listed: a part must not pass for all.
   */
  list(prefix?: string): AsyncIterable<ListedObject>;
  /** The bytes of one object as they come. Rejects when it cannot be read to its end. */
  open(key: string): AsyncIterable<Uint8Array>;
};

export type ListedObject = { readonly key: string; readonly bytes: number };
