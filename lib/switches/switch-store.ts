import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { type SwitchedOff, type SwitchesDependencies, switchSchema } from './switches.ts';

/**
 * Reads one switch and turns it off, keeping who did so first and when. Throws `store.*`: a switch that cannot be read
 * counts as off.
 */
export type SwitchStore = {
  /** A consistent read. Undefined when the switch is on. */
  read(switchId: string): Promise<SwitchedOff | undefined>;
  /** Gives the row that counts: a switch that is off already keeps its time and reason. */
  turnOff(switchId: string, why: { readonly by: string; readonly reason: string }): Promise<SwitchedOff>;
};

export function makeSwitchStore({ dynamo, clock, config }: SwitchesDependencies): SwitchStore {
  const TableName = config.switchesTable;

  async function read(switchId: string): Promise<SwitchedOff | undefined> {
    try {
      const { Item } = await dynamo.send(new GetCommand({ TableName, Key: { switchId }, ConsistentRead: true }));
      return Item === undefined ? undefined : v.parse(switchSchema, Item);
    } catch (error) {
      throw storeError(error, 'the switch could not be read');
    }
  }

  async function turnOff(
    switchId: string,
    { by, reason }: { readonly by: string; readonly reason: string },
  ): Promise<SwitchedOff> {
    const Item: SwitchedOff = { switchId, sinceMs: clock.nowMs(), by, reason };
    const isOn = 'attribute_not_exists(switchId)';
    try {
      await dynamo.send(new PutCommand({ TableName, Item, ConditionExpression: isOn }));
      return Item;
    } catch (error) {
      if (!isConditionFailed(error)) throw storeError(error, 'the switch could not be set');
    }
    // Somebody may turn it on between the two: then it is turned off anew.
    return (await read(switchId)) ?? turnOff(switchId, { by, reason });
  }

  return { read, turnOff };
}
