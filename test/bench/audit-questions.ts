import { parseArgs } from 'node:util';
import { benchAuditQuestions } from './audit-questions-bench.ts';

/**
 * `npm run bench:audit`: what a page of each of the audit's questions costs in processor time of our own, over a ledger of
 * so many issuances, as one JSON document on standard output. A million issuances take some 20 GB in memory: with `--path`
 * the ledger lies on disk, and a folder that is there already is measured as it is. Fails when the p99 of a question is
 * over the limit.
 */
const { values } = parseArgs({
  options: {
    issuances: { type: 'string', default: '1000000' },
    tenants: { type: 'string', default: '200' },
    days: { type: 'string', default: '30' },
    pages: { type: 'string', default: '300' },
    path: { type: 'string' },
    'limit-ms': { type: 'string', default: '50' },
  },
});
const options = {
  issuances: Number(values.issuances),
  tenants: Number(values.tenants),
  days: Number(values.days),
  pages: Number(values.pages),
};
const limitMs = Number(values['limit-ms']);
const report = await benchAuditQuestions({ ...options, ...(values.path === undefined ? {} : { path: values.path }) });
const store = values.path === undefined ? 'dynalite in memory' : 'dynalite on disk';
process.stdout.write(`${JSON.stringify({ options: { ...options, store, limitMs }, ...report }, null, 2)}\n`);
const slow = Object.values(report.questions).filter(({ cpuMs }) => cpuMs.p99 > limitMs);
process.exitCode = slow.length === 0 ? 0 : 1;
