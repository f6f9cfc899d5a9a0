import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { tables } from '../dynamo-tables.ts';
import { type CallMade, type Faults, namedError, type Temper } from './faults.ts';
import type { SendCommand } from './memory-tables.ts';

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('ThrottlingException'),
};

/** A DynamoDB client whose every call has a name and can be broken. */
export function dynamoOver(send: SendCommand, faults: Faults): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'unused', secretAccessKey: 'unused' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1', credentials }));
  return Object.assign(client, {
    send: (command: unknown) => faults.through(callOf(command), temper, () => send(command)),
  });
}

function callOf(command: unknown): CallMade {
  if (command instanceof BatchGetCommand) return { site: 'switches.read', subject: tenantOfReading(command) };
  if (command instanceof QueryCommand) {
    return { site: command.input.TableName === tables.tenantsTable ? 'tenants.read' : 'ledger.due' };
  }
  if (command instanceof GetCommand) {
    if (command.input.TableName !== tables.ledgerTable) return { site: 'tenants.read' };
    return { site: 'ledger.read', subject: String(command.input.Key?.['recordId']) };
  }
  if (command instanceof PutCommand)
    return { site: putSite(command), subject: String(command.input.Item?.['recordId']) };
  if (command instanceof UpdateCommand) return updateCall(command);
  return { site: 'other' };
}

/** The switches of one tenant are read together. */
function tenantOfReading({ input }: BatchGetCommand): string {
  const keys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys = [] }) => Keys);
  const ids = keys.map(({ switchId }) => String(switchId));
  return ids.find((id) => id.startsWith('tenant#'))?.slice('tenant#'.length) ?? '';
}

function putSite({ input }: PutCommand): string {
  if (input.TableName !== tables.ledgerTable) return 'other';
  if (input.Item?.['recordType'] === 'request') return 'ledger.request';
  return `ledger.${input.Item?.['state']}`;
}

const entrySchema = v.object({ type: v.string(), attempt: v.optional(v.number()) });
const entriesSchema = v.tuple([entrySchema]);

/** An update is named by the entry that it adds to the trail, the job's by what they are. */
function updateCall({ input }: UpdateCommand): CallMade {
  const subject = String(input.Key?.['recordId']);
  const values = input.ExpressionAttributeValues ?? {};
  const attempt = values[':attempt'];
  const attempted = typeof attempt === 'number' ? { attempt } : {};
  if (':claim' in values) return { site: 'ledger.claim', subject, ...attempted };
  if (':report' in values) return { site: 'ledger.report', subject, ...attempted };
  const entries = v.safeParse(entriesSchema, values[':newEntries']);
  if (!entries.success) return { site: 'ledger.rescheduled', subject };
  const [entry] = entries.output;
  return {
    site: `ledger.${entry.type}`,
    subject,
    ...(entry.attempt === undefined ? {} : { attempt: entry.attempt }),
  };
}
