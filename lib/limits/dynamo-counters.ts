import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import type { CounterChange, CounterCondition, CounterRow, Counters, CounterValues } from './counters.ts';

export type CountersDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly limitsTable: string };
};

/** The counters in DynamoDB: one call for each question. */
export function makeCounters({ dynamo, config }: CountersDependencies): Counters {
  const TableName = config.limitsTable;

  /** Undefined: the condition did not hold. */
  async function update({ counter, expiresAtSeconds }: CounterRow, terms: Terms): Promise<unknown> {
    const { sets = [], conditions = [], clauses = [] } = terms;
    const command = new UpdateCommand({
      TableName,
      Key: { counter },
      UpdateExpression: [`SET ${['#expires = :expires', ...sets].join(', ')}`, ...clauses].join(' '),
      ...(conditions.length === 0 ? {} : { ConditionExpression: conditions.join(' AND ') }),
      ExpressionAttributeNames: { '#expires': 'expiresAtSeconds', ...terms.names },
      ExpressionAttributeValues: { ':expires': expiresAtSeconds, ...terms.values },
      ReturnValues: terms.returns,
    });
    try {
      return (await dynamo.send(command)).Attributes ?? {};
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw storeError(error, 'a counter could not be written');
    }
  }

  return {
    async read(counter) {
      try {
        const command = new GetCommand({ TableName, Key: { counter }, ConsistentRead: true });
        return valuesOf((await dynamo.send(command)).Item ?? {});
      } catch (error) {
        throw storeError(error, 'a counter could not be read');
      }
    },

    async change(row, change) {
      const after = await update(row, termsOf(change));
      return after === undefined ? undefined : valuesOf(after);
    },

    async admit(row, { member, limit }) {
      const isMember = 'contains(#members, :member)';
      const isFirst = 'attribute_not_exists(#members)';
      const hasRoom = 'size(#members) < :limit';
      const admitted = await update(row, {
        clauses: ['ADD #members :members'],
        conditions: [limit > 0 ? `(${isMember} OR ${isFirst} OR ${hasRoom})` : isMember],
        names: { '#members': 'members' },
        values: {
          ':members': new Set([member]),
          ':member': member,
          ...(limit > 0 ? { ':limit': limit } : {}),
        },
        returns: 'NONE',
      });
      return admitted !== undefined;
    },
  };
}

type Terms = {
  readonly sets?: readonly string[];
  readonly clauses?: readonly string[];
  readonly conditions?: readonly string[];
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly returns: 'ALL_NEW' | 'NONE';
};

/** Every name and value goes in by reference: no name of a counter is ever a part of an expression. */
function termsOf({ add = {}, set = {}, remove = [], when = [] }: CounterChange): Terms {
  const names: Record<string, string> = {};
  const values: Record<string, number> = {};
  const name = (of: string): string => {
    const reference = `#n${Object.keys(names).length}`;
    names[reference] = of;
    return reference;
  };
  const value = (of: number): string => {
    const reference = `:v${Object.keys(values).length}`;
    values[reference] = of;
    return reference;
  };
  const condition = (of: CounterCondition): string =>
    'present' in of
      ? `attribute_exists(${name(of.name)})`
      : either(name(of.name), (reference) => `${reference} <= ${value(of.atMost)}`);
  const sets = Object.entries(set).map(([of, to]) => `${name(of)} = ${value(to)}`);
  const adds = Object.entries(add).map(([of, amount]) => `${name(of)} ${value(amount)}`);
  const removes = remove.map(name);
  const conditions = when.map(condition);
  return {
    sets,
    clauses: [
      ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
      ...(adds.length === 0 ? [] : [`ADD ${adds.join(', ')}`]),
    ],
    conditions,
    names,
    values,
    returns: 'ALL_NEW',
  };
}

function either(reference: string, holds: (reference: string) => string): string {
  return `(attribute_not_exists(${reference}) OR ${holds(reference)})`;
}

/** The numbers of a row; its key and its set are not looked at. */
function valuesOf(item: unknown): CounterValues {
  const {
    counter: _,
    expiresAtSeconds: __,
    members: ___,
    ...numbers
  } = v.parse(v.record(v.string(), v.unknown()), item);
  return v.parse(v.record(v.string(), v.number()), numbers);
}
