import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { sha256Hex } from '../platform/ids.ts';
import { policyProblems } from './check-policy-statement.ts';
import type { Job } from './job.ts';
import type { PolicyStatement, ResourceLeaf, ValueLeaf } from './policy-statement.ts';

/** Characters that STS takes for the inline policy. Source: STS API Reference, AssumeRole, `Policy`. */
const MAXIMUM_CHARACTERS = 2_048;
/** STS takes U+0020 to U+00FF; ours are ASCII, so that a character is a byte and nothing looks like another. */
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

export type SessionPolicyInput = {
  readonly job: Job;
  /** The tenant's settings for the job, as stored: not yet checked. */
  readonly settings: unknown;
  /** Epoch milliseconds after which the session may do nothing. */
  readonly fenceMs: number;
  readonly partition: string;
};

export type SessionPolicy =
  | { readonly built: true; readonly json: string; readonly sha256: string }
  | {
      readonly built: false;
      readonly reason: 'policy.parameterInvalid' | 'policy.tooLarge';
      /** Identifiers and numbers only, safe to record; never the value that was refused. */
      readonly detail: Readonly<Record<string, string | number>>;
    };

/**
 * Makes the policy of one session: what the job allows itself under the tenant's settings, and nothing at all past the
 * fence. There is no way to a session without it: a policy that cannot be built is a refusal.
 */
export function buildSessionPolicy({ job, settings, fenceMs, partition }: SessionPolicyInput): SessionPolicy {
  // Valibot takes a list for an object without keys, and settings without keys often mean "all".
  const read = v.safeParse(job.settingsSchema, Array.isArray(settings) ? undefined : settings);
  if (!read.success) {
    const parameter = v.getDotPath(read.issues[0]) ?? 'settings';
    return invalid({ parameter: printable(parameter), allowed: 'what the settings of the job declare' });
  }
  const statements = job.sessionPolicy(read.output, { partition });
  const problem = policyProblems(statements)[0];
  if (problem !== undefined) return invalid(problem);

  const document = { Version: '2012-10-17', Statement: [...statements.map(render), fence(fenceMs)] };
  const json = JSON.stringify(document);
  if (json.length > MAXIMUM_CHARACTERS) {
    return { built: false, reason: 'policy.tooLarge', detail: { size: json.length, limit: MAXIMUM_CHARACTERS } };
  }
  // What STS will read must be what was meant, whatever a value did to the text on its way.
  if (!PRINTABLE_ASCII.test(json) || !isDeepStrictEqual(JSON.parse(json), document)) {
    return invalid({ parameter: 'policy', allowed: 'printable ASCII that reads back as it was written' });
  }
  return { built: true, json, sha256: sha256Hex(json) };
}

function invalid(detail: { readonly parameter: string; readonly allowed: string }): SessionPolicy {
  return { built: false, reason: 'policy.parameterInvalid', detail };
}

/** A path can name a key that a stranger chose. */
function printable(path: string): string {
  return /^[A-Za-z0-9_.]{1,64}$/.test(path) ? path : 'settings';
}

function render(statement: PolicyStatement): object {
  const conditions = Object.entries(statement.conditions ?? {}).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, values.map(renderValue)])),
  ]);
  return {
    Effect: statement.effect,
    Action: [...statement.actions],
    Resource: statement.resources.map(renderResource),
    ...(conditions.length === 0 ? {} : { Condition: Object.fromEntries(conditions) }),
  };
}

function renderResource(leaf: ResourceLeaf): string {
  if (leaf.kind === 'everyResource') return '*';
  const { partition, service, region = '', accountId = '', resource } = leaf.arn;
  const text = `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  return leaf.kind === 'arnPrefix' ? `${text}*` : text;
}

function renderValue(leaf: ValueLeaf): string {
  return leaf.kind === 'valuePrefix' ? `${leaf.text}*` : leaf.text;
}

/**
 * Ends a session before STS would (its floor is 15 minutes). IAM compares whole seconds; the fence is cut down to one,
 * never up, so that no session outlives what was promised.
 */
function fence(fenceMs: number): object {
  if (!Number.isSafeInteger(fenceMs) || fenceMs <= 0)
    throw new RangeError(`not a fence in epoch milliseconds: ${fenceMs}`);
  const iso = new Date(Math.floor(fenceMs / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
  return { Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateGreaterThan: { 'aws:CurrentTime': iso } } };
}
