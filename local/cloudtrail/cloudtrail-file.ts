import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { CloudTrailRecord, RecordCloudTrail } from './cloudtrail-record.ts';

/**
 * Appends records to a file, one line of JSON each. Only the file's owner can read it, because records carry session
 * tokens. The write is done when the call returns, so that a record is never later than the answer that it records.
 */
export function createCloudTrailFile(path: string): RecordCloudTrail {
  return (record) => appendFileSync(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Every record of the file in the order written; none while there is no file yet. */
export function readCloudTrailFile(path: string): readonly CloudTrailRecord[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CloudTrailRecord);
}
