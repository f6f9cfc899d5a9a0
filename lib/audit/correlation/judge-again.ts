import { asJudged, untoldStrays } from './grow-record.ts';
import { judgeRecord } from './judge-record.ts';
import { type CorrelationDependencies, tellAndMark } from './observe-call.ts';
import { logVerdicts } from './tell-verdicts.ts';

/**
 * Judges one record that is due, because its verdict was not final, or because the invocation that was to report a
 * stray did not finish. Two that judge the same record at once report it once.
 */
export async function judgeAgain(recordId: string, correlation: CorrelationDependencies): Promise<void> {
  const { ledger, clock } = correlation;
  const record = await ledger.read(recordId);
  const nowMs = clock.nowMs();
  // The index lags behind: somebody has handled the record already.
  if (record?.dueAtMs === undefined || record.dueAtMs > nowMs) return;
  const judged = await judgeRecord(record, correlation);
  const after = { ...asJudged(record, judged, { nowMs }), version: record.version + 1 };
  if (!(await ledger.write(record, after))) return;
  if (untoldStrays(record, judged).length > 0) await tellAndMark(after, judged, correlation);
  if (after.dueAtMs === undefined) logVerdicts(after, judged, judged.calls, correlation);
}
