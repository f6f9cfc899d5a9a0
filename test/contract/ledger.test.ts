import {
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  ThrottlingException,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeLedger } from '../../lib/ledger/dynamo-ledger.ts';
import type { OpenIssuance } from '../../lib/ledger/issuance.ts';
import { revoked } from '../../lib/ledger/issuance-endings.ts';
import { openRefused } from '../../lib/ledger/issuance-intents.ts';
import { rescheduled } from '../../lib/ledger/issuance-transitions.ts';
import { anIdentity, anIntended, anIssued, aRequest } from '../support/an-issuance.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { everyPrint } from '../support/every-print.ts';
import { failingWith, losingAnswers } from '../support/failing-dynamo.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { inMemoryLedger } from '../support/in-memory-ledger.ts';
import { recordedTransitions } from '../support/recorded-transitions.ts';
import { type LedgerUnderTest, ledgerContract } from './ledger.contract.ts';
import { ledgerItemsContract } from './ledger-items.contract.ts';

const dynamo = withTables();

function inMemory(): LedgerUnderTest {
  const ledger = inMemoryLedger();
  return {
    ledger,
    write: async (item) => {
      ledger.items.set(String(item['recordId']), item);
    },
    stored: async (recordId) => ledger.items.get(recordId),
  };
}

function inDynamo(): LedgerUnderTest {
  const client = dynamo.client();
  return {
    ledger: makeLedger({ dynamo: client, log: recordedTransitions(), config: tables }),
    write: async (item) => {
      await client.send(new PutCommand({ TableName: tables.ledgerTable, Item: item }));
    },
    stored: async (recordId) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tables.ledgerTable, Key: { recordId }, ConsistentRead: true }),
      );
      return Item;
    },
  };
}

ledgerItemsContract('in memory', inMemory);
ledgerItemsContract('in DynamoDB', inDynamo);
ledgerContract('in memory', inMemory);
ledgerContract('in DynamoDB', inDynamo);

/** A ledger whose next answers are lost after they took effect; a second one sees what is there. */
function losing(times: number) {
  const log = recordedTransitions();
  const lossy = makeLedger({ dynamo: losingAnswers(dynamo.client(), times), log, config: tables });
  const sound = makeLedger({ dynamo: dynamo.client(), log: recordedTransitions(), config: tables });
  return { lossy, sound, log };
}

