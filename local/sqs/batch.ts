import { ServiceError } from '../service.ts';

export type BatchAnswer<Result> = {
  readonly Successful: readonly (Result & { readonly Id: string })[];
  readonly Failed: readonly { Id: string; SenderFault: boolean; Code: string; Message: string }[];
};

const MOST_ENTRIES = 10;
const ENTRY_ID = /^[\w-]{1,80}$/;

/**
 * Runs a batch as SQS does: a wrong frame (no entry, too many, an id twice) fails the call; otherwise every entry
 * succeeds or fails by itself.
 */
export function runBatch<Entry extends { readonly Id: string }, Result extends object>(
  entries: readonly Entry[],
  run: (entry: Entry) => Result,
): BatchAnswer<Result> {
  checkFrame(entries.map((entry) => entry.Id));
  const successful: (Result & { Id: string })[] = [];
  const failed: { Id: string; SenderFault: boolean; Code: string; Message: string }[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Id: entry.Id, SenderFault: error.statusCode < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}

function checkFrame(ids: readonly string[]): void {
  if (ids.length === 0) throw new ServiceError('EmptyBatchRequest', 400, 'There should be at least one entry.');
  if (ids.length > MOST_ENTRIES) {
    throw new ServiceError('TooManyEntriesInBatchRequest', 400, `Maximum number of entries per request are 10.`);
  }
  if (new Set(ids).size < ids.length) {
    throw new ServiceError('BatchEntryIdsNotDistinct', 400, 'Two or more batch entries have the same Id.');
  }
  const wrong = ids.find((id) => !ENTRY_ID.test(id));
  if (wrong !== undefined) {
    throw new ServiceError('InvalidBatchEntryId', 400, 'An entry id is 1-80 letters, digits, hyphens or underscores.');
  }
}
