/**
 * The archive's bucket, as the archive uses it: objects are put once and read, never changed and never deleted. Errors
 * are `store.*`.
 */
export type ArchiveBucket = {
  /**
   * Puts an object under a key that has none yet. `there`: an object with the same bytes exists already, from a call
   * whose answer was lost or from another process that did the same. `taken`: a different object exists.
   */
  putNew(key: string, bytes: Uint8Array): Promise<'put' | 'there' | 'taken'>;
  /** Undefined when there is no such object. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The keys that sort behind `after`, in the order of names, oldest first, one page at a time. */
  keysAfter(prefix: string, after: string): AsyncIterable<readonly string[]>;
  /** The folders directly under the prefix, in the order of names, each with the prefix and its closing slash. */
  foldersOf(prefix: string): Promise<readonly string[]>;
};
