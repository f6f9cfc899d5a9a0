import type { RecordView } from '../../audit/questions/audit-api.ts';
import { assertNever } from '../../errors.ts';
import { printable, widthOf } from '../printable.ts';
import type { Session } from '../session.ts';
import { type Cell, renderTable, type Tone } from '../table.ts';
import { instantOf } from '../time-words.ts';
import { accountOf } from './record-lines.ts';

const HEAD = ['WHEN', 'WHAT', 'TENANT', 'ACCOUNT', 'JOB', 'ASKED BY', 'STATE', 'WHY'] as const;

/** What stands of one record in a line. */
type Summary = {
  readonly atMs?: number | undefined;
  readonly tenant?: string | undefined;
  readonly account?: string | undefined;
  readonly job?: string | undefined;
  readonly by?: string | undefined;
  readonly state: string;
  readonly why?: string | undefined;
  readonly id: string;
};

/**
 * A line for each record. Its id is what the next question needs, and is never cut: where the terminal is too narrow for it
 * in a column, it stands on a line of its own.
 */
export function renderRecords(records: readonly RecordView[], { style }: Pick<Session, 'style'>): string {
  const summaries = records.map((record) => ({ ...summaryOf(record), what: wordsOf[record.recordType] }));
  const rows = summaries.map(({ atMs, what, tenant, account, job, by, state, why }): readonly Cell[] => [
    atMs === undefined ? '' : instantOf(atMs),
    what,
    tenant ?? '',
    account ?? '',
    job ?? '',
    by ?? '',
    { text: state, tone: toneOf(state) },
    why ?? '',
  ]);
  const ids = summaries.map(({ id }) => id);
  const wide = renderTable([...HEAD, 'ID'], withIds(rows, ids), { ...style, columns: undefined, colour: false });
  const fits = wide.split('\n').every((line) => widthOf(line) <= (style.columns ?? Number.POSITIVE_INFINITY));
  if (fits) return renderTable([...HEAD, 'ID'], withIds(rows, ids), style);
  const [head = '', ...lines] = renderTable(HEAD, rows, style).trimEnd().split('\n');
  return `${[head, ...lines.flatMap((line, index) => [line, `  ${printable(ids[index] ?? '')}`])].join('\n')}\n`;
}

function withIds(rows: readonly (readonly Cell[])[], ids: readonly string[]): readonly (readonly Cell[])[] {
  return rows.map((row, index) => [...row, ids[index] ?? '']);
}

const wordsOf: Readonly<Record<RecordView['recordType'], string>> = {
  issuance: 'issuance',
  request: 'request',
  probe: 'probe',
  strangers: 'strangers',
  observation: 'CloudTrail',
  unreadable: 'unreadable',
};

function summaryOf(record: RecordView): Summary {
  switch (record.recordType) {
    case 'issuance': {
      const { recordedAtMs: atMs, tenantId: tenant, accountId: account, job, requester: by, issuanceId: id } = record;
      const why = record.refusal?.reason ?? record.code ?? record.report?.code;
      return { atMs, tenant, account, job, by, state: record.isLive ? `${record.state}, live` : record.state, why, id };
    }
    case 'request': {
      const { recordedAtMs: atMs, tenantId: tenant, job, requester: by, decision: state, requestId: id } = record;
      return { atMs, tenant, account: accountsOf(record.accountIds), job, by, state, why: record.refusal?.reason, id };
    }
    case 'probe': {
      const { recordedAtMs: atMs, tenantId: tenant, accountId: account, by, outcome: state, probeId: id } = record;
      return { atMs, tenant, account, by, state, why: record.code ?? record.probe, id };
    }
    case 'strangers': {
      const { recordedAtMs: atMs, account, name, kind, counted, recordId: id } = record;
      return { atMs, account, by: name ?? 'many', state: 'refused', why: `${counted} by ${kind}`, id };
    }
    case 'observation':
      return summaryOfObservation(record);
    case 'unreadable':
      return { state: 'unreadable', why: record.problem, id: record.recordId };
    default:
      return assertNever(record);
  }
}

function summaryOfObservation(record: Extract<RecordView, { recordType: 'observation' }>): Summary {
  const { recordedAtMs: atMs, observationId: id, calls } = record;
  const first = calls.find(({ verdict }) => verdict === 'stray') ?? calls[0];
  const count = calls.length + record.uncounted;
  const why = first?.errorCode ?? first?.accessKeyId;
  return {
    atMs,
    account: accountOf(first?.roleArn),
    by: first?.callerRoleArn,
    state: first?.verdict ?? 'awaited',
    why: count > 1 ? `${why ?? ''} (1 of ${count} calls)`.trim() : why,
    id,
  };
}

function accountsOf(accountIds: readonly string[] | undefined): string | undefined {
  return accountIds === undefined || accountIds.length < 2 ? accountIds?.[0] : `${accountIds.length} accounts`;
}

const GOOD = ['completed', 'allowed', 'accepted', 'matched', 'late', 'explained', 'claimed', 'issued'];
const BAD = ['refused', 'denied', 'failed', 'revoked', 'unknown', 'stray', 'missing', 'unreadable'];

/** The word says it all; the colour only helps to find it. */
export function toneOf(state: string): Tone {
  if (state.endsWith(', live')) return 'waiting';
  if (GOOD.includes(state)) return 'good';
  return BAD.includes(state) ? 'bad' : 'waiting';
}
