import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ListedObject, ObjectSource } from './object-source.ts';

/** Large pieces, because each costs a turn of the event loop. */
const PIECE_BYTES = 256 * 1_024;

/**
 * The files below a directory, or a single file, whose key is then its name. Links to files are followed; links to
 * directories are not, because they could lead in circles. Errors are Node's own (`ENOENT` and so on).
 */
export function makeDirectorySource(root: string): ObjectSource {
  return {
    name: root,
    async *list(prefix = '') {
      const found = await stat(root);
      const listed = found.isDirectory()
        ? below(root, '', prefix)
        : one({ key: path.basename(root), bytes: found.size });
      for await (const object of listed) if (object.key.startsWith(prefix)) yield object;
    },
    async *open(key) {
      const isDirectory = (await stat(root)).isDirectory();
      if (!isDirectory && key !== path.basename(root)) throw new Error(`${root} is one file, and not ${key}`);
      yield* createReadStream(isDirectory ? inside(root, key) : root, { highWaterMark: PIECE_BYTES });
    },
  };
}

/** Enters only folders, and asks only about files, that can match the prefix. */
async function* below(root: string, folder: string, prefix: string): AsyncGenerator<ListedObject, void> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  // Sorts as S3 sorts keys: a folder sorts with the slash that follows its name.
  const named = entries.map((entry) => ({ entry, key: folder + entry.name + (entry.isDirectory() ? '/' : '') }));
  for (const { entry, key } of named.sort((left, right) =>
    Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)),
  )) {
    if (entry.isDirectory()) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* below(root, key, prefix);
    } else if (key.startsWith(prefix)) {
      const found = await stat(path.join(root, key));
      if (found.isFile()) yield { key, bytes: found.size };
    }
  }
}

async function* one(object: ListedObject): AsyncGenerator<ListedObject, void> {
  yield object;
}

/** Refuses a key that leads out of the directory, because keys can come from a document. */
function inside(root: string, key: string): string {
  const full = path.resolve(root, key);
  if (!full.startsWith(path.resolve(root) + path.sep)) throw new Error(`${key} leads out of ${root}`);
  return full;
}
