import { BatchGetCommand, DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { storeError } from '../platform/store-error.ts';
import { switchIds } from '../platform/table-keys.ts';

/**
 * The brakes: one for everything, one per job, one per tenant (a tenant's suspension is its row here). A row means
 * off, and what cannot be read is off: whoever asks gets an exception, and nothing is issued.
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

export type Switches = {
  /** The switches that are off for this job and tenant, in the order global, job, tenant. Throws `store.*`. */
  read(of: { readonly job: string; readonly tenantId: string }): Promise<readonly SwitchedOff[]>;
  switchOff(switchId: string, why: { readonly by: string; readonly reason: string }): Promise<void>;
  switchOn(switchId: string): Promise<void>;
};

export function makeSwitches({ dynamo, clock, config }: SwitchesDependencies): Switches {
  const table = config.switchesTable;
  return {
    async read({ job, tenantId }) {
      const wanted = [switchIds.global, switchIds.job(job), switchIds.tenant(tenantId)];
      try {
        const answer = await dynamo.send(
          new BatchGetCommand({
            RequestItems: { [table]: { Keys: wanted.map((switchId) => ({ switchId })), ConsistentRead: true } },
          }),
        );
        // A key that was not looked at is not a switch that is on.
        if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
          throw new BrokerError('store.busy', 'the switches could not all be read');
        }
        const rows = v.parse(v.array(switchSchema), answer.Responses?.[table]);
        return wanted.flatMap((switchId) => rows.filter((row) => row.switchId === switchId));
      } catch (error) {
        throw storeError(error, 'the switches could not be read');
      }
    },
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
