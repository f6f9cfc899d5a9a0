/**
 * The bucket of the archive, as the archive uses it: objects are put once and read, never changed and never deleted.
 * Errors are `store.*`.
 */
export type ArchiveBucket = {
  /**
   * Puts an object where there is none. `there`: one with the same bytes is there already, from a call whose answer was
   * lost or from somebody who did the same. `taken`: another one is there.
   */
  putNew(key: string, bytes: Uint8Array): Promise<'put' | 'there' | 'taken'>;
  /** Undefined where there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Keys behind `after` in the order of names, oldest first; a page at a time. */
  keysAfter(prefix: string, after: string): AsyncIterable<readonly string[]>;
  /** What stands between the prefix and the next slash, in the order of names, the prefix and the slash with it. */
  foldersOf(prefix: string): Promise<readonly string[]>;
};
