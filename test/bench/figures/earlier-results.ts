import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

const machine = v.optional(v.looseObject({ node: v.optional(v.string()) }));
const fanOut = v.object({ machine, smooth: v.object({ eventsPerSecondOfProcessor: v.number() }) });
const verify = v.object({
  node: v.string(),
  verification: v.object({ recordsPerSecond: v.number(), megabytesPerSecond: v.number() }),
});
const logFiles = v.object({
  machine,
  plain: v.object({ megabytesPerCpuSecond: v.number(), megabytesPerSecond: v.number() }),
});
const audit = v.object({
  questions: v.record(v.string(), v.object({ cpuMs: v.object({ p50: v.number(), p99: v.number() }) })),
});
const strays = v.object({
  report: v.object({ events: v.number(), planted: v.number(), found: v.number(), falseAlerts: v.number() }),
});

export type EarlierResult = { readonly what: string; readonly figure: string; readonly command: string };

/** What the longer benches came to when they were run last: each has a command of its own. */
export function earlierResults(): readonly EarlierResult[] {
  const sent = read('fan-out', fanOut).smooth;
  const verified = read('verify', verify).verification;
  const read1 = read('log-files', logFiles).plain;
  const pages = read('audit-questions', audit).questions['tenant, 100 a page']?.cpuMs;
  const { events, planted, found, falseAlerts } = read('strays', strays).report;
  return [
    {
      what: 'Fan-out',
      figure: `${whole(sent.eventsPerSecondOfProcessor)} events a second of processor`,
      command: 'npm run bench:fan-out',
    },
    {
      what: 'Verification of the archive',
      figure: `${whole(verified.recordsPerSecond)} records (${whole(verified.megabytesPerSecond)} MB) a second`,
      command: 'npm run bench:verify',
    },
    {
      what: "Correlation with CloudTrail's files",
      figure: `${whole(read1.megabytesPerCpuSecond)} MB a second of processor`,
      command: 'npm run bench:log-files',
    },
    {
      what: 'Audit, a page of 100 records of a tenant among 1,000,000',
      figure: `${pages?.p50} ms of processor, 99th percentile ${pages?.p99} ms`,
      command: 'npm run bench:audit',
    },
    {
      what: 'Strays',
      figure: `${found} of ${planted} found among ${whole(events)} calls, ${falseAlerts} false alerts`,
      command: 'npm run bench:strays',
    },
  ];
}

function read<Schema extends v.GenericSchema>(name: string, schema: Schema): v.InferOutput<Schema> {
  const file = path.join(import.meta.dirname, '..', 'results', `${name}.json`);
  return v.parse(schema, JSON.parse(readFileSync(file, 'utf8')));
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}
