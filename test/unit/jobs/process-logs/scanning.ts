import { MalformedLog } from '../../../../functions/jobs/process-logs/malformed-log.ts';
import { createRecordScanner } from '../../../../functions/jobs/process-logs/record-scanner.ts';

export type Scanned = {
  readonly records: readonly unknown[];
  /** Where each of them begins. */
  readonly offsets: readonly number[];
  readonly malformed?: { readonly problem: string; readonly offset: number };
};

/** Scans a text in pieces of the given sizes, the last of which goes on to the end. */
export function scan(text: string | Uint8Array, sizes: readonly number[] = []): Scanned {
  const bytes = Buffer.from(text);
  const records: unknown[] = [];
  const offsets: number[] = [];
  const scanner = createRecordScanner((record, offset) => {
    records.push(record);
    offsets.push(offset);
  });
  try {
    let from = 0;
    for (const size of [...sizes, bytes.length]) {
      const chunk = Buffer.from(bytes.subarray(from, from + size));
      scanner.push(chunk);
      // What a scanner keeps must be its own.
      chunk.fill(0);
      from += size;
    }
    scanner.end();
    return { records, offsets };
  } catch (error) {
    if (!(error instanceof MalformedLog)) throw error;
    return { records, offsets, malformed: { problem: error.problem, offset: error.offset } };
  }
}
