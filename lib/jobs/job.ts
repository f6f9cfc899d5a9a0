import type * as v from 'valibot';
import type { PolicyStatement } from './policy-statement.ts';

/** An entry of the catalogue: which function runs, with which session policy, for how long. Who may ask is config. */
export type Job<Settings = unknown> = {
  /** Names the function too; leads every issuance id, so that a job's role can be held to its own rows. */
  readonly name: string;
  /** What a tenant may set for this job; unknown keys must be refused (`v.strictObject`). */
  readonly settingsSchema: v.GenericSchema<unknown, Settings>;
  /** For tenants that have set nothing; left out, such a tenant is refused. */
  readonly defaultSettings?: Settings;
  /** Settings that make the longest policy: it must fit STS's limit, which is checked when the catalogue is built. */
  readonly largestSettings: Settings;
  /** What a session may do. Called with settings that the schema passed; the fence is added by `buildSessionPolicy`. */
  sessionPolicy(settings: Settings, target: { readonly partition: string }): readonly PolicyStatement[];
  /** What STS is asked for: `DurationSeconds` of AssumeRole. */
  readonly durationSeconds: number;
  /** How long after the issue the session policy denies everything: the fence. */
  readonly sessionSeconds: number;
  /** What must be left before the fence for a claim to be worth making. */
  readonly minimumSeconds: number;
  /** Lambda's `MaximumEventAgeInSeconds` of the job's function. */
  readonly maximumEventAgeSeconds: number;
  /** Lambda's time-out of the job's function. */
  readonly timeoutSeconds: number;
  /**
   * Who may get the session: the job's function, and a person or a tool that asks for it (`vend-credentials`), which may
   * do with it all that the session policy says. Left out, the function alone.
   */
  readonly deliverTo?: readonly Recipient[];
};

const RECIPIENTS = ['job', 'caller'] as const;
export type Recipient = (typeof RECIPIENTS)[number];

export function deliversTo({ deliverTo = ['job'] }: Pick<Job, 'deliverTo'>, recipient: Recipient): boolean {
  return deliverTo.includes(recipient);
}

/** Declares a job; throws where its numbers contradict each other, so that a wrong one cannot be deployed. */
export function defineJob<Settings>(job: Job<Settings>): Job<Settings> {
  checkJob(job);
  return Object.freeze(job);
}

/** Throws one error that lists everything that is wrong with the entry, with its numbers. */
export function checkJob(job: CheckedFields): void {
  const problems = jobProblems(job);
  if (problems.length > 0) throw new Error(`job ${JSON.stringify(job.name)}: ${problems.join('; ')}`);
}

const SECONDS = [
  'durationSeconds',
  'sessionSeconds',
  'minimumSeconds',
  'maximumEventAgeSeconds',
  'timeoutSeconds',
] as const;
type CheckedFields = Pick<Job, 'name' | 'deliverTo' | (typeof SECONDS)[number]>;

function jobProblems(job: CheckedFields): readonly string[] {
  const fractions = SECONDS.filter((field) => !Number.isSafeInteger(job[field]) || job[field] <= 0);
  if (fractions.length > 0) return fractions.map((field) => `${field} is not a whole number above 0: ${job[field]}`);
  const rules = [nameRule(job), ...recipientRules(job), ...limitRules(job), ...relationRules(job)];
  return rules.filter(({ holds }) => !holds).map(({ says }) => says);
}

type Rule = { readonly holds: boolean; readonly says: string };

/** 24 characters leave room for the hash and the attempt in a role session name of 64. */
function nameRule({ name }: CheckedFields): Rule {
  const holds = name.length <= 24 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);
  return { holds, says: 'the name is not 1 to 24 of a-z, 0-9 and inner single hyphens' };
}

/** Every entry is a function that runs: a session for callers alone is none of a job. */
function recipientRules({ deliverTo = ['job'] }: CheckedFields): readonly Rule[] {
  const known = deliverTo.every((recipient) => RECIPIENTS.includes(recipient));
  const once = new Set(deliverTo).size === deliverTo.length;
  const named = deliverTo.join(', ');
  return [
    { holds: deliverTo.includes('job'), says: `deliverTo does not name job: ${named}` },
    { holds: known && once, says: `deliverTo is not of ${RECIPIENTS.join(' and ')}, each once: ${named}` },
  ];
}

/** AWS's own limits. Sources: STS AssumeRole (role chaining: at most an hour), Lambda quotas, Lambda event age. */
function limitRules(job: CheckedFields): readonly Rule[] {
  const { durationSeconds, timeoutSeconds, maximumEventAgeSeconds } = job;
  return [
    {
      holds: durationSeconds >= 900 && durationSeconds <= 3_600,
      says: `durationSeconds ${durationSeconds} is not from 900 to 3600`,
    },
    { holds: timeoutSeconds <= 900, says: `timeoutSeconds ${timeoutSeconds} is over Lambda's 900` },
    {
      holds: maximumEventAgeSeconds >= 60,
      says: `maximumEventAgeSeconds ${maximumEventAgeSeconds} is under Lambda's 60`,
    },
  ];
}

/** What keeps a session from reaching its fence before the job could have used it. */
function relationRules(job: CheckedFields): readonly Rule[] {
  const { durationSeconds, sessionSeconds, minimumSeconds, maximumEventAgeSeconds, timeoutSeconds } = job;
  return [
    {
      holds: sessionSeconds <= durationSeconds,
      says: `sessionSeconds ${sessionSeconds} is over durationSeconds ${durationSeconds}`,
    },
    {
      holds: maximumEventAgeSeconds <= sessionSeconds - minimumSeconds,
      says: `maximumEventAgeSeconds ${maximumEventAgeSeconds} is over sessionSeconds ${sessionSeconds} - minimumSeconds ${minimumSeconds}`,
    },
    {
      holds: sessionSeconds >= maximumEventAgeSeconds + timeoutSeconds,
      says: `sessionSeconds ${sessionSeconds} is under maximumEventAgeSeconds ${maximumEventAgeSeconds} + timeoutSeconds ${timeoutSeconds}`,
    },
  ];
}
