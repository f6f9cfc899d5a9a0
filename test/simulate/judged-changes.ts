import { archiveChange } from '../../lib/audit/archive/archive-change.ts';
import { tables } from '../support/dynamo-tables.ts';
import type { MemoryTables } from '../support/faulty-world/memory-tables.ts';
import { streamChange } from '../support/stream-change.ts';

/**
 * Has every change of the ledger judged as archive-audit does it; gives what it finds. What our own code does, whatever
 * breaks, must never ring the alarm that is there for those who write to the table beside it.
 */
export function judgeChangesOf(memory: MemoryTables): readonly string[] {
  const found: string[] = [];
  const watching = memory.onWrite;
  let count = 0;
  memory.onWrite = (table, change) => {
    watching?.(table, change);
    if (table !== tables.ledgerTable) return;
    count += 1;
    const { archived } = archiveChange(streamChange(change, count));
    for (const { finding, explanation } of archived.findings) {
      found.push(`I9: the archive takes a change of ${archived.recordId} for ${finding}: ${explanation}`);
    }
  };
  return found;
}
