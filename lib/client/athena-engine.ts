import * as v from 'valibot';
import {
  type SqlAnswer,
  type SqlEngine,
  type SqlOptions,
  SqlProblem,
  type SqlRow,
  type SqlValue,
  wholeNumber,
} from '../audit/views/sql-answer.ts';
import type { Ids } from '../platform/ids.ts';
import { type AthenaDependencies, type CallAthena, makeCallAthena } from './athena-calls.ts';

export type AthenaPlace = { readonly workGroup: string; readonly database: string };

const POLL = { firstMs: 300, longestMs: 3_000 } as const;
const PAGE_ROWS = 1_000;

/**
 * Runs queries in the deployment's Athena workgroup. When the caller stops waiting for a query, Athena is told to stop
 * it.
 */
export function makeAthenaEngine(
  dependencies: AthenaDependencies & { readonly ids: Pick<Ids, 'uuid'> },
  { workGroup, database }: AthenaPlace,
): SqlEngine {
  const call = makeCallAthena(dependencies);
  return {
    async query(sql, options) {
      const input = {
        QueryString: sql,
        ClientRequestToken: dependencies.ids.uuid(),
        QueryExecutionContext: { Database: database },
        WorkGroup: workGroup,
      };
      const { signal } = options;
      signal.throwIfAborted();
      const started = await call('StartQueryExecution', input, { answer: startedSchema });
      const running = { ...options, call, dependencies, id: started.QueryExecutionId };
      try {
        const statementType = await finished(running);
        return await answerOf(running, { hasHead: statementType === 'DML' });
      } catch (error) {
        if (signal.aborted) await stop(running);
        throw error;
      }
    },
  };
}

type Running = SqlOptions & {
  readonly call: CallAthena;
  readonly dependencies: AthenaDependencies;
  readonly id: string;
};

const startedSchema = v.object({ QueryExecutionId: v.string() });
const executionSchema = v.object({
  QueryExecution: v.object({
    StatementType: v.optional(v.string()),
    Status: v.object({
      State: v.picklist(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
      StateChangeReason: v.optional(v.string(), 'Athena says no more'),
      AthenaError: v.optional(v.object({ ErrorCategory: v.optional(v.number()) })),
    }),
    Statistics: v.optional(v.object({ DataScannedInBytes: v.optional(v.number()) })),
  }),
});
type Execution = v.InferOutput<typeof executionSchema>['QueryExecution'];

/** Waits until the query ends, and returns the type of its statement. */
async function finished({ call, dependencies, id, signal, onProgress }: Running): Promise<string | undefined> {
  for (let pauseMs: number = POLL.firstMs; ; pauseMs = Math.min(pauseMs * 1.5, POLL.longestMs)) {
    const asked = await call('GetQueryExecution', { QueryExecutionId: id }, { answer: executionSchema, signal });
    const { Status, Statistics, StatementType } = asked.QueryExecution;
    const scannedBytes = Statistics?.DataScannedInBytes;
    onProgress({ state: Status.State.toLowerCase(), ...(scannedBytes !== undefined && { scannedBytes }) });
    if (Status.State === 'SUCCEEDED') return StatementType;
    if (Status.State === 'FAILED' || Status.State === 'CANCELLED') throw problemOf(Status);
    await dependencies.sleep(pauseMs, signal);
    signal.throwIfAborted();
  }
}

/** Category 2 is the query's own fault. Source: Athena API Reference, AthenaError. */
function problemOf({ State, StateChangeReason, AthenaError }: Execution['Status']): SqlProblem {
  if (/bytes scanned limit/i.test(StateChangeReason)) return new SqlProblem('tooMuch', StateChangeReason);
  if (/access denied|not authorized|insufficient permissions/i.test(StateChangeReason)) {
    return new SqlProblem('refused', StateChangeReason);
  }
  const isWrong = State === 'FAILED' && AthenaError?.ErrorCategory === 2;
  return new SqlProblem(isWrong ? 'queryWrong' : 'engineFailed', StateChangeReason);
}

const resultsSchema = v.object({
  NextToken: v.optional(v.string()),
  ResultSet: v.object({
    Rows: v.array(v.object({ Data: v.optional(v.array(v.object({ VarCharValue: v.optional(v.string()) })), []) })),
    ResultSetMetadata: v.object({ ColumnInfo: v.array(v.object({ Name: v.string(), Type: v.string() })) }),
  }),
});
type Results = v.InferOutput<typeof resultsSchema>;

async function answerOf(running: Running, { hasHead }: { readonly hasHead: boolean }): Promise<SqlAnswer> {
  const first = await page(running, undefined);
  const columns = first.ResultSet.ResultSetMetadata.ColumnInfo;
  return { columns: columns.map(({ Name }) => Name), pages: pagesOf(running, { first, hasHead }) };
}

/** The first row holds the column names, but only for a query (a DML statement). */
async function* pagesOf(
  running: Running,
  { first, hasHead }: { readonly first: Results; readonly hasHead: boolean },
): AsyncGenerator<readonly SqlRow[]> {
  yield rowsOf(first).slice(hasHead ? 1 : 0);
  for (let token = first.NextToken; token !== undefined; ) {
    const next = await page(running, token);
    yield rowsOf(next);
    token = next.NextToken;
  }
}

function page({ call, id, signal }: Running, NextToken: string | undefined): Promise<Results> {
  const input = { QueryExecutionId: id, MaxResults: PAGE_ROWS, ...(NextToken !== undefined && { NextToken }) };
  return call('GetQueryResults', input, { answer: resultsSchema, signal });
}

function rowsOf({ ResultSet }: Results): readonly SqlRow[] {
  const types = ResultSet.ResultSetMetadata.ColumnInfo.map(({ Type }) => Type);
  return ResultSet.Rows.map(({ Data }) => types.map((type, column) => cellOf(Data[column]?.VarCharValue, type)));
}

function cellOf(text: string | undefined, type: string): SqlValue {
  if (text === undefined) return null;
  if (/^(?:tinyint|smallint|integer|int|bigint)$/.test(type)) return wholeNumber(text);
  if (/^(?:double|float|real)$/.test(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  return type === 'boolean' ? text === 'true' : text;
}

/** Ignores a failure to stop the query, because nobody waits for it any more. */
async function stop({ call, id }: Running): Promise<void> {
  await call('StopQueryExecution', { QueryExecutionId: id }, { answer: v.object({}) }).catch(() => undefined);
}
