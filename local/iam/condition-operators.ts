import { matchesArn } from './arn-pattern.ts';
import { dateTest, ipTest, numberTest } from './condition-values.ts';
import { expandPattern, expandText, type VariableScope } from './policy-variables.ts';
import { unsupportedPolicy } from './unsupported-policy.ts';
import { matchesPattern } from './wildcard.ts';

/** Whether one value of the request satisfies one value of the policy. */
export type Test = (requestValue: string) => boolean;

/**
 * The comparisons of IAM's condition operators (https://docs.aws.amazon.com/IAM/latest/UserGuide/
 * reference_policies_elements_condition_operators.html). Only the `expanding` ones take policy variables.
 */
export type ConditionOperator =
  | { readonly kind: 'fixed'; readonly negated: boolean; readonly test: (policyValue: string) => Test }
  | {
      readonly kind: 'expanding';
      readonly negated: boolean;
      readonly test: (policyValue: string, scope: VariableScope) => Test;
    };

const never: Test = () => false;

function textEquals(policyValue: string, scope: VariableScope): Test {
  const expected = expandText(policyValue, scope);
  return (value) => value === expected;
}

function textEqualsIgnoringCase(policyValue: string, scope: VariableScope): Test {
  const expected = expandText(policyValue, scope)?.toLowerCase();
  return (value) => value.toLowerCase() === expected;
}

function textLike(policyValue: string, scope: VariableScope): Test {
  const pattern = expandPattern(policyValue, scope);
  return pattern === undefined ? never : (value) => matchesPattern(pattern, value);
}

function arnLike(policyValue: string, scope: VariableScope): Test {
  const pattern = expandPattern(policyValue, scope);
  return pattern === undefined ? never : (value) => matchesArn(pattern, value);
}

function bool(policyValue: string, scope: VariableScope): Test {
  const expected = expandText(policyValue, scope)?.toLowerCase();
  if (expected !== undefined && expected !== 'true' && expected !== 'false') {
    throw unsupportedPolicy(`${policyValue} is not a boolean`);
  }
  return (value) => value.toLowerCase() === expected;
}

function expanding(negated: boolean, test: (policyValue: string, scope: VariableScope) => Test): ConditionOperator {
  return { kind: 'expanding', negated, test };
}

function fixed(negated: boolean, test: (policyValue: string) => Test): ConditionOperator {
  return { kind: 'fixed', negated, test };
}

function ordered(prefix: string, testOf: typeof numberTest): [string, ConditionOperator][] {
  return [
    [`${prefix}Equals`, fixed(false, (policyValue) => testOf(policyValue, (order) => order === 0))],
    [`${prefix}NotEquals`, fixed(true, (policyValue) => testOf(policyValue, (order) => order === 0))],
    [`${prefix}LessThan`, fixed(false, (policyValue) => testOf(policyValue, (order) => order < 0))],
    [`${prefix}LessThanEquals`, fixed(false, (policyValue) => testOf(policyValue, (order) => order <= 0))],
    [`${prefix}GreaterThan`, fixed(false, (policyValue) => testOf(policyValue, (order) => order > 0))],
    [`${prefix}GreaterThanEquals`, fixed(false, (policyValue) => testOf(policyValue, (order) => order >= 0))],
  ];
}

/** Every operator but `Null`, without prefix and suffix. Names are case-sensitive. */
export const CONDITION_OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map<string, ConditionOperator>([
  ['StringEquals', expanding(false, textEquals)],
  ['StringNotEquals', expanding(true, textEquals)],
  ['StringEqualsIgnoreCase', expanding(false, textEqualsIgnoringCase)],
  ['StringNotEqualsIgnoreCase', expanding(true, textEqualsIgnoringCase)],
  ['StringLike', expanding(false, textLike)],
  ['StringNotLike', expanding(true, textLike)],
  ['ArnEquals', expanding(false, arnLike)],
  ['ArnLike', expanding(false, arnLike)],
  ['ArnNotEquals', expanding(true, arnLike)],
  ['ArnNotLike', expanding(true, arnLike)],
  ['Bool', expanding(false, bool)],
  ['IpAddress', fixed(false, ipTest)],
  ['NotIpAddress', fixed(true, ipTest)],
  ...ordered('Numeric', numberTest),
  ...ordered('Date', dateTest),
]);
