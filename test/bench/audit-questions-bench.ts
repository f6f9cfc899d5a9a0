import { fork } from 'node:child_process';
import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AuditWorld, auditWorld } from '../support/audit-world.ts';
import { accessKeyOf, completedFor, stsRequestOf } from '../support/audited-records.ts';
import { type BenchSize, benchIssuance, benchLookedUp, benchName } from './audit-records.ts';

export type AuditBenchOptions = BenchSize & {
  /** Pages of each question that are measured. */
  readonly pages: number;
  /** A folder for the store; left out, it is in memory. */
  readonly path?: string;
};

/** Of the processor time that this process took for one page, everything in it: SDK, HTTP, JSON, garbage. */
export type QuestionReport = {
  readonly pages: number;
  readonly cpuMs: { readonly p50: number; readonly p99: number; readonly most: number };
  readonly wallMs: { readonly p50: number; readonly p99: number };
  readonly recordsAPage: number;
  readonly callsAPage: number;
  readonly readUnitsAPage: number;
};

export type AuditBenchReport = {
  readonly questions: Readonly<Record<string, QuestionReport>>;
  /** Over every page of every question. */
  readonly cpuMsP99: number;
};

type Page = { readonly path: string; readonly query?: Readonly<Record<string, string>> };

/** Loads a ledger into a process of its own, and asks each question page after page, one at a time. */
export async function benchAuditQuestions(options: AuditBenchOptions): Promise<AuditBenchReport> {
  const { pages, ...store } = options;
  const child = fork(new URL('./audit-store.ts', import.meta.url), [JSON.stringify(store)], {
    execArgv: ['--max-old-space-size=12000'],
  });
  try {
    const [{ port }] = await once(child, 'message');
    const world = auditWorld(clientOf(port));
    const questions: Record<string, QuestionReport> = {};
    const all: number[] = [];
    for (const [name, pageOf] of Object.entries(questionsOf(options))) {
      const measured = await ask(pageOf, pages, world);
      all.push(...measured.map(({ cpuMs }) => cpuMs));
      questions[name] = reportOf(measured);
    }
    return { questions, cpuMsP99: quantile(all, 0.99) };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

/** Of each question, the one that is asked first of the so-and-so-many-th row of pages. */
function questionsOf(options: AuditBenchOptions): Readonly<Record<string, (page: number) => Page>> {
  const looked = benchLookedUp(options);
  const nameAt = (page: number) => looked[(page * 7_919) % looked.length] ?? 0;
  const tenantAt = (page: number) => `tenant-${page % options.tenants}`;
  const accountAt = (page: number) => String(300_000_000_000 + (page % options.tenants));
  const dayAt = (page: number) => {
    const at = benchIssuance(Math.floor((page / options.pages) * (options.issuances - 1)), options).atMs;
    return new Date(at).toISOString().slice(0, 10);
  };
  const issuanceAt = (page: number) => {
    const index = nameAt(page);
    return completedFor(benchName(index), benchIssuance(index, options)).recordId;
  };
  return {
    'tenant, 50 a page': (page) => ({ path: `/tenants/${tenantAt(page)}/records` }),
    'tenant, 100 a page': (page) => ({ path: `/tenants/${tenantAt(page)}/records`, query: { limit: '100' } }),
    'tenant and state': (page) => ({ path: `/tenants/${tenantAt(page)}/records`, query: { state: 'completed' } }),
    account: (page) => ({ path: `/accounts/${accountAt(page)}/records` }),
    day: (page) => ({ path: `/days/${dayAt(page)}/records` }),
    'day, 100 a page': (page) => ({ path: `/days/${dayAt(page)}/records`, query: { limit: '100' } }),
    job: (page) => ({ path: '/jobs/process-logs/records', query: { to: `${dayAt(page)}T12:00:00Z` } }),
    'requester with few requests': (page) => ({
      path: '/requesters/rare/records',
      query: { to: `${dayAt(page)}T12:00:00Z` },
    }),
    refused: (page) => ({ path: '/exceptions/refused/records', query: { to: `${dayAt(page)}T12:00:00Z` } }),
    'live sessions': () => ({ path: '/live-sessions' }),
    'access key': (page) => ({ path: `/access-keys/${accessKeyOf(benchName(nameAt(page)))}` }),
    'STS request': (page) => ({ path: `/sts-requests/${stsRequestOf(benchName(nameAt(page)))}` }),
    'session name': (page) => ({ path: `/sessions/${issuanceAt(page)}.1` }),
    story: (page) => ({ path: `/issuances/${issuanceAt(page)}` }),
  };
}

type Measured = {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly records: number;
  readonly cost: { readonly calls: number; readonly readUnits: number };
};

/** Until the code is compiled, a page costs several times what it costs from then on. */
const WARM_UP = 30;
/** Pages of one question in a row, each by the cursor of the one before. */
const IN_A_ROW = 3;

async function ask(pageOf: (page: number) => Page, pages: number, world: AuditWorld): Promise<readonly Measured[]> {
  const warmUp = Math.min(WARM_UP, pages);
  const measured: Measured[] = [];
  for (let row = 0; measured.length < warmUp + pages; row += 1) {
    const { path, query = {} } = pageOf(row);
    let cursor: string | undefined;
    for (let page = 0; page < IN_A_ROW; page += 1) {
      const answer = await measure({ path, query: { ...query, ...(cursor === undefined ? {} : { cursor }) } }, world);
      measured.push(answer.measured);
      cursor = answer.cursor;
      if (cursor === undefined) break;
    }
  }
  return measured.slice(warmUp, warmUp + pages);
}

async function measure({ path, query = {} }: Page, world: AuditWorld) {
  const before = process.cpuUsage();
  const begunMs = performance.now();
  const { status, body } = await world.ask(path, query);
  const wallMs = performance.now() - begunMs;
  const { user, system } = process.cpuUsage(before);
  if (status !== 200) throw new Error(`${path} was answered with ${status}: ${JSON.stringify(body)}`);
  const records: number = body.records?.length ?? 1;
  return {
    measured: { cpuMs: (user + system) / 1_000, wallMs, records, cost: body.cost } satisfies Measured,
    cursor: typeof body.cursor === 'string' ? body.cursor : undefined,
  };
}

function reportOf(measured: readonly Measured[]): QuestionReport {
  const cpu = measured.map(({ cpuMs }) => cpuMs);
  const wall = measured.map(({ wallMs }) => wallMs);
  const mean = (of: (page: Measured) => number) =>
    rounded(measured.reduce((sum, page) => sum + of(page), 0) / measured.length);
  return {
    pages: measured.length,
    cpuMs: { p50: quantile(cpu, 0.5), p99: quantile(cpu, 0.99), most: quantile(cpu, 1) },
    wallMs: { p50: quantile(wall, 0.5), p99: quantile(wall, 0.99) },
    recordsAPage: mean(({ records }) => records),
    callsAPage: mean(({ cost }) => cost.calls),
    readUnitsAPage: mean(({ cost }) => cost.readUnits),
  };
}

/** The smallest value that so many of them do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function clientOf(port: number): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
