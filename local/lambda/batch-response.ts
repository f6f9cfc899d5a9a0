/**
 * Which messages of a batch stay in the queue, from a function's answer under `ReportBatchItemFailures`: none for an
 * empty or missing list, all of them for an answer that cannot be trusted.
 * Source: Lambda Developer Guide, "Implementing partial batch responses", success and failure conditions.
 */
export function failedMessageIds(payload: string, messageIds: readonly string[]): ReadonlySet<string> {
  const sent = new Set(messageIds);
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  const failures = memberOf(answer, 'batchItemFailures');
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return sent;
  const failed = new Set<string>();
  for (const failure of failures) {
    const messageId = memberOf(failure, 'itemIdentifier');
    if (typeof messageId !== 'string' || !sent.has(messageId)) return sent;
    failed.add(messageId);
  }
  return failed;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
