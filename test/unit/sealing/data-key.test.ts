import {
  DisabledException,
  type GenerateDataKeyCommand,
  InvalidKeyUsageException,
  KMSClient,
  KMSInternalException,
  KMSInvalidStateException,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { makeDataKeySource } from '../../../lib/sealing/data-key.ts';
import { everyPrint } from '../../support/every-print.ts';
import { context } from './sealed.ts';

const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/0123';
const plaintext = new Uint8Array(32).fill(0xa7);
const wrapped = new Uint8Array([1, 2, 3]);

/** A KMS client that answers so, and keeps what it was asked. */
function kmsThat(answer: () => object) {
  const asked: object[] = [];
  const kms = new KMSClient({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  kms.middlewareStack.add(
    () => (request) => {
      asked.push(request.input);
      return Promise.resolve({ output: { $metadata: {}, ...answer() }, response: {} });
    },
    { step: 'initialize' },
  );
  return { asked, makeDataKey: makeDataKeySource({ kms, keyArn }) };
}

describe('the data key of an envelope', () => {
  it('is asked for under exactly the context that the envelope is bound to', async () => {
    const { asked, makeDataKey } = kmsThat(() => ({ Plaintext: plaintext, CiphertextBlob: wrapped }));
    const answer = await makeDataKey(context);
    expect(asked).toEqual([
      {
        KeyId: keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: {
          v: '1',
          tenant: 'acme',
          account: '222222222222',
          job: 'scan-account',
          issuance: context.issuanceId,
          attempt: '1',
          fence: '1935903600000',
          usableUntil: '1935903300000',
        },
      } satisfies GenerateDataKeyCommand['input'],
    ]);
    expect(answer).toMatchObject({ made: true, key: { wrapped } });
    expect(everyPrint(answer)).not.toMatch(/a7a7|167, 167|p6en/);
    if (answer.made) expect(answer.key.clear.reveal()).toEqual(plaintext);
  });

  it.each([
    ['no plaintext', { CiphertextBlob: wrapped }],
    ['no wrapped key', { Plaintext: plaintext }],
    ['a short key', { Plaintext: plaintext.subarray(1), CiphertextBlob: wrapped }],
    ['nothing', {}],
  ])('is not made from an answer with %s', async (_, output) => {
    const answer = await kmsThat(() => output).makeDataKey(context);
    expect(answer).toEqual({ made: false, permanent: false, errorName: 'IncompleteAnswer' });
  });

  const metadata = { message: 'm', $metadata: {} };
  it.each([
    [new DisabledException(metadata), true],
    [new NotFoundException(metadata), true],
    [new KMSInvalidStateException(metadata), true],
    [new InvalidKeyUsageException(metadata), true],
    [Object.assign(new Error('no'), { name: 'AccessDeniedException' }), true],
    [new KMSInternalException(metadata), false],
    [Object.assign(new Error('gone'), { code: 'ECONNRESET' }), false],
  ])('is told apart as permanent or passing: %s', async (error, permanent) => {
    const source = kmsThat(() => {
      throw error;
    });
    expect(await source.makeDataKey(context)).toEqual({ made: false, permanent, errorName: error.name });
  });
});
