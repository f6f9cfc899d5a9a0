import { BatchGetCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { derivedId } from '../platform/ids.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import { type ReplayWindow, replayWindowSchema } from './replay-window.ts';
import { makeSwitchStore } from './switch-store.ts';
import { type SwitchedOff, type SwitchesDependencies, switchSchema } from './switches.ts';

/** Who changes a switch, and why. */
export type Why = { readonly by: string; readonly reason: string };

export type SwitchesNow = {
  /** Of the global switch and those of jobs, what is off; the tenants' are their suspensions. */
  readonly off: readonly SwitchedOff[];
  /** The window that was allowed last, over or not, unless it was ended. */
  readonly replay?: ReplayWindow;
};

/**
 * The switches as operators read and change them. Each change is recorded in a row of its own, which is never removed:
 * who changed what, when and why. Turning something off is recorded after it took effect, turning it on before.
 */
export type Switchboard = {
  /** Consistent; throws `store.*`. */
  read(jobs: readonly string[]): Promise<SwitchesNow>;
  /** A switch that is off already keeps its time and reason. */
  switchOff(switchId: string, why: Why): Promise<void>;
  switchOn(switchId: string, why: Why): Promise<void>;
  /** Replaces the window that there is. */
  allowReplay(untilMs: number, why: Why): Promise<void>;
  endReplay(why: Why): Promise<void>;
};

type Change = Why & { readonly atMs: number; readonly untilMs?: number };
type Done = 'off' | 'on' | 'replayAllowed' | 'replayEnded';

export function makeSwitchboard({
  dynamo,
  clock,
  log,
  config,
}: SwitchesDependencies & { readonly log: TransitionLog }): Switchboard {
  const TableName = config.switchesTable;
  const { turnOff } = makeSwitchStore({ dynamo, clock, config });

  /** Records a change once: the same change at the same time, by the same principal and for the same reason, is one. */
  async function record(switchId: string, done: Done, { atMs, by, reason, ...more }: Change): Promise<void> {
    const Item = {
      switchId: switchIds.change(switchId, { atMs, hash: derivedId([done, by, reason]) }),
      changes: switchId,
      done,
      atMs,
      by,
      reason,
      ...more,
    };
    if (!(await put(Item, 'attribute_not_exists(switchId)'))) return;
    log.transition({ transition: `switch.${done}`, caller: by, explanation: `${switchId}: ${reason}` });
  }

  const now = (why: Why) => ({ ...why, atMs: clock.nowMs() });

  async function put(Item: Readonly<Record<string, unknown>>, ConditionExpression?: string): Promise<boolean> {
    const condition = ConditionExpression === undefined ? {} : { ConditionExpression };
    try {
      await dynamo.send(new PutCommand({ TableName, Item, ...condition }));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw storeError(error, 'the switch could not be set');
    }
  }

  async function remove(switchId: string): Promise<void> {
    try {
      await dynamo.send(new DeleteCommand({ TableName, Key: { switchId } }));
    } catch (error) {
      throw storeError(error, 'the switch could not be set');
    }
  }

  return {
    async read(jobs) {
      const wanted = [switchIds.global, ...jobs.map(switchIds.job)];
      const Keys = [...wanted, switchIds.replay].map((switchId) => ({ switchId }));
      try {
        const read = new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
        const answer = await dynamo.send(read);
        if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
          throw new BrokerError('store.busy', 'the switches could not all be read');
        }
        const rows = v.parse(v.array(switchSchema), answer.Responses?.[TableName]);
        const window = answer.Responses?.[TableName]?.find((row) => row['switchId'] === switchIds.replay);
        return {
          off: wanted.flatMap((switchId) => rows.filter((row) => row.switchId === switchId)),
          ...(window === undefined ? {} : { replay: v.parse(replayWindowSchema, window) }),
        };
      } catch (error) {
        throw storeError(error, 'the switches could not be read');
      }
    },

    async switchOff(switchId, why) {
      const { sinceMs: atMs, by, reason } = await turnOff(switchId, why);
      // Records the row that is there, whoever wrote it: an earlier call may have been interrupted before it recorded it.
      await record(switchId, 'off', { atMs, by, reason });
    },

    async switchOn(switchId, why) {
      await record(switchId, 'on', now(why));
      await remove(switchId);
    },

    async allowReplay(untilMs, why) {
      await record(switchIds.replay, 'replayAllowed', { ...now(why), untilMs });
      await put({ switchId: switchIds.replay, sinceMs: clock.nowMs(), untilMs, by: why.by, reason: why.reason });
    },

    async endReplay(why) {
      await remove(switchIds.replay);
      await record(switchIds.replay, 'replayEnded', now(why));
    },
  };
}
