import * as v from 'valibot';
import type { Job } from '../../jobs/job.ts';
import { buildSessionPolicy } from '../../jobs/session-policy.ts';
import type { Issuance } from '../../ledger/issuance.ts';
import type { IssuanceStory } from './audit-api.ts';

export type PolicyGrounds = {
  /** Undefined for a job that is no longer in the catalogue. */
  readonly job: Job | undefined;
  /** The tenant's settings of today for each job; undefined where the tenant does not exist. */
  readonly settings: Readonly<Record<string, unknown>> | undefined;
  readonly partition: string;
};

/**
 * What the session policy of the last attempt allowed. The policy is made again from the catalogue and the tenant's
 * settings of today, because the ledger keeps only its hash: if the hash is the same, the policy is exactly what STS
 * was given. Undefined where no attempt was made, or where no policy can be made from what exists today.
 */
export function sessionPolicyOf(issuance: Issuance, grounds: PolicyGrounds): IssuanceStory['sessionPolicy'] {
  const { job, settings, partition } = grounds;
  const attempt =
    issuance.attempts.findLast(({ policySha256 }) => policySha256 !== undefined) ?? issuance.attempts.at(-1);
  if (attempt === undefined || job === undefined || settings === undefined) return undefined;
  const fenceMs = attempt.fenceMs ?? attempt.intendedAtMs + job.sessionSeconds * 1_000;
  const policy = buildSessionPolicy({ job, settings: settingsFor(settings, job), fenceMs, partition });
  if (!policy.built) return undefined;
  const { policySha256 } = attempt;
  return {
    certainty: policy.sha256 === policySha256 ? 'exact' : 'shape',
    ...(policySha256 === undefined ? {} : { sha256: policySha256 }),
    statements: statementsOf(policy.json),
  };
}

/** The settings as a decision takes them: the tenant's own, or the default of the job. */
export function settingsFor(settings: Readonly<Record<string, unknown>>, job: Job): unknown {
  return Object.hasOwn(settings, job.name) ? settings[job.name] : job.defaultSettings;
}

const oneOrMore = v.union([v.string(), v.array(v.string())]);
const documentSchema = v.object({
  Statement: v.array(
    v.object({
      Effect: v.string(),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: v.optional(v.record(v.string(), v.unknown())),
    }),
  ),
});

/** The statements of a policy of ours, in a form for reading. */
export function statementsOf(json: string): NonNullable<IssuanceStory['sessionPolicy']>['statements'] {
  return v.parse(documentSchema, JSON.parse(json)).Statement.map(({ Effect, Action, Resource, Condition }) => ({
    effect: Effect,
    actions: [Action].flat(),
    resources: [Resource].flat(),
    ...(Condition === undefined ? {} : { conditions: JSON.stringify(Condition) }),
  }));
}
