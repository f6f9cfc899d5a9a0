import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../support/local-stack.ts';

const PREFIX = 'credential-broker-local';
const SOURCE = 'com.example.nobody';
const CAME = 87;

let stack: LocalStack;
let dynamo: DynamoDBDocumentClient;
beforeAll(async () => {
  stack = await startLocalStack();
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(await stack.profile('operator')));
}, 60_000);
afterAll(() => stack.close());

/** Puts so many events of an undeclared source on the bus, ten at a time. */
async function comeAsStrangers(count: number): Promise<void> {
  const bus = new EventBridgeClient(await stack.profile('stranger'));
  const Detail = JSON.stringify({ version: 1, tenantId: 'acme', job: 'scan-account' });
  const entry = { EventBusName: PREFIX, Source: SOURCE, DetailType: 'RunJob', Detail };
  for (let left = count; left > 0; left -= 10) {
    const Entries = Array.from({ length: Math.min(left, 10) }, () => entry);
    expect((await bus.send(new PutEventsCommand({ Entries }))).FailedEntryCount).toBe(0);
  }
}

/** What comes in one minute must not begin just before the next one. The stack's clock has not been moved before. */
function goToTheStartOfAMinute(): void {
  const secondsGone = Math.floor((Date.now() % 60_000) / 1_000);
  stack.advance(61 - secondsGone);
}

async function strangersOnRecord(): Promise<readonly unknown[]> {
  const items: Record<string, unknown>[] = [];
  for await (const page of paginateScan({ client: dynamo }, { TableName: `${PREFIX}-ledger`, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  return items.filter(({ recordType }) => recordType === 'strangers');
}

describe('strangers who come in numbers', () => {
  it('are refused on record one by one, up to 60 a minute', async () => {
    goToTheStartOfAMinute();
    await comeAsStrangers(CAME);
    await stack.idle();
    const requests = await stack.requests();
    expect(requests).toHaveLength(60);
    for (const request of requests) {
      expect(request).toMatchObject({
        requester: 'unrecognised',
        decision: 'refused',
        refusal: { reason: 'requester.notAllowed' },
        origin: { kind: 'event', source: SOURCE },
      });
    }
    expect(await strangersOnRecord()).toEqual([]);
    expect(await stack.issuances()).toEqual([]);
  });

  it('are counted exactly beyond, in one record that is written when the minute is over', async () => {
    for (let minute = 0; minute < 6; minute += 1) {
      stack.advance(60);
      await stack.idle();
    }
    expect(await strangersOnRecord()).toMatchObject([
      { kind: 'event', account: '111111111111', name: SOURCE, counted: CAME - 60 },
    ]);
    expect(await stack.requests()).toHaveLength(60);
  });

  it('are recorded one by one again in the next minute', async () => {
    await comeAsStrangers(2);
    await stack.idle();
    expect(await stack.requests()).toHaveLength(62);
  });
});
