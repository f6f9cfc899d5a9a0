/** The expressions of the audit's reads. Every name and every value is behind a placeholder. Pure. */
import { ledgerIndexes } from '../../platform/table-keys.ts';
import { PARTITION_KEYS, type RangeQuery } from './audit-store.ts';

type Names = Readonly<Record<string, string>>;

/** Requires each attribute to equal its value. */
export function expressionOf(equal: Readonly<Record<string, string>>) {
  const entries = Object.entries(equal);
  return {
    expression: entries.map(([name]) => `#${name} = :${name}`).join(' AND '),
    names: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
  };
}

/** Selects these attributes and no others. `names` are those of the other expressions. */
export function projectionOf(attributes: readonly string[], names: Names) {
  return {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: { ...names, ...Object.fromEntries(attributes.map((name) => [`#${name}`, name])) },
  };
}

/** The Query of one partition of an index, between two times. */
export function rangeInput({ index, value, fromMs, untilMs, filter, order, after, limit }: RangeQuery) {
  const partitionKey = PARTITION_KEYS[index];
  const key = expressionOf({ [partitionKey]: value });
  // DynamoDB accepts no key attribute in a filter, and the partition already restricts it.
  const { [partitionKey]: _key, ...asked } = { ...filter } as Record<string, string>;
  const filtered = expressionOf(asked);
  const names = { ...key.names, ...filtered.names, '#recordedAtMs': 'recordedAtMs' };
  return {
    IndexName: ledgerIndexes[index],
    KeyConditionExpression: `${key.expression} AND #recordedAtMs BETWEEN :fromMs AND :untilMs`,
    ...(filtered.expression === '' ? {} : { FilterExpression: filtered.expression }),
    ...projectionOf(['recordId', 'recordedAtMs'], names),
    ExpressionAttributeValues: { ...key.values, ...filtered.values, ':fromMs': fromMs, ':untilMs': untilMs },
    ScanIndexForward: order === 'oldestFirst',
    Limit: limit,
    ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, [partitionKey]: value } }),
  };
}
