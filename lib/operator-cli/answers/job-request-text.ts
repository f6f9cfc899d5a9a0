import { type Accepted, type Decided, isSettled, type ProgressState } from '../../on-demand/on-demand-answer.ts';
import { EXIT_CODES, type ExitCode, gravest } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { type Cell, renderTable, type Tone } from '../terminal/table.ts';

type Told = {
  readonly answer: Accepted | Decided;
  readonly idempotencyKey: string;
  /** Whether the command was told to wait for the outcome. */
  readonly waited: boolean;
};

/** Says what became of a request, and returns the exit code of the command. */
export function sayOutcome({ answer, idempotencyKey, waited }: Told, session: Session): ExitCode {
  const issuances = 'decision' in answer ? answer.issuances : undefined;
  if (session.json) printJson(session, { ...answer, idempotencyKey });
  else session.print(issuances === undefined ? `${answer.requestId}\n` : renderIssuances(issuances, session));
  if (issuances?.every(isSettled)) return gravest(issuances.map(({ state }) => EXIT_CODES[ends[state].exit]));
  session.say(`It is on its way. For its outcome, repeat it with: --wait --idempotency-key ${idempotencyKey}`);
  return waited ? EXIT_CODES.notProven : EXIT_CODES.ok;
}

function renderIssuances(issuances: Decided['issuances'], { style }: Session): string {
  const rows = issuances.map(({ accountId, state, code = '', explanation = '', issuanceId }): readonly Cell[] => [
    accountId,
    { text: state, tone: ends[state].tone },
    [code, explanation].filter((part) => part !== '').join(': ') || '-',
    issuanceId,
  ]);
  return renderTable(['ACCOUNT', 'STATE', 'WHY', 'ISSUANCE'], rows, style);
}

type End = { readonly exit: 'ok' | 'broken' | 'refused' | 'notProven'; readonly tone: Tone };

const open: End = { exit: 'notProven', tone: 'waiting' };
const no: End = { exit: 'refused', tone: 'bad' };
const broken: End = { exit: 'broken', tone: 'bad' };
const ends: Readonly<Record<ProgressState, End>> = {
  new: open,
  intended: open,
  issued: open,
  claimed: open,
  completed: { exit: 'ok', tone: 'good' },
  refused: no,
  denied: no,
  revoked: no,
  failed: broken,
  expired: broken,
  unknown: broken,
};
