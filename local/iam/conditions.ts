import { CONDITION_OPERATORS, type ConditionOperator, type Test } from './condition-operators.ts';
import type { ConditionBlock, ConditionValues } from './policy-document.ts';
import { hasVariable, type VariableScope } from './policy-variables.ts';
import { unsupportedPolicy } from './unsupported-policy.ts';

type Quantifier = 'all' | 'any' | 'one';
type Reading =
  | { readonly isNullCheck: true }
  | {
      readonly isNullCheck: false;
      readonly operator: ConditionOperator;
      readonly quantifier: Quantifier;
      readonly ifExists: boolean;
    };

const OPERATOR_NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;
const checkedBlocks = new WeakSet<ConditionBlock>();

/** Throws `UnsupportedPolicyElement` for an operator or a value that the embedded stack cannot evaluate. */
export function assertSupportedCondition(block: ConditionBlock): void {
  if (checkedBlocks.has(block)) return;
  for (const [name, keys] of Object.entries(block)) {
    const reading = readOperator(name);
    for (const values of Object.values(keys))
      for (const value of valuesOf(values)) assertSupportedValue(reading, value);
  }
  checkedBlocks.add(block);
}

/** Whether every condition of a statement holds for the request: operators and keys are joined by AND. */
export function conditionsHold(block: ConditionBlock | undefined, scope: VariableScope): boolean {
  return Object.entries(block ?? {}).every(([name, keys]) => {
    const reading = readOperator(name);
    return Object.entries(keys).every(([key, values]) => conditionHolds({ reading, key, values }, scope));
  });
}

type Condition = { readonly reading: Reading; readonly key: string; readonly values: ConditionValues };

function conditionHolds({ reading, key, values }: Condition, scope: VariableScope): boolean {
  const policyValues = valuesOf(values);
  const present = scope.context.get(key);
  const members = membersOf(present);
  if (reading.isNullCheck) {
    return policyValues.some((value) => (value.toLowerCase() === 'true') === (members.length === 0));
  }
  const { operator, quantifier, ifExists } = reading;
  if (present === undefined) return ifExists || quantifier === 'all' || (quantifier === 'one' && operator.negated);
  const tests = policyValues.map((value) => testOf(operator, value, scope));
  const holdsFor = (member: string) => tests.some((test) => test(member)) !== operator.negated;
  if (quantifier === 'all') return members.every(holdsFor);
  if (quantifier === 'any') return members.some(holdsFor);
  if (typeof present !== 'string') {
    throw unsupportedPolicy(`the multivalued key ${key} needs ForAllValues or ForAnyValue`);
  }
  return holdsFor(present);
}

/** The values of a key as a set; no value and an empty one are the empty set, as AWS defines it for set operators. */
function membersOf(present: string | readonly string[] | undefined): readonly string[] {
  if (present === undefined) return [];
  const members = typeof present === 'string' ? [present] : present;
  return members.every((member) => member === '') ? [] : members;
}

function testOf(operator: ConditionOperator, value: string, scope: VariableScope): Test {
  return operator.kind === 'fixed' ? operator.test(value) : operator.test(value, scope);
}

function readOperator(name: string): Reading {
  const [, setPrefix, base = '', ifExists] = OPERATOR_NAME.exec(name) ?? [];
  if (name === 'Null') return { isNullCheck: true };
  const operator = CONDITION_OPERATORS.get(base);
  if (operator === undefined) throw unsupportedPolicy(`the condition operator ${name} is not known`);
  const quantifier = setPrefix === undefined ? 'one' : setPrefix === 'ForAllValues' ? 'all' : 'any';
  return { isNullCheck: false, operator, quantifier, ifExists: ifExists !== undefined };
}

function assertSupportedValue(reading: Reading, value: string): void {
  if (!reading.isNullCheck && reading.operator.kind === 'expanding') return;
  if (hasVariable(value)) throw unsupportedPolicy(`this operator does not take the policy variable in ${value}`);
  if (!reading.isNullCheck && reading.operator.kind === 'fixed') reading.operator.test(value);
  if (reading.isNullCheck && !/^(true|false)$/i.test(value)) throw unsupportedPolicy(`${value} is not a boolean`);
}

function valuesOf(values: ConditionValues): readonly string[] {
  return (Array.isArray(values) ? values : [values]).map(String);
}
