import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { BatchGetCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { readItem } from '../../../lib/audit/archive/read-attribute.ts';
import { type Item, isItem } from '../../support/faulty-world/expressions.ts';
import { wireItem } from '../../support/stream-change.ts';

/** By signing name and action: the command that the services of the world are asked with. */
const COMMANDS: ReadonlyMap<string, new (input: never) => object> = new Map<string, new (input: never) => object>([
  ['dynamodb.PutItem', PutCommand],
  ['dynamodb.GetItem', GetCommand],
  ['dynamodb.UpdateItem', UpdateCommand],
  ['dynamodb.Query', QueryCommand],
  ['dynamodb.BatchGetItem', BatchGetCommand],
  ['sts.AssumeRole', AssumeRoleCommand],
  ['kms.GenerateDataKey', GenerateDataKeyCommand],
  ['kms.Decrypt', DecryptCommand],
  ['lambda.Invoke', InvokeCommand],
  ['sqs.SendMessage', SendMessageCommand],
  ['sqs.ChangeMessageVisibility', ChangeMessageVisibilityCommand],
]);

/** What was sent on the wire, as the command that it was before; throws for an action that no client of ours calls. */
export function commandOf({ service, action, input }: { service: string; action: string; input: Item }): unknown {
  const made = COMMANDS.get(`${service}.${action}`);
  if (made === undefined) throw new Error(`nobody here should call ${service}.${action}`);
  return Reflect.construct(made, [service === 'dynamodb' ? readInput(input) : input]);
}

/** The document client's answer in DynamoDB's own attribute values. */
export function wireAnswer(answer: object): Item {
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, writeMember(name, value)]));
}

/** Members of DynamoDB's inputs that hold attribute values. */
function readInput(input: Item): Item {
  const { RequestItems: requested, ...rest } = input;
  const plain = Object.entries(rest).map(([name, value]) => [name, HELD.has(name) ? readValues(value) : value]);
  if (!isItem(requested)) return Object.fromEntries(plain);
  const tables = Object.entries(requested).map(([table, keys]) => [table, readKeys(keys)]);
  return { ...Object.fromEntries(plain), RequestItems: Object.fromEntries(tables) };
}

const HELD: ReadonlySet<string> = new Set(['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']);

function readKeys(keys: unknown): Item {
  if (!isItem(keys) || !Array.isArray(keys['Keys'])) throw new Error('a batch without keys');
  return { ...keys, Keys: keys['Keys'].map(readValues) };
}

function readValues(values: unknown): Item {
  if (!isItem(values)) throw new Error('no attribute values');
  return readItem(values);
}

function writeMember(name: string, value: unknown): unknown {
  if ((name === 'Item' || name === 'Attributes') && isItem(value)) return wireItem(value);
  if (name === 'Items' && Array.isArray(value)) return value.map(wireItem);
  if (name !== 'Responses' || !isItem(value)) return value;
  const tables = Object.entries(value).map(([table, items]) => [
    table,
    Array.isArray(items) ? items.map(wireItem) : [],
  ]);
  return Object.fromEntries(tables);
}
