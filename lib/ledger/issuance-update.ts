import { isDeepStrictEqual } from 'node:util';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Issuance } from './issuance.ts';

/**
 * The DynamoDB update that turns `before` into `after`. It names only the attributes that differ, and appends to the
 * trail, so that a write of the broker never touches what a job or the audit wrote.
 */
export function issuanceUpdate(before: Issuance, after: Issuance): Omit<UpdateCommandInput, 'TableName'> {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => name !== 'trail' && !isDeepStrictEqual(value, old.get(name)),
  );
  const removed = [...old.keys()].filter((name) => !Object.hasOwn(after, name));
  const newEntries = after.trail.slice(before.trail.length);

  const sets = changed.map(([name]) => `#${name} = :${name}`);
  if (newEntries.length > 0) sets.push('#trail = list_append(#trail, :newEntries)');
  // DynamoDB refuses an update without a change, and the condition has to be checked all the same.
  if (sets.length === 0 && removed.length === 0) sets.push('#trailHead = :oldHead');
  const setClause = sets.length === 0 ? '' : `SET ${sets.join(', ')}`;
  const removeClause = removed.length === 0 ? '' : ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}`;

  // No brokering function has written since, which would show in the trail, nor has the job, which would show in the
  // state.
  const trailUnmoved = '#trailHead = :oldHead';
  const stateUnmoved = '#state = :oldState';
  const names = [...changed.map(([name]) => name), ...removed, 'trailHead', 'state'];
  if (newEntries.length > 0) names.push('trail');
  return {
    Key: { recordId: before.recordId },
    UpdateExpression: `${setClause}${removeClause}`,
    ConditionExpression: `${trailUnmoved} AND ${stateUnmoved}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(changed.map(([name, value]) => [`:${name}`, value])),
      ...(newEntries.length > 0 ? { ':newEntries': newEntries } : {}),
      ':oldHead': before.trailHead,
      ':oldState': before.state,
    },
  };
}
