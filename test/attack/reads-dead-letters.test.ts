import { beforeAll, describe, expect, it } from 'vitest';
import { failureRecord } from '../../local/lambda/failure-record.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  anyone,
  isAllowed,
  OWN,
  readManagedPolicy,
  readPackagedWiring,
  runnerOf,
} from '../architecture/packaged-access.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { talkativeError } from './leaky-run.ts';
import { findSecrets } from './search-for-secrets.ts';

/** T18: whoever keeps the dead-letter queues reads what failed there, and opens it. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

/** A job that fails three times, and what Lambda sends to its failure destination: the whole request, the last error. */
async function failedThrice() {
  const world = await faultyWorld();
  world.ask();
  await world.drain();
  world.faults.breakAlways('ledger.claim', { answer: talkativeError('InternalServerError') });
  const errors: unknown[] = [];
  const [invocation] = world.lambda.invocations;
  if (invocation === undefined) throw new Error('nothing was handed over');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const ended = await world.host.run(invocation);
    errors.push(ended.end === 'threw' ? ended.error : ended);
  }
  const last = errors.at(-1);
  const { name, message, stack } = last instanceof Error ? last : new Error('it did not throw');
  const record = failureRecord({
    requestId: 'r',
    functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:scan-account:$LATEST',
    condition: 'RetriesExhausted',
    invokeCount: 3,
    requestPayload: JSON.stringify(invocation.payload),
    lastOutcome: {
      payload: JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') }),
      functionError: 'Unhandled',
    },
    atMs: world.clock.nowMs(),
  });
  const secrets = world.sts.minted.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]);
  const externalIds = world.sts.asked.flatMap(({ ExternalId }) => ExternalId ?? []);
  return { world, record, errors, secrets: [...secrets, ...externalIds, 'canary/secret+access=key0123456789abcdef'] };
}

describe('the failure destination of a job that failed three times', () => {
  it('holds the ciphertext, and neither a secret nor the key to one', async () => {
    const { world, record, secrets } = await failedThrice();
    expect(world.host.runs).toEqual([]);
    expect(findSecrets({ record: [record] }, secrets)).toEqual([]);
    const { sealed, ...others } = JSON.parse(record).requestPayload;
    expect(Object.keys(sealed).sort()).toEqual(['ciphertext', 'iv', 'tag']);
    expect(Object.keys(others).sort()).toEqual([
      'accountId',
      'attempt',
      'fenceMs',
      'input',
      'issuanceId',
      'job',
      'tenantId',
      'usableUntilMs',
      'version',
    ]);
    const issuance = await world.issuance();
    const wrapped = 'ticket' in issuance ? Buffer.from(issuance.ticket?.wrappedKey ?? []).toString('base64') : '';
    expect(wrapped.length).toBeGreaterThan(20);
    expect(record).not.toContain(wrapped);
  });

  it('is of no use for long: the ticket goes, and nobody can claim it any more', async () => {
    const { world } = await failedThrice();
    await world.settle();
    const [invocation] = world.lambda.invocations;
    const before = world.host.runs.length;
    if (invocation !== undefined) await world.host.run(Object.assign(invocation, { over: false }));
    expect(world.host.runs).toHaveLength(before);
    expect(await world.violations()).toEqual([]);
  });
});

describe('whoever looks after dead letters', () => {
  it('can open no envelope: the function that shows them has no use of the key', () => {
    const key = wiring.keys.find(({ logicalId }) => /envelope/i.test(logicalId));
    const context = {
      'kms:EncryptionContext:job': 'scan-account',
      'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com',
    };
    const caller = runnerOf(wiring.roles, 'manage-dead-letters');
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:CreateGrant']) {
      expect(isAllowed({ caller, action, resource: key?.arn ?? '', context }), action).toBe(false);
    }
    expect(key).toBeDefined();
  });

  it('gets a function URL by the policy that is attached to people, and no key, queue or table', async () => {
    const policy = await readManagedPolicy('DeadLetterKeepersPolicy');
    const person = anyone(`arn:aws:iam::${OWN}:role/keepers`, [policy]);
    const everything = [...wiring.keys, ...wiring.queues, ...wiring.tables].map(({ arn }) => arn);
    const actions = ['kms:Decrypt', 'sqs:ReceiveMessage', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'];
    for (const resource of everything) {
      for (const action of actions)
        expect(isAllowed({ caller: person, action, resource }), `${action} ${resource}`).toBe(false);
    }
    expect(everything.length).toBeGreaterThan(8);
  });
});
