import * as v from 'valibot';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../lib/ledger/request-record.ts';
import type { Narrator } from './narrator.ts';
import type { LedgerContents } from './read-outcome.ts';

/** Tells the course of one event's request as the ledger has it: asked, decided, issued, done. */
export function tellRequest(eventId: string, ledger: LedgerContents, narrator: Narrator): void {
  const requests = ledger.requests.filter((request) => request.origin.eventId === eventId);
  for (const request of requests) {
    tellDecision(request, narrator);
    const issuances = ledger.issuances.filter(({ requestId }) => requestId === request.recordId);
    for (const issuance of issuances) tellIssuance(issuance, narrator);
  }
  if (requests.length !== 1) narrator.bad('records', `${requests.length} records of this event`);
}

function tellDecision(request: RequestRecord, narrator: Narrator): void {
  const { requester, job = '?', tenantId = '?', recordId, refusal, accountIds = [] } = request;
  narrator.fact('asked', `${requester} asks for ${job} of ${tenantId}   ${recordId}`);
  if (refusal !== undefined) narrator.bad('refused', `${refusal.reason}: ${refusal.explanation}`);
  else
    narrator.good('decided', `allowed, ${accountIds.length === 1 ? 'account' : 'accounts'} ${accountIds.join(', ')}`);
}

function tellIssuance(issuance: Issuance, narrator: Narrator): void {
  for (const attempt of issuance.attempts) {
    const { accessKeyId, fenceMs, expiresAtMs, sessionName, stsRequestId = '?' } = attempt;
    if (accessKeyId === undefined) {
      narrator.bad(attempt.outcome, `session ${sessionName}   STS request ${stsRequestId}`);
      continue;
    }
    narrator.good('issued', `session ${sessionName}`);
    narrator.fact('', `access key ${accessKeyId}, nothing works after ${time(fenceMs)} (STS: ${time(expiresAtMs)})`);
  }
  tellEnd(issuance, narrator);
}

function tellEnd(issuance: Issuance, narrator: Narrator): void {
  const { state, accountId } = issuance;
  switch (state) {
    case 'completed':
      narrator.good('completed', `${accountId}: ${summary(issuance.report?.summary)}`);
      break;
    case 'denied':
      narrator.bad('denied', `${accountId}: ${issuance.code}, recorded; the job never ran`);
      break;
    case 'refused':
    case 'revoked':
      narrator.bad(state, `${accountId}: ${issuance.refusal.reason}: ${issuance.refusal.explanation}`);
      break;
    default:
      narrator.bad(state, accountId);
  }
}

/** The findings of one of our jobs, or whatever else the job returned. */
function summary(text: string | undefined): string {
  if (text === undefined) return 'no summary';
  const result: unknown = JSON.parse(text);
  const lines = scanLines(result) ?? logLines(result) ?? [text];
  return lines.join(`\n${CONTINUED}`);
}

const findingSchema = v.object({ bucket: v.string(), region: v.string(), problems: v.array(v.string()) });
const scanSchema = v.object({ bucketsScanned: v.number(), findings: v.array(findingSchema) });

function scanLines(result: unknown): readonly string[] | undefined {
  const scan = v.safeParse(scanSchema, result);
  if (!scan.success) return undefined;
  const { findings, bucketsScanned } = scan.output;
  const lines = findings.map(({ bucket, region, problems }) => `${bucket} (${region}): ${problems.join(', ')}`);
  return [`${bucketsScanned} buckets looked at, ${findings.length} with problems`, ...lines];
}

const tallySchema = v.object({ counts: v.record(v.string(), v.number()), others: v.number() });
const unreadSchema = v.object({ key: v.string(), problem: v.string(), offset: v.number() });
const logSchema = v.object({
  filesRead: v.number(),
  events: v.number(),
  services: tallySchema,
  errors: tallySchema,
  principals: tallySchema,
  unread: v.array(unreadSchema),
});

function logLines(result: unknown): readonly string[] | undefined {
  const logs = v.safeParse(logSchema, result);
  if (!logs.success) return undefined;
  const { filesRead, events, services, errors, principals, unread } = logs.output;
  return [
    `${filesRead} files read, ${events} events`,
    `services   ${tallyLine(services)}`,
    `errors     ${tallyLine(errors)}`,
    `principals ${tallyLine(principals)}`,
    ...unread.map(({ key, problem, offset }) => `${problem} at byte ${offset}: ${key.split('/').at(-1)}`),
  ];
}

function tallyLine({ counts, others }: v.InferOutput<typeof tallySchema>): string {
  const told = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return [...told, ...(others > 0 ? [`others ${others}`] : [])].join(', ');
}

/** The indent of a line that continues under its own text. */
const CONTINUED = ' '.repeat(14);

function time(epochMs: number | undefined): string {
  return epochMs === undefined ? '?' : `${new Date(epochMs).toISOString().slice(11, 19)} UTC`;
}
