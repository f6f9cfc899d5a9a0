import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../../platform/store-error.ts';
import { counterIds } from '../../platform/table-keys.ts';

/**
 * How far CloudTrail has been compared with the ledger: one row of the limits table. If it is lost, the last day is
 * walked over again, and nothing of that day is reported twice.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const TRAIL_FINDINGS = ['noTrail', 'notMultiRegion', 'notLogging', 'noReadEvents', 'unreadable'] as const;
export type TrailFinding = (typeof TRAIL_FINDINGS)[number];

const stateSchema = v.object({
  version: count,
  /**
   * Every session made by this time, of an issuance or probe recorded before it, has its final verdict. Sessions of
   * later attempts follow an hour after they are made.
   */
  correlatedUpToMs: count,
  /** The last record that was walked over; absent when the walk has not begun on the day. */
  walkedTo: v.optional(v.object({ day: v.string(), recordedAtMs: count, recordId: v.string() })),
  /** Records that were not ripe when the walk reached them: their sessions were made less than an hour before. */
  later: v.array(v.object({ recordId: v.string(), lookAtMs: count })),
  /** The end of the last tick that completed all its work. */
  tickedAtMs: v.optional(count),
  /** Nothing counts as missing before this time: after a pause, the events that waited for us are handled first. */
  holdUntilMs: v.optional(count),
  silentSinceMs: v.optional(count),
  trail: v.optional(v.object({ finding: v.picklist(TRAIL_FINDINGS), toldAtMs: count })),
});
export type CorrelationState = Omit<v.InferOutput<typeof stateSchema>, 'version'>;
export type VersionedState = CorrelationState & { readonly version: number };

export type CorrelationStateStore = {
  /** Consistent. Undefined when there was no tick yet or the row is lost. Throws `store.*`, as `write` does. */
  read(): Promise<VersionedState | undefined>;
  /** Undefined when somebody else changed the state in the meantime. */
  write(version: number, after: CorrelationState): Promise<VersionedState | undefined>;
  /** Whether somebody was told that this session is missing. */
  wasTold(sessionName: string): Promise<boolean>;
  markTold(sessionName: string, nowMs: number): Promise<void>;
};

type Dependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly limitsTable: string };
};

/** Longer than the walk ever goes back. */
const TOLD_SECONDS = 30 * 24 * 60 * 60;

export function makeCorrelationStateStore({ dynamo, config }: Dependencies): CorrelationStateStore {
  const table = { TableName: config.limitsTable };
  const failing = (error: unknown) => storeError(error, 'the state of the correlation');
  async function row(counter: string) {
    const command = new GetCommand({ ...table, Key: { counter }, ConsistentRead: true });
    return (await dynamo.send(command)).Item;
  }
  return {
    async read() {
      try {
        const item = await row(counterIds.correlation);
        return item === undefined ? undefined : v.parse(stateSchema, item);
      } catch (error) {
        throw failing(error);
      }
    },
    async write(version, after) {
      const item = { ...after, version: version + 1 };
      try {
        await dynamo.send(
          new PutCommand({
            ...table,
            Item: { ...item, counter: counterIds.correlation },
            ConditionExpression: 'attribute_not_exists(#version) OR #version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': version },
          }),
        );
        return item;
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw failing(error);
      }
    },
    async wasTold(sessionName) {
      try {
        return (await row(counterIds.missing(sessionName))) !== undefined;
      } catch (error) {
        throw failing(error);
      }
    },
    async markTold(sessionName, nowMs) {
      const expiresAtSeconds = Math.ceil(nowMs / 1000) + TOLD_SECONDS;
      const Item = { counter: counterIds.missing(sessionName), toldAtMs: nowMs, expiresAtSeconds };
      try {
        await dynamo.send(new PutCommand({ ...table, Item }));
      } catch (error) {
        throw failing(error);
      }
    },
  };
}
