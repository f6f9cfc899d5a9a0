import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import { type SwitchedOff, type SwitchesDependencies, switchSchema } from './switches.ts';

/** The switch of one tenant: its row is its suspension. */
export type Suspensions = {
  /** Consistent. Undefined: the tenant is not suspended. */
  read(tenantId: string): Promise<SwitchedOff | undefined>;
  /** Gives the suspension that stands: a tenant that is suspended already stays so since then, and for that reason. */
  suspend(tenantId: string, why: { readonly by: string; readonly reason: string }): Promise<SwitchedOff>;
  /** Lifts this suspension and no later one. False: another one stands there. */
  lift(suspension: SwitchedOff): Promise<boolean>;
};

export function makeSuspensions({ dynamo, clock, config }: SwitchesDependencies): Suspensions {
  const TableName = config.switchesTable;

  async function read(tenantId: string): Promise<SwitchedOff | undefined> {
    const Key = { switchId: switchIds.tenant(tenantId) };
    try {
      const { Item } = await dynamo.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item === undefined ? undefined : v.parse(switchSchema, Item);
    } catch (error) {
      throw storeError(error, 'the switch could not be read');
    }
  }

  async function suspend(
    tenantId: string,
    why: { readonly by: string; readonly reason: string },
  ): Promise<SwitchedOff> {
    const Item: SwitchedOff = { switchId: switchIds.tenant(tenantId), sinceMs: clock.nowMs(), ...why };
    const isOn = 'attribute_not_exists(switchId)';
    try {
      await dynamo.send(new PutCommand({ TableName, Item, ConditionExpression: isOn }));
      return Item;
    } catch (error) {
      if (!isConditionFailed(error)) throw storeError(error, 'the switch could not be set');
    }
    // Somebody may lift it between the two: then it is set anew.
    return (await read(tenantId)) ?? suspend(tenantId, why);
  }

  return {
    read,
    suspend: (tenantId, { by, reason }) => suspend(tenantId, { by, reason }),
    async lift({ switchId, sinceMs, by }) {
      const isGone = 'attribute_not_exists(switchId)';
      const isThisOne = '#sinceMs = :sinceMs AND #by = :by';
      try {
        await dynamo.send(
          new DeleteCommand({
            TableName,
            Key: { switchId },
            ConditionExpression: `${isGone} OR (${isThisOne})`,
            ExpressionAttributeNames: { '#sinceMs': 'sinceMs', '#by': 'by' },
            ExpressionAttributeValues: { ':sinceMs': sinceMs, ':by': by },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'the switch could not be set');
      }
    },
  };
}
