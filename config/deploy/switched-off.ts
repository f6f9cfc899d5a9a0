import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { switchIds } from '../../lib/platform/table-keys.ts';

/**
 * Whether a stage issues nothing any more: its global switch is off, or there is no table of switches, without which
 * nothing is issued either. Throws where the switch cannot be read.
 */
export async function isSwitchedOff(dynamo: DynamoDBDocumentClient, stage: string): Promise<boolean> {
  const read = new GetCommand({
    TableName: `credential-broker-${stage}-switches`,
    Key: { switchId: switchIds.global },
    ConsistentRead: true,
  });
  try {
    return (await dynamo.send(read)).Item !== undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return true;
    throw error;
  }
}
