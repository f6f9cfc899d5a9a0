import { ServiceError } from '../service.ts';
import { assertSupportedCondition } from './conditions.ts';
import { assertSupportedPrincipal } from './principal.ts';

/** An IAM policy as it is written in JSON. */
export type PolicyDocument = {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
};

/** A condition's values; AWS also accepts numbers and booleans without quotes. */
export type ConditionScalar = string | number | boolean;
export type ConditionValues = ConditionScalar | readonly ConditionScalar[];
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, ConditionValues>>>>;
export type PolicyPrincipal = '*' | Readonly<Record<string, string | readonly string[]>>;

export type PolicyStatement = {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PolicyPrincipal;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: ConditionBlock;
};

/** Where a policy is to be attached; each place forbids some elements. */
export type PolicyUse = 'identity' | 'trust' | 'resource';

type JsonObject = Readonly<Record<string, unknown>>;

const POLICY_KEYS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_KEYS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const VERSIONS = new Set(['2008-10-17', '2012-10-17']);
const ACTION = /^(\*|[A-Za-z0-9*-]+:[A-Za-z0-9*?]+)$/;

/**
 * Reads a policy strictly: whatever AWS would not store, and whatever the embedded stack cannot evaluate, is refused
 * here, so that no statement is ever skipped in silence. `use` adds the rules of the place where the policy is
 * attached. Throws `MalformedPolicyDocument` (400).
 */
export function parsePolicyDocument(json: string | object, use?: PolicyUse): PolicyDocument {
  const policy = asObject(typeof json === 'string' ? parseJson(json) : json, 'the policy');
  refuseUnknownKeys(policy, POLICY_KEYS, 'the policy');
  const version = optionalString(policy, 'Version');
  if (version !== undefined && !VERSIONS.has(version)) throw malformed(`the policy language has no version ${version}`);
  const id = optionalString(policy, 'Id');
  if (policy['Statement'] === undefined) throw malformed('the policy has no Statement');
  const statements = Array.isArray(policy['Statement']) ? policy['Statement'] : [policy['Statement']];
  if (statements.length === 0) throw malformed('the policy has no Statement');
  return {
    ...(version !== undefined && { Version: version }),
    ...(id !== undefined && { Id: id }),
    Statement: statements.map((statement: unknown) => parseStatement(asObject(statement, 'a statement'), use)),
  };
}

function parseStatement(statement: JsonObject, use: PolicyUse | undefined): PolicyStatement {
  refuseUnknownKeys(statement, STATEMENT_KEYS, 'a statement');
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Effect must be Allow or Deny, not ${String(effect)}`);
  if (has(statement, 'Action') === has(statement, 'NotAction')) {
    throw malformed('a statement needs either Action or NotAction');
  }
  if (has(statement, 'Resource') && has(statement, 'NotResource')) {
    throw malformed('a statement has both Resource and NotResource');
  }
  if (use !== undefined) refuseMisplacedElements(statement, use);
  const sid = optionalString(statement, 'Sid');
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    ...(has(statement, 'Principal') && { Principal: parsePrincipal(statement['Principal']) }),
    ...stringLists(statement, ['Action', 'NotAction'], isAction),
    ...stringLists(statement, ['Resource', 'NotResource'], isResource),
    ...(has(statement, 'Condition') && { Condition: parseCondition(statement['Condition']) }),
  };
}

function refuseMisplacedElements(statement: JsonObject, use: PolicyUse): void {
  const hasResource = has(statement, 'Resource') || has(statement, 'NotResource');
  if (use === 'identity' && !hasResource) throw malformed('a statement of an identity policy needs a Resource');
  if (use === 'identity' && has(statement, 'Principal')) throw malformed('an identity policy has no Principal');
  if (use !== 'identity' && !has(statement, 'Principal')) throw malformed(`a ${use} policy needs a Principal`);
  if (use === 'trust' && hasResource) throw malformed('a trust policy has no Resource');
}

// Objects are made by `Object.fromEntries`: an assignment would lose a key called `__proto__`, and its rule with it.

function parsePrincipal(principal: unknown): PolicyPrincipal {
  if (principal === '*') return principal;
  const names = Object.entries(asObject(principal, 'Principal'));
  const parsed = Object.fromEntries(names.map(([type, value]) => [type, stringOrList(value, 'Principal')]));
  refuseWhatCannotBeEvaluated(() => assertSupportedPrincipal(parsed));
  return parsed;
}

function parseCondition(condition: unknown): ConditionBlock {
  const operators = Object.entries(asObject(condition, 'Condition'));
  const parsed = Object.fromEntries(operators.map(([name, keys]) => [name, parseConditionKeys(asObject(keys, name))]));
  refuseWhatCannotBeEvaluated(() => assertSupportedCondition(parsed));
  return parsed;
}

function parseConditionKeys(keys: JsonObject): ConditionBlock[string] {
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => {
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (list.length === 0 || !list.every(isScalar)) throw malformed(`the condition on ${key} has no values`);
      return [key, list.length === 1 ? (list[0] ?? '') : list];
    }),
  );
}

/** Turns the evaluator's error, in its own words, into the code that AWS uses when such a policy is saved. */
function refuseWhatCannotBeEvaluated(assertSupported: () => void): void {
  try {
    assertSupported();
  } catch (error) {
    throw error instanceof ServiceError ? malformed(error.message) : error;
  }
}

function stringLists(statement: JsonObject, keys: readonly string[], isValid: (value: string) => boolean): object {
  const present = keys.filter((key) => has(statement, key));
  return Object.fromEntries(
    present.map((key) => {
      const value = stringOrList(statement[key], key);
      for (const text of typeof value === 'string' ? [value] : value) {
        if (!isValid(text)) throw malformed(`${key} ${text} is not valid`);
      }
      return [key, value];
    }),
  );
}

function stringOrList(value: unknown, what: string): string | readonly string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) return value;
  throw malformed(`${what} must be a string or a list of strings`);
}

function optionalString(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (value === undefined || typeof value === 'string') return value;
  throw malformed(`${key} must be a string`);
}

function refuseUnknownKeys(object: JsonObject, known: ReadonlySet<string>, what: string): void {
  for (const key of Object.keys(object)) if (!known.has(key)) throw malformed(`${what} has the unknown element ${key}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw Object.assign(malformed('the policy is not JSON'), { cause });
  }
}

function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${what} is not an object`);
  return value as JsonObject;
}

function isAction(text: string): boolean {
  return ACTION.test(text);
}

function isResource(text: string): boolean {
  return text === '*' || text.startsWith('arn:');
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function has(object: JsonObject, key: string): boolean {
  return object[key] !== undefined;
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', 400, message);
}
