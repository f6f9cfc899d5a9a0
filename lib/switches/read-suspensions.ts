import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import { type SwitchedOff, type SwitchesDependencies, switchSchema } from './switches.ts';

/**
 * Which of these tenants are suspended, by id. A consistent read; throws `store.*` when one of them could not be read.
 */
export type ReadSuspensions = (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, SwitchedOff>>;

/** What BatchGetItem takes at once. */
const KEYS_A_CALL = 100;

export function makeReadSuspensions({
  dynamo,
  config,
}: Pick<SwitchesDependencies, 'dynamo' | 'config'>): ReadSuspensions {
  const table = config.switchesTable;

  async function readRows(tenantIds: readonly string[]): Promise<readonly SwitchedOff[]> {
    if (tenantIds.length === 0) return [];
    const Keys = tenantIds.map((tenantId) => ({ switchId: switchIds.tenant(tenantId) }));
    try {
      const answer = await dynamo.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
      );
      // DynamoDB may leave keys unprocessed. Such a tenant must not count as one that is not suspended.
      if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
        throw new BrokerError('store.busy', 'the switches could not all be read');
      }
      return v.parse(v.array(switchSchema), answer.Responses?.[table]);
    } catch (error) {
      throw storeError(error, 'the switches could not be read');
    }
  }

  return async (tenantIds) => {
    const unique = [...new Set(tenantIds)];
    const parts = Array.from({ length: Math.ceil(unique.length / KEYS_A_CALL) }, (_, index) =>
      unique.slice(index * KEYS_A_CALL, (index + 1) * KEYS_A_CALL),
    );
    const rows = (await Promise.all(parts.map(readRows))).flat();
    const bySwitch = new Map(rows.map((row) => [row.switchId, row]));
    return new Map(
      unique.flatMap((tenantId) => {
        const row = bySwitch.get(switchIds.tenant(tenantId));
        return row === undefined ? [] : [[tenantId, row] as const];
      }),
    );
  };
}
