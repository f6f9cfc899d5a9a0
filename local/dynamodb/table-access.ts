import * as v from 'valibot';
import { exactRecord } from '../exact-record.ts';
import { parseInput } from '../parse-input.ts';
import { ServiceError } from '../service.ts';
import { type AttributeNames, equalityOperand, expressionNames } from './expression-names.ts';
import type { TableKeys } from './table-definition.ts';

/** What one request does with one table or index, in the terms of DynamoDB's condition keys. */
export type TableAccess = {
  readonly tableName: string;
  readonly indexName?: string | undefined;
  readonly leadingKeys: readonly string[];
  readonly attributes: readonly string[];
  /** For writes; `NONE` unless the request says otherwise. */
  readonly returnValues?: string;
  /** For reads; DynamoDB's default where the request does not say. */
  readonly select?: string;
};

const item = exactRecord(
  v.looseObject({ S: v.optional(v.string()), N: v.optional(v.string()), B: v.optional(v.string()) }),
);
const names = v.optional(exactRecord(v.string()), {});
const text = v.optional(v.string());

const keyed = v.object({
  TableName: v.string(),
  Key: v.optional(item),
  Item: v.optional(item),
  ReturnValues: v.optional(v.string(), 'NONE'),
  UpdateExpression: text,
  ConditionExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeNames: names,
});
const search = v.object({
  TableName: v.string(),
  IndexName: text,
  Select: text,
  KeyConditionExpression: text,
  FilterExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: v.optional(item, {}),
});
const gets = v.object({ Keys: v.array(item), ProjectionExpression: text, ExpressionAttributeNames: names });
const puts = v.object({ Item: item });
const deletes = v.object({ Key: item });
const writes = v.array(v.object({ PutRequest: v.optional(puts), DeleteRequest: v.optional(deletes) }));
const batch = v.object({ RequestItems: exactRecord(v.unknown()) });

type Item = v.InferOutput<typeof item>;
type KeysOf = (tableName: string) => TableKeys | undefined;

/** GetItem, PutItem, UpdateItem or DeleteItem: one item, named by its key or given in full. */
export function itemAccess(action: string, input: unknown, keysOf: KeysOf): TableAccess {
  const asked = parseInput(keyed, input);
  const given = asked.Item ?? asked.Key ?? {};
  const { UpdateExpression, ConditionExpression, ProjectionExpression, ExpressionAttributeNames } = asked;
  const expressions = [UpdateExpression, ConditionExpression, ProjectionExpression];
  const mode =
    action === 'GetItem' ? { select: selectOf({ ProjectionExpression }) } : { returnValues: asked.ReturnValues };
  return {
    tableName: asked.TableName,
    leadingKeys: leadingKeys([given], keysOf(asked.TableName)),
    attributes: attributesOf([given], expressions, ExpressionAttributeNames),
    ...mode,
  };
}

/** Query or Scan. A scan has no leading keys, as on AWS: a caller who may scan may read every item. */
export function searchAccess(action: string, input: unknown, keysOf: KeysOf): TableAccess {
  const asked = parseInput(search, input);
  const { TableName, IndexName, KeyConditionExpression, FilterExpression, ProjectionExpression } = asked;
  const expressions = [KeyConditionExpression, FilterExpression, ProjectionExpression];
  return {
    tableName: TableName,
    indexName: IndexName,
    leadingKeys: action === 'Query' ? queriedKeys(asked, keysOf(TableName)) : [],
    attributes: attributesOf([], expressions, asked.ExpressionAttributeNames),
    select: selectOf(asked),
  };
}

export function batchGetAccesses(input: unknown, keysOf: KeysOf): TableAccess[] {
  return Object.entries(parseInput(batch, input).RequestItems).map(([tableName, ofTable]) => {
    const asked = parseInput(gets, ofTable);
    return {
      tableName,
      leadingKeys: leadingKeys(asked.Keys, keysOf(tableName)),
      attributes: attributesOf(asked.Keys, [asked.ProjectionExpression], asked.ExpressionAttributeNames),
      select: selectOf(asked),
    };
  });
}

export function batchWriteAccesses(input: unknown, keysOf: KeysOf): TableAccess[] {
  return Object.entries(parseInput(batch, input).RequestItems).map(([tableName, ofTable]) => {
    const items = parseInput(writes, ofTable).flatMap(({ PutRequest, DeleteRequest }) => {
      return [PutRequest?.Item, DeleteRequest?.Key].filter((one) => one !== undefined);
    });
    return {
      tableName,
      leadingKeys: leadingKeys(items, keysOf(tableName)),
      attributes: attributesOf(items, [], {}),
      returnValues: 'NONE',
    };
  });
}

/**
 * `Select` "always has a value" in DynamoDB's conditions (Developer Guide, "Using IAM policy conditions for
 * fine-grained access control"), so that a policy can forbid reads without a projection.
 */
function selectOf(asked: {
  Select?: string | undefined;
  ProjectionExpression?: string | undefined;
  IndexName?: string | undefined;
}): string {
  if (asked.Select !== undefined) return asked.Select;
  if (asked.ProjectionExpression !== undefined) return 'SPECIFIC_ATTRIBUTES';
  return asked.IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
}

function attributesOf(
  items: readonly Item[],
  expressions: readonly (string | undefined)[],
  placeholders: AttributeNames,
): string[] {
  const touched = expressions.flatMap((expression) => expressionNames(expression ?? '', placeholders));
  return [...new Set([...items.flatMap((one) => Object.keys(one)), ...touched])];
}

/** The partition keys of the items, once each; a table that does not exist has none, and its request fails anyway. */
function leadingKeys(items: readonly Item[], keys: TableKeys | undefined): string[] {
  if (keys === undefined) return [];
  return [...new Set(items.map((one) => keyText(one[keys.partitionKey])))];
}

function queriedKeys(asked: v.InferOutput<typeof search>, keys: TableKeys | undefined): string[] {
  const attribute = asked.IndexName === undefined ? keys?.partitionKey : keys?.indexPartitionKeys.get(asked.IndexName);
  if (attribute === undefined) return [];
  const { KeyConditionExpression = '', ExpressionAttributeNames, ExpressionAttributeValues } = asked;
  const operand = equalityOperand(KeyConditionExpression, attribute, ExpressionAttributeNames);
  if (operand === undefined) throw invalid(`Query condition missed key schema element: ${attribute}`);
  return [keyText(Object.hasOwn(ExpressionAttributeValues, operand) ? ExpressionAttributeValues[operand] : undefined)];
}

/** A request without the partition key must not reach a `ForAllValues` condition, because an empty set satisfies it. */
function keyText(value: Item[string] | undefined): string {
  const key = value?.S ?? value?.N ?? value?.B;
  if (key === undefined) throw invalid('The provided key element does not match the schema');
  return key;
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}
