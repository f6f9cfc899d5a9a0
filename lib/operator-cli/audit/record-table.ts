import type { RecordView } from '../../audit/questions/audit-api.ts';
import { assertNever } from '../../errors.ts';
import type { Session } from '../session.ts';
import { printable, widthOf } from '../terminal/printable.ts';
import { type Cell, renderTable, type TableStyle, type Tone } from '../terminal/table.ts';
import { instantOf } from '../terminal/time-words.ts';
import { accountOf } from './record-lines.ts';
import { wrapText } from './wrap-text.ts';

const HEAD = ['WHEN', 'WHAT', 'TENANT', 'ACCOUNT', 'JOB', 'ASKED BY', 'STATE', 'WHY', 'ID'];
const NARROW_HEAD = ['WHEN', 'WHAT', 'STATE', 'ACCOUNT', 'TENANT'];

/** The parts of a record that are shown on its line. */
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
type Shown = Summary & { readonly when: string; readonly what: string; readonly stateCell: Cell };

/**
 * A table with a line for each record. The id of a record is needed for the next question and is never cut: if the
 * terminal is too narrow, the rest stands below, and the id on a line of its own.
 */
export function renderRecords(records: readonly RecordView[], { style }: Pick<Session, 'style'>): string {
  const shown = records.map(shownOf);
  const rows = shown.map((record): readonly Cell[] => {
    const { when, what, tenant = '', account = '', job = '', by = '', stateCell, why = '', id } = record;
    return [when, what, tenant, account, job, by, stateCell, why, id];
  });
  const { columns = Number.POSITIVE_INFINITY } = style;
  const measured = renderTable(HEAD, rows, { colour: false });
  const fits = measured.split('\n').every((line) => widthOf(line) <= columns);
  return fits ? renderTable(HEAD, rows, style) : renderNarrow(shown, { ...style, columns });
}

function renderNarrow(shown: readonly Shown[], style: TableStyle & { readonly columns: number }): string {
  const rows = shown.map(({ when, what, stateCell, account = '', tenant = '' }) => [
    when,
    what,
    stateCell,
    account,
    tenant,
  ]);
  const [head = '', ...lines] = renderTable(NARROW_HEAD, rows, style).trimEnd().split('\n');
  const below = shown.map(({ job, by, why, id }) => {
    const asked = by === undefined ? '' : `by ${by}`;
    const text = [job, asked, why].filter((part) => part !== undefined && part !== '').join(', ');
    return [...(text === '' ? [] : wrapText(text, style.columns - 2)), printable(id)].map((line) => `  ${line}`);
  });
  return `${[head, ...lines.flatMap((line, index) => [line, ...(below[index] ?? [])])].join('\n')}\n`;
}

function shownOf(record: RecordView): Shown {
  const summary = summaryOf(record);
  const { atMs, state } = summary;
  return {
    ...summary,
    when: atMs === undefined ? '' : instantOf(atMs),
    what: wordsOf[record.recordType],
    stateCell: { text: state, tone: toneOf(state) },
  };
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
      const because = record.refusal?.reason ?? record.code ?? record.report?.code;
      if (!record.isLive) return { atMs, tenant, account, job, by, state: record.state, why: because, id };
      const why = [because, liveUntil(record)].filter((part) => part !== undefined).join(', ');
      return { atMs, tenant, account, job, by, state: `${record.state}, live`, why, id };
    }
    case 'request': {
      const why = record.refusal?.reason ?? record.reason;
      const { recordedAtMs: atMs, tenantId: tenant, job, requester: by, decision: state, requestId: id } = record;
      return { atMs, tenant, account: accountsOf(record.accountIds), job, by, state, why, id };
    }
    case 'probe': {
      const { recordedAtMs: atMs, tenantId: tenant, accountId: account, by, outcome: state, probeId: id } = record;
      return {
        atMs,
        tenant,
        account,
        by,
        state,
        why: [record.probe, record.code].filter((part) => part !== undefined).join(', '),
        id,
      };
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
  const why = [first?.why, first?.errorCode ?? first?.accessKeyId].filter((part) => part !== undefined).join(', ');
  return {
    atMs,
    account: accountOf(first?.roleArn),
    by: roleNameOf(first?.callerRoleArn),
    state: first?.verdict ?? 'awaited',
    why: count > 1 ? `${why} (1 of ${count} calls)`.trim() : why,
    id,
  };
}

/** Shortens the ARN of a role of the deployment to the name, because its account and partition are always the same. */
function roleNameOf(roleArn: string | undefined): string | undefined {
  return roleArn?.slice(roleArn.lastIndexOf('/') + 1);
}

/** The end of the issuance's last session that may be in use. */
function liveUntil({ attempts }: Extract<RecordView, { recordType: 'issuance' }>): string | undefined {
  const fences = attempts.flatMap(({ outcome, fenceMs }) => {
    return fenceMs !== undefined && (outcome === 'issued' || outcome === 'revoked') ? [fenceMs] : [];
  });
  return fences.length === 0 ? undefined : `until ${instantOf(Math.max(...fences))}`;
}

function accountsOf(accountIds: readonly string[] | undefined): string | undefined {
  return accountIds === undefined || accountIds.length < 2 ? accountIds?.[0] : `${accountIds.length} accounts`;
}

const GOOD = ['completed', 'allowed', 'accepted', 'matched', 'late', 'explained', 'claimed', 'issued'];
const BAD = ['refused', 'denied', 'failed', 'revoked', 'unknown', 'stray', 'missing', 'unreadable'];

/** The word carries the whole meaning; the colour only helps to find it. */
export function toneOf(state: string): Tone {
  if (state.endsWith(', live')) return 'waiting';
  if (GOOD.includes(state)) return 'good';
  return BAD.includes(state) ? 'bad' : 'waiting';
}
