import type { ObjectSource } from '../../lib/platform/object-source.ts';

/** The whole text of one object. */
export async function textOfObject(source: ObjectSource, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(key)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
