import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import { makeSwitchStore } from './switch-store.ts';
import type { SwitchedOff, SwitchesDependencies } from './switches.ts';

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

  const { read, turnOff } = makeSwitchStore({ dynamo, clock, config });

  return {
    read: (tenantId) => read(switchIds.tenant(tenantId)),
    suspend: (tenantId, why) => turnOff(switchIds.tenant(tenantId), why),
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
