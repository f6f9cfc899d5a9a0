import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { SETTLE_MS } from '../../lib/audit/archive/digests/make-digests.ts';
import { MISSING_AFTER_MS } from '../../lib/audit/session-verdict.ts';
import { deliversTo, type Job } from '../../lib/jobs/job.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { LIMITS } from '../../lib/ledger/issuance.ts';
import { SLOTS } from '../../lib/scheduling/slot.ts';
import { tableRows } from './document-tables.ts';
import { root } from './source-files.ts';

/** What STS gives to a role at the most. Source: IAM User Guide, "Role chaining". */
const LONGEST_SESSION_SECONDS = 3_600;
/** The document tells of these; whoever adds a job of their own reads its numbers in its catalogue entry. */
const SHIPPED_JOBS: readonly string[] = ['scan-account', 'process-logs'];

const scheduleSchema = v.object({ Properties: v.object({ ScheduleExpression: v.string() }) });
const alarmSchema = v.object({ Properties: v.object({ Period: v.number(), EvaluationPeriods: v.number() }) });
let resources: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  resources = JSON.parse(readFileSync(templatePath, 'utf8')).Resources;
});

describe('docs/guarantees.md', () => {
  it('says for how long what is left over lasts, as the code has it', () => {
    const said = tableRows(document(), 'what').map(([what = '', seconds = '']) => [what, seconds]);
    expect(Object.fromEntries(said)).toEqual(leftOver());
  });

  it('has every invariant once, and each is shown by something', () => {
    const rows = tableRows(document(), 'id');
    const numbers = Array.from({ length: 16 }, (_, index) => `I${index + 1}`);
    expect(rows.map(([id]) => id)).toEqual(numbers.toSpliced(3, 0, 'I3b'));
    expect(rows.filter(([, , shownBy]) => !shownBy?.includes('`test/'))).toEqual([]);
  });
});

function document(): string {
  return readFileSync(path.join(root, 'docs/guarantees.md'), 'utf8');
}

function leftOver(): Readonly<Record<string, string>> {
  const lease = LIMITS.leaseMs / 1_000;
  const fence = ofJobs(({ sessionSeconds }) => sessionSeconds);
  const afterLease = ofJobs(({ sessionSeconds }) => sessionSeconds + lease);
  const { Period, EvaluationPeriods } = v.parse(alarmSchema, resources['DigestLateAlarm']).Properties;
  return {
    'session not yet claimed': ofJobs(({ sessionSeconds, minimumSeconds }) => sessionSeconds - minimumSeconds),
    'session that was claimed': fence,
    'lost answer of STS': fence,
    'session given to a caller': ofJobs(
      ({ sessionSeconds }) => sessionSeconds,
      (job) => deliversTo(job, 'caller'),
    ),
    'suspended tenant': afterLease,
    'stolen job': afterLease,
    'stolen brokering function': figure(LONGEST_SESSION_SECONDS),
    'external ID known to others': figure(0),
    'role that was opened to others': figure(SLOTS * tickSeconds('verify-trust')),
    'change of the archive before it is signed': figure(SETTLE_MS / 1_000 + tickSeconds('archive-audit')),
    'archive without digests': figure(Period * EvaluationPeriods),
    'session that CloudTrail does not show': figure(MISSING_AFTER_MS / 1_000),
  };
}

function ofJobs(secondsOf: (job: Job) => number, isMeant: (job: Job) => boolean = () => true): string {
  const meant = [...jobCatalogue.values()].filter((job) => SHIPPED_JOBS.includes(job.name) && isMeant(job));
  return meant.map((job) => `${job.name} ${figure(secondsOf(job))}`).join(', ');
}

/** How often the first schedule of a function comes; the packager names it after the function, hyphens spelt out. */
function tickSeconds(functionName: string): number {
  const normalised = functionName.replaceAll('-', 'Dash').replace(/^./, (first) => first.toUpperCase());
  const logicalId = `${normalised}EventsRuleSchedule1`;
  const { ScheduleExpression } = v.parse(scheduleSchema, resources[logicalId]).Properties;
  const minutes = /^rate\((\d+) minutes?\)$/.exec(ScheduleExpression)?.[1];
  if (minutes === undefined) throw new Error(`${logicalId} does not come every so many minutes: ${ScheduleExpression}`);
  return Number(minutes) * 60;
}

function figure(seconds: number): string {
  return seconds.toLocaleString('en-GB');
}
