import { gzipSync } from 'node:zlib';
import { correlateFiles } from '../../lib/audit/log-files/correlate-files.ts';
import { readLogFiles } from '../../lib/audit/log-files/read-log-files.ts';
import type { ListedObject, ObjectSource } from '../../lib/platform/object-source.ts';
import { aPage, aReceipt, customersCopy, FROM_MS, keyOf, NOON_MS, otherCall, usedFor } from '../support/a-trail.ts';

export type LogFilesOptions = {
  /** Of text, unpacked. */
  readonly gigabytes: number;
  readonly receipts: number;
  readonly packed: boolean;
};

export type LogFilesReport = {
  readonly files: number;
  readonly records: number;
  readonly textBytes: number;
  readonly seconds: number;
  /** Of text, unpacked, by the one thread that reads; unpacking has threads of its own. */
  readonly megabytesPerSecond: number;
  /** Of the process, all threads: what a core does where there is one alone. */
  readonly megabytesPerCpuSecond: number;
  readonly matched: number;
  readonly strays: number;
  /** What is alive after a collection, at tenths of the way. */
  readonly liveMegabytes: readonly number[];
  /** By least squares over the second half: what a gigabyte more of logs would add. */
  readonly liveMegabytesPerGigabyte: number;
};

const PLANTED_EVERY = 10_000;
const FILE_RECORDS = 5_000;

/**
 * Log files that are made as they are read: in each the sessions' calls and other people's in turn, as large as CloudTrail
 * writes them, sessions named by the file, and every ten-thousandth a call that nobody announced.
 */
export async function benchLogFiles(options: LogFilesOptions, live: () => number): Promise<LogFilesReport> {
  const trail = makeTrail(options);
  const correlator = correlateFiles([aPage(trail.receipts)]);
  const liveMegabytes: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let pausedMs = 0;
  const read = await readLogFiles({
    source: trail.source,
    onRecord: correlator.add,
    onProgress: ({ filesDone, files }) => {
      if (filesDone < ((liveMegabytes.length + 1) * files) / 10) return;
      const before = performance.now();
      liveMegabytes.push(round(live() / 1_000_000));
      pausedMs += performance.now() - before;
    },
    abortSignal: new AbortController().signal,
  });
  const seconds = (performance.now() - startedMs - pausedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { receipts, strays, straysUnlisted } = correlator.result();
  const megabytes = read.textBytes / 1_000_000;
  return {
    files: read.files,
    records: read.records,
    textBytes: read.textBytes,
    seconds: round(seconds),
    megabytesPerSecond: round(megabytes / seconds),
    megabytesPerCpuSecond: round(megabytes / ((user + system) / 1_000_000 - pausedMs / 1_000)),
    matched: receipts.matched,
    strays: strays.length + straysUnlisted,
    liveMegabytes,
    liveMegabytesPerGigabyte: round(slope(liveMegabytes.slice(4)) / (options.gigabytes / 10)),
  };
}

/** As many files as it takes; the bytes of a few are made once, and their session names and request ids differ by file. */
function makeTrail({ gigabytes, receipts: count, packed }: LogFilesOptions) {
  const receipts = Array.from({ length: count }, (_, index) => aReceipt(index, { intendedAtMs: NOON_MS + index }));
  const kinds = Array.from({ length: 8 }, (_, kind) => fileOf(kind));
  const bodies = kinds.map((text) => (packed ? gzipSync(text) : Buffer.from(text)));
  const textBytes = kinds.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / kinds.length;
  const files = Math.ceil((gigabytes * 1_000_000_000) / textBytes);
  const source: ObjectSource = {
    name: 'made as it is read',
    async *list(): AsyncGenerator<ListedObject, void> {
      for (let index = 0; index < files; index += 1) yield { key: String(index), bytes: bodyOf(index).length };
    },
    async *open(key) {
      const body = bodyOf(Number(key));
      for (let from = 0; from < body.length; from += 65_536) yield body.subarray(from, from + 65_536);
    },
  };
  return { receipts, source };

  function bodyOf(index: number): Buffer {
    return bodies[index % bodies.length] ?? Buffer.alloc(0);
  }

  function fileOf(kind: number): string {
    const records = Array.from({ length: FILE_RECORDS }, (_, index) =>
      JSON.stringify(recordAt(kind * FILE_RECORDS + index)),
    );
    return `{"Records":[${records.join(',')}]}`;
  }

  function recordAt(number: number): unknown {
    const receipt = receipts[number % receipts.length] ?? aReceipt(0);
    if (number % PLANTED_EVERY === 0) {
      return customersCopy(receipt, {
        sessionName: `y${number}`,
        accessKeyId: keyOf(number),
        stsRequestId: `x${number}`,
      });
    }
    if (number % 4 === 0) return customersCopy(receipt);
    const padding = {
      requestParameters: { bucketName: `bucket-${number}`, key: 'x'.repeat(400) },
      additionalEventData: more,
    };
    return { ...(number % 4 === 1 ? usedFor(receipt) : otherCall(FROM_MS + number)), ...padding };
  }
}

const more = {
  SignatureVersion: 'SigV4',
  CipherSuite: 'TLS_AES_128_GCM_SHA256',
  bytesTransferredIn: 0,
  AuthenticationMethod: 'AuthHeader',
  'x-amz-id-2': 'x'.repeat(76),
};

function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const over = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return over / values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
