import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import { documentClient } from '../../../lib/platform/clients.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

/** A table whose every item is this one. */
let server: Server;
let item: object;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ Item: item }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs(); // cspell:disable-line
});

describe('a number that JavaScript does not hold', () => {
  it.each(['1e30', '99999999999999999999', '9007199254740993', '1.5', '-1'])(
    'in an item makes the item invalid, not the table unavailable: %s',
    async (number) => {
      item = { recordId: { S: 'scan-account.x' }, state: { S: 'claimed' }, claim: { M: { atMs: { N: number } } } };
      const ledger = makeLedger({
        dynamo: documentClient(),
        log: recordedTransitions(),
        config: { ledgerTable: 'ledger' },
      });
      await expect(ledger.readIssuance('scan-account.x')).rejects.toMatchObject({
        code: 'store.itemInvalid',
        retryable: false,
      });
    },
  );
});
