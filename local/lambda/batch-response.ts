/**
 * The items of a batch (messages by their ids, stream records by their sequence numbers) that failed, read from a
 * function's answer under `ReportBatchItemFailures`: none for an empty or missing list, all for an answer that cannot
 * be trusted. Source: Lambda Developer Guide, "Implementing partial batch responses" and "Configuring partial batch
 * response with DynamoDB and Lambda", success and failure conditions.
 */
export function failedItemIds(payload: string, itemIds: readonly string[]): ReadonlySet<string> {
  const sent = new Set(itemIds);
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  const failures = memberOf(answer, 'batchItemFailures');
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return sent;
  const failed = new Set<string>();
  for (const failure of failures) {
    const itemId = memberOf(failure, 'itemIdentifier');
    if (typeof itemId !== 'string' || !sent.has(itemId)) return sent;
    failed.add(itemId);
  }
  return failed;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
