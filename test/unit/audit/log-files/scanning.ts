import { MalformedLog } from '../../../../lib/audit/log-files/malformed-log.ts';
import { createRecordScanner } from '../../../../lib/audit/log-files/record-scanner.ts';

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

export type ScannedOn = { readonly records: readonly unknown[]; readonly problems: readonly string[] };

/** The same, going on after each problem. */
export function scanOn(text: string, sizes: readonly number[] = []): ScannedOn {
  const bytes = Buffer.from(text);
  const records: unknown[] = [];
  const problems: string[] = [];
  const scanner = createRecordScanner(
    (record) => records.push(record),
    (problem, offset) => problems.push(`${problem} ${offset}`),
  );
  let from = 0;
  for (const size of [...sizes, bytes.length]) {
    scanner.push(bytes.subarray(from, from + size));
    from += size;
  }
  scanner.end();
  return { records, problems };
}
