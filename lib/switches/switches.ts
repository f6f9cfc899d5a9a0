import { BatchGetCommand, DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';
import { type ReplayWindow, replayWindowSchema } from './replay-window.ts';

/**
 * The switches that stop issuing: one for everything, one for each job, one for each tenant (a tenant's suspension is
 * its row here). A row means off. When the rows cannot be read it throws, so that nothing is issued.
 */
export type SwitchedOff = {
  readonly switchId: string;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
};

/** The last instant that `Date` can say: a later one would break whoever words the refusal. */
const LAST_INSTANT_MS = 8_640_000_000_000_000;
export const switchSchema = v.object({
  switchId: v.string(),
  sinceMs: v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_INSTANT_MS)),
  by: v.string(),
  reason: v.string(),
});

export type SwitchesDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly config: { readonly switchesTable: string };
};

type Guarded = { readonly job: string; readonly tenantId: string };

export type ReplayReading = {
  readonly switchedOff: readonly SwitchedOff[];
  readonly replay: ReplayWindow | undefined;
};

export type Switches = {
  /** The switches that are off for this job and tenant, in the order global, job, tenant. Throws `store.*`. */
  read(of: Guarded): Promise<readonly SwitchedOff[]>;
  /** The same for an event of a replay, with the window in which replays are allowed, in one reading. */
  readForReplay(of: Guarded): Promise<ReplayReading>;
  switchOff(switchId: string, why: { readonly by: string; readonly reason: string }): Promise<void>;
  switchOn(switchId: string): Promise<void>;
};

export function makeSwitches({ dynamo, clock, config }: SwitchesDependencies): Switches {
  const table = config.switchesTable;

  async function readRows(wanted: readonly string[]): Promise<readonly unknown[]> {
    const Keys = wanted.map((switchId) => ({ switchId }));
    const answer = await dynamo.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    // DynamoDB may leave keys unprocessed. Such a switch must not count as on.
    if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
      throw new BrokerError('store.busy', 'the switches could not all be read');
    }
    return v.parse(v.array(v.unknown()), answer.Responses?.[table]);
  }

  async function unreadableIsOff<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    try {
      return await read();
    } catch (error) {
      throw storeError(error, 'the switches could not be read');
    }
  }

  return {
    read: (of) =>
      unreadableIsOff(async () => {
        const wanted = brakesOf(of);
        return inOrder(wanted, await readRows(wanted));
      }),
    readForReplay: (of) =>
      unreadableIsOff(async () => {
        const wanted = brakesOf(of);
        const rows = await readRows([...wanted, switchIds.replay]);
        const window = rows.find((row) => switchIdOf(row) === switchIds.replay);
        return {
          switchedOff: inOrder(
            wanted,
            rows.filter((row) => row !== window),
          ),
          replay: window === undefined ? undefined : v.parse(replayWindowSchema, window),
        };
      }),
    async switchOff(switchId, { by, reason }) {
      const item: SwitchedOff = { switchId, sinceMs: clock.nowMs(), by, reason };
      try {
        await dynamo.send(new PutCommand({ TableName: table, Item: item }));
      } catch (error) {
        throw storeError(error, 'the switch could not be set');
      }
    },
    async switchOn(switchId) {
      try {
        await dynamo.send(new DeleteCommand({ TableName: table, Key: { switchId } }));
      } catch (error) {
        throw storeError(error, 'the switch could not be set');
      }
    },
  };
}

function brakesOf({ job, tenantId }: Guarded): readonly string[] {
  return [switchIds.global, switchIds.job(job), switchIds.tenant(tenantId)];
}

function inOrder(wanted: readonly string[], rows: readonly unknown[]): readonly SwitchedOff[] {
  const read = v.parse(v.array(switchSchema), rows);
  return wanted.flatMap((switchId) => read.filter((row) => row.switchId === switchId));
}

function switchIdOf(row: unknown): unknown {
  return row !== null && typeof row === 'object' && 'switchId' in row ? row.switchId : undefined;
}