/** A client of which the first answer is lost after it took effect, and something happens before it asks again. */
function meanwhile(happens: () => Promise<void>): DynamoDBDocumentClient {
  const client = losingAnswers(dynamo.client(), 1);
  let asked = 0;
  client.middlewareStack.add(
    (next) => async (request) => {
      asked += 1;
      if (asked === 2) await happens();
      return next(request);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}

describe('a write whose answer is lost', () => {
  it('is recognised as one’s own: a request', async () => {
    const { lossy } = losing(1);
    const request = aRequest('lost-request');
    // Who wrote it first does not matter: it is recorded, and it is the same.
    expect(await lossy.recordRequest(request)).toEqual({ first: false, record: request });
  });

  it('is recognised as one’s own: an intent', async () => {
    const { lossy, sound, log } = losing(1);
    const intended = anIntended('lost-intent');
    expect(await lossy.open(intended)).toBe(true);
    expect(await sound.readIssuance(intended.recordId)).toEqual(intended);
    expect(log.lines).toMatchObject([{ transition: 'issuance.intended' }]);
  });

  it('is recognised as one’s own: an issue', async () => {
    const { lossy, sound, log } = losing(1);
    const intended = anIntended('lost-issue');
    await sound.open(intended);
    const after = anIssued(intended);
    expect(await lossy.advance(intended, after)).toBe(true);
    expect(await sound.readIssuance(intended.recordId)).toEqual(after);
    expect(log.lines).toMatchObject([{ transition: 'issuance.issued' }]);
  });

  it('is not taken for one’s own when another stands there', async () => {
    const { sound } = losing(0);
    const mine = anIntended('not-mine', 'owner-1');
    const theirs = anIntended('not-mine', 'owner-2');
    await sound.open(theirs);
    const { lossy, log } = losing(1);
    expect(await lossy.open(mine)).toBe(false);
    expect(await lossy.advance(mine, anIssued(mine))).toBe(false);
    expect(log.lines).toEqual([]);
  });

  it('is not gone on with where somebody moved it since', async () => {
    const { sound } = losing(0);
    const suspended = { reason: 'tenant.suspended', explanation: 'e' };
    const end = async (before: OpenIssuance) =>
      void (await sound.advance(before, revoked(before, suspended, START_MS)));
    const opened = anIntended('moved-intent');
    const opening = makeLedger({ dynamo: meanwhile(() => end(opened)), log: recordedTransitions(), config: tables });
    expect(await opening.open(opened)).toBe(false);
    const before = anIntended('moved-issue');
    await sound.open(before);
    const after = anIssued(before);
    const issuing = makeLedger({ dynamo: meanwhile(() => end(after)), log: recordedTransitions(), config: tables });
    expect(await issuing.advance(before, after)).toBe(false);
    for (const { recordId } of [opened, before]) {
      expect(await sound.readIssuance(recordId)).toMatchObject({ state: 'revoked' });
    }
  });

  it('is not claimed where it cannot be known: a new time to look', async () => {
    const { sound } = losing(0);
    const intended = anIntended('lost-reschedule');
    await sound.open(intended);
    const { lossy } = losing(1);
    // Setting it once more is the same, and nobody moved the trail.
    expect(await lossy.advance(intended, rescheduled(intended, 1))).toBe(true);
  });

  it('is an error that may be tried again when every answer is lost', async () => {
    const { lossy, sound } = losing(100);
    const intended = anIntended('lost-for-good');
    await expect(lossy.open(intended)).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
    expect(await sound.readIssuance(intended.recordId)).toEqual(intended);
    expect(await sound.open(intended)).toBe(true);
  });
});

describe('a table that cannot be used', () => {
  const canary = 'canary-in-the-response';
  const given = { message: canary, $metadata: { requestId: canary } };
  it.each([
    ['store.busy', new ThrottlingException(given)],
    ['store.busy', new ProvisionedThroughputExceededException(given)],
    ['store.unavailable', new ResourceNotFoundException(given)],
    ['store.unavailable', Object.assign(new Error(canary), { code: 'ECONNREFUSED' })],
  ])('is %s, for every operation, without what the client threw: %s', async (code, error) => {
    const ledger = makeLedger({
      dynamo: failingWith(dynamo.client({ maxAttempts: 1 }), error),
      log: recordedTransitions(),
      config: tables,
    });
    const intended = anIntended('failing');
    const operations = [
      () => ledger.recordRequest(aRequest('failing')),
      () => ledger.readRequest('req_a'),
      () => ledger.readIssuance('scan-account.a'),
      () => ledger.open(intended),
      () => ledger.advance(intended, anIssued(intended)),
      () => ledger.postpone('scan-account.a', 1),
      () => ledger.due({ nowMs: 1, limit: 1 }),
    ];
    for (const operation of operations) {
      const thrown = await operation().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(thrown).toMatchObject({ code, retryable: true });
      expect(everyPrint(thrown)).not.toContain(canary);
    }
  });
});

describe('what is logged', () => {
  it('is one line for each thing that happened, none for what did not', async () => {
    const log = recordedTransitions();
    const ledger = makeLedger({ dynamo: dynamo.client(), log, config: tables });
    const intended = anIntended('logged');
    await ledger.recordRequest(aRequest('logged'));
    await ledger.recordRequest(aRequest('logged'));
    await ledger.open(intended);
    await ledger.open(anIntended('logged', 'owner-2'));
    await ledger.advance(intended, rescheduled(intended, 1));
    await ledger.advance(intended, anIssued(intended));
    await ledger.open(
      openRefused(anIdentity('logged-refusal'), { reason: 'trust.unsafe', explanation: 'e' }, START_MS),
    );
    expect(log.lines.map(({ transition }) => transition)).toEqual([
      'request.allowed',
      'issuance.intended',
      'issuance.issued',
      'issuance.refused',
    ]);
  });
});
