/**
 * A place from which files are read: a directory or a bucket, without the reader knowing which. Keys are relative to
 * the place, with `/` between their parts.
 */
export type ObjectSource = {
  /** The name of the place for people: the directory, or `s3://bucket/prefix`. */
  readonly name: string;
  /**
   * Lists every object whose key begins with the prefix, in the order of their keys' bytes; without a prefix, all
   * objects. Rejects when the list cannot be completed, because a part must not pass for the whole.
   */
  list(prefix?: string): AsyncIterable<ListedObject>;
  /** The bytes of one object, as they arrive. Rejects when the object cannot be read to its end. */
  open(key: string): AsyncIterable<Uint8Array>;
};

export type ListedObject = { readonly key: string; readonly bytes: number };
