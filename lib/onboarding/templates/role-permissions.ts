import * as v from 'valibot';
import type { Job } from '../../jobs/job.ts';
import { buildSessionPolicy } from '../../jobs/session-policy.ts';
import type { Partition } from '../../platform/deployment-config/deployment-config.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { type Policy, policyOf, policySize, type Statement } from './policy-json.ts';

export type RolePermissionsInput = {
  /** The jobs that the role is to serve. */
  readonly jobNames: readonly string[];
  readonly catalogue: ReadonlyMap<string, Job>;
  /** The tenant's, per job name, as stored: not yet checked. */
  readonly settings: Tenant['settings'];
  readonly partition: Partition;
};

export type RolePermissions =
  | { readonly built: true; readonly policy: Policy }
  | {
      readonly built: false;
      readonly reason: 'job.unknown' | 'job.notEnabled' | 'policy.parameterInvalid' | 'policy.tooLarge';
      /** Never holds the value that was refused. */
      readonly explanation: string;
    };

/** Source: IAM User Guide, "IAM and AWS STS quotas": all inline policies of a role together. */
const MAXIMUM_CHARACTERS = 10_240;
/** The fence is the session's and not the role's: any instant makes the same allowances. */
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/**
 * What a customer's role must allow: what the session policies of its jobs allow, under the tenant's settings, and
 * nothing else. It is read from those very policies, so that the two cannot drift apart.
 */
export function rolePermissions(input: RolePermissionsInput): RolePermissions {
  const names = [...new Set(input.jobNames)];
  if (names.length === 0) return refuse('job.notEnabled', 'the role would serve no job');
  const statements: Statement[] = [];
  for (const name of names) {
    const job = input.catalogue.get(name);
    if (job === undefined) return refuse('job.unknown', `the catalogue has no job ${JSON.stringify(name)}`);
    const settings = Object.hasOwn(input.settings, name) ? input.settings[name] : job.defaultSettings;
    const session = buildSessionPolicy({ job, settings, fenceMs: ANY_FENCE_MS, partition: input.partition });
    if (!session.built) return refuse(session.reason, `job ${name}: ${describe(session.detail)}`);
    statements.push(...allowancesOf(session.json, name));
  }
  const policy = policyOf(statements);
  const size = policySize(policy);
  if (size <= MAXIMUM_CHARACTERS) return { built: true, policy };
  return refuse('policy.tooLarge', `${size} characters, and IAM takes ${MAXIMUM_CHARACTERS} for a role`);
}

const sessionPolicySchema = v.strictObject({
  Version: v.literal('2012-10-17'),
  Statement: v.array(
    v.variant('Effect', [
      v.strictObject({
        Effect: v.literal('Allow'),
        Action: v.array(v.string()),
        Resource: v.array(v.string()),
        Condition: v.exactOptional(v.record(v.string(), v.record(v.string(), v.array(v.string())))),
      }),
      v.looseObject({ Effect: v.literal('Deny') }),
    ]),
  ),
});

/** Each under a name that tells the customer which job it is for. */
function allowancesOf(sessionPolicy: string, jobName: string): readonly Statement[] {
  const { Statement } = v.parse(sessionPolicySchema, JSON.parse(sessionPolicy));
  const allowances = Statement.filter((statement) => statement.Effect === 'Allow');
  return allowances.map((statement, index) => ({ Sid: `${pascalCase(jobName)}${index + 1}`, ...statement }));
}

function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');
}

function describe(detail: Readonly<Record<string, string | number>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function refuse(reason: Extract<RolePermissions, { built: false }>['reason'], explanation: string): RolePermissions {
  return { built: false, reason, explanation };
}
