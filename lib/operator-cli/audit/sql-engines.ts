import { athenaNames } from '../../audit/views/athena-names.ts';
import { athenaQuery, dayLiteral } from '../../audit/views/athena-query.ts';
import { openDuckDb } from '../../audit/views/duckdb-engine.ts';
import { archiveFiles, cloudTrailFiles } from '../../audit/views/duckdb-files.ts';
import type { SqlEngine } from '../../audit/views/sql-answer.ts';
import { rolePatternOf } from '../../audit/views/view.ts';
import { clientError } from '../../client/api-error.ts';
import { makeAthenaEngine } from '../../client/athena-engine.ts';
import { readAwsSettings } from '../../client/aws-settings.ts';
import { chooseProfile, operatorEnvironment } from '../../platform/environment.ts';
import type { Session, Target } from '../session.ts';

/** Which archive to query, and for which days and which moment. */
export type Asked = Target & {
  readonly query: string;
  readonly archive?: string | undefined;
  readonly cloudtrail?: string | undefined;
  /** `YYYY-MM-DD`, both days included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly atMs?: number | undefined;
};

/** An engine, the query in the engine's form, and what a person is told about both. */
export type Opened = {
  readonly engine: SqlEngine;
  readonly query: string;
  readonly said: string;
  close(): Promise<void>;
};

/** Without given days, Athena reads this many, and charges for their data. */
const USUAL_DAYS = 31;
const DAY_MS = 86_400_000;

/** Opens DuckDB over the given files or, without files, Athena in the deployment. Throws `SqlProblem`, `ApiError`. */
export async function openEngine(asked: Asked, session: Session): Promise<Opened> {
  const isLocal = asked.archive !== undefined || asked.cloudtrail !== undefined;
  return isLocal ? overFiles(asked, session) : atAthena(asked, session);
}

async function overFiles(asked: Asked, session: Session): Promise<Opened> {
  const { query, archive, cloudtrail, from, to } = asked;
  const engine = await openDuckDb({
    archive: archive === undefined ? undefined : await archiveFiles(archive, { from, to }),
    cloudtrail: cloudtrail === undefined ? undefined : await cloudTrailFiles(cloudtrail),
    context: { rolePattern: rolePatternOf(stageOf(asked)), atMs: asked.atMs ?? session.clock.nowMs() },
  });
  const places = [archive, cloudtrail].filter((place) => place !== undefined);
  return { engine, query, said: `DuckDB, over ${places.join(' and ')}`, close: () => engine.close() };
}

async function atAthena(asked: Asked, session: Session): Promise<Opened> {
  if (asked.profile !== undefined) chooseProfile(asked.profile);
  const { region, credentials, endpoint } = await readAwsSettings({ region: asked.region });
  const stage = stageOf(asked) ?? (endpoint === undefined ? undefined : 'local');
  if (stage === undefined) throw clientError('client.stageMissing');
  const { clock, ids, sleep } = session;
  const names = athenaNames(stage);
  const engine = makeAthenaEngine({ region, credentials, endpoint, fetch: globalThis.fetch, clock, ids, sleep }, names);
  const days = daysOf(asked, clock.nowMs());
  const query = athenaQuery({
    query: asked.query,
    database: names.database,
    days: { from: dayLiteral(days.from), to: dayLiteral(days.to) },
    context: { rolePattern: rolePatternOf(stage), atMs: asked.atMs ?? clock.nowMs() },
  });
  const said = `Athena, ${names.workGroup} in ${region}, ${days.from} to ${days.to}`;
  return { engine, query, said, close: async () => undefined };
}

function daysOf({ from, to }: Asked, nowMs: number): { readonly from: string; readonly to: string } {
  const last = to ?? new Date(nowMs).toISOString().slice(0, 10);
  const first = new Date(Date.parse(last) - (USUAL_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  return { from: from ?? first, to: last };
}

function stageOf({ stage }: Target): string | undefined {
  return stage ?? operatorEnvironment().stage;
}
