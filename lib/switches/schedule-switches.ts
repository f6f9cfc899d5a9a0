import { BatchGetCommand, DeleteCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import { makeSwitchStore } from './switch-store.ts';
import { type SwitchedOff, type SwitchesDependencies, switchSchema } from './switches.ts';

/** The switch of a schedule: its row is its pause. */
export type ScheduleSwitches = {
  /**
   * The switches that keep a schedule from asking, in the order global, job, schedule. Consistent; throws `store.*`:
   * what cannot be read is off.
   */
  read(schedule: { readonly name: string; readonly job: string }): Promise<readonly SwitchedOff[]>;
  /** The pause alone. */
  readPause(name: string): Promise<SwitchedOff | undefined>;
  /** Gives the pause that stands: one that is paused already stays so since then, and for that reason. */
  pause(name: string, why: { readonly by: string; readonly reason: string }): Promise<SwitchedOff>;
  resume(name: string): Promise<void>;
};

export function makeScheduleSwitches({ dynamo, clock, config }: SwitchesDependencies): ScheduleSwitches {
  const TableName = config.switchesTable;

  const { read: readOne, turnOff } = makeSwitchStore({ dynamo, clock, config });

  return {
    async read({ name, job }) {
      const wanted = [switchIds.global, switchIds.job(job), switchIds.schedule(name)];
      const Keys = wanted.map((switchId) => ({ switchId }));
      try {
        const answer = await dynamo.send(
          new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
        );
        // DynamoDB may leave keys unprocessed. Such a switch must not count as on.
        if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
          throw new BrokerError('store.busy', 'the switches could not all be read');
        }
        const rows = v.parse(v.array(switchSchema), answer.Responses?.[TableName]);
        return wanted.flatMap((switchId) => rows.filter((row) => row.switchId === switchId));
      } catch (error) {
        throw storeError(error, 'the switches could not be read');
      }
    },
    readPause: (name) => readOne(switchIds.schedule(name)),
    pause: (name, why) => turnOff(switchIds.schedule(name), why),
    async resume(name) {
      try {
        await dynamo.send(new DeleteCommand({ TableName, Key: { switchId: switchIds.schedule(name) } }));
      } catch (error) {
        throw storeError(error, 'the switch could not be set');
      }
    },
  };
}
