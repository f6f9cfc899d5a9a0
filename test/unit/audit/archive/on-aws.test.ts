import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeSignDigest } from '../../../../lib/audit/archive/digests/sign-digest.ts';
import { signatureHolds } from '../../../../lib/audit/archive/digests/signed-digest.ts';
import { makeS3ArchiveBucket } from '../../../../lib/audit/archive/s3-archive-bucket.ts';
import { pointerRecord } from '../../../../lib/audit/archive/telling/pointer-record.ts';
import { makePutPointers } from '../../../../lib/audit/archive/telling/put-pointers.ts';
import { makeTellFacts } from '../../../../lib/audit/archive/telling/tell-facts.ts';
import { type Digest, NO_DIGEST_SHA256 } from '../../../../lib/audit/digest.ts';
import { namedError } from '../../../support/faulty-world/faults.ts';
import { signingKms } from '../../../support/signing-kms.ts';

type Command = { readonly input: object };

/** A client that answers each command with what `answer` gives, and keeps what it was sent. */
function client(answer: (command: Command) => unknown) {
  const sent: object[] = [];
  const send = async (command: Command) => {
    sent.push(command.input);
    return answer(command);
  };
  return { sent, client: { send } as never };
}

async function everyPage(pages: AsyncIterable<readonly string[]>): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

const bytes = (text: string) => Buffer.from(text);
const body = (text: string) => ({ Body: { transformToByteArray: async () => new Uint8Array(bytes(text)) } });
const config = { archiveBucket: 'archive', busName: 'bus', ledgerTable: 'ledger', digestsKeyArn: 'arn:key' };

describe('the archive in S3', () => {
  const bucketOf = (answer: (command: Command) => unknown) => {
    const { sent, client: s3 } = client(answer);
    return { sent, bucket: makeS3ArchiveBucket({ s3, config }) };
  };
  const throwing = (name: string) => () => {
    throw namedError(name);
  };

  it('puts an object where there is none', async () => {
    const { sent, bucket } = bucketOf(() => ({}));
    expect(await bucket.putNew('k', bytes('x'))).toBe('put');
    expect(sent).toEqual([{ Bucket: 'archive', Key: 'k', Body: bytes('x'), IfNoneMatch: '*' }]);
  });

  it.each([
    ['there', 'x'],
    ['taken', 'y'],
  ])('says that one is %s by its bytes', async (outcome, text) => {
    const { bucket } = bucketOf((command) => {
      if (command instanceof PutObjectCommand) throw namedError('PreconditionFailed');
      return body(text);
    });
    expect(await bucket.putNew('k', bytes('x'))).toBe(outcome);
  });

  it.each(['ConditionalRequestConflict', 'SlowDown', 'AccessDenied', 'TimeoutError'])(
    'takes %s for no answer',
    async (name) => {
      await expect(bucketOf(throwing(name)).bucket.putNew('k', bytes('x'))).rejects.toMatchObject({
        code: expect.stringMatching(/^store\./),
      });
    },
  );

  it('reads what is there, and knows what is not from what it may not see', async () => {
    expect(await bucketOf(() => body('x')).bucket.read('k')).toEqual(new Uint8Array(bytes('x')));
    expect(await bucketOf(throwing('NoSuchKey')).bucket.read('k')).toBeUndefined();
    await expect(bucketOf(throwing('AccessDenied')).bucket.read('k')).rejects.toMatchObject({
      code: 'store.unavailable',
    });
  });

  it('lists page by page', async () => {
    const { sent, bucket } = bucketOf((command) =>
      'ContinuationToken' in command.input
        ? { Contents: [{ Key: 'c' }], CommonPrefixes: [{ Prefix: 'f/' }] }
        : {
            Contents: [{ Key: 'a' }, { Key: 'b' }],
            CommonPrefixes: [{ Prefix: 'e/' }],
            IsTruncated: true,
            NextContinuationToken: 't',
          },
    );
    expect(await everyPage(bucket.keysAfter('p/', 'p/a'))).toEqual([['a', 'b'], ['c']]);
    expect(await bucket.foldersOf('p/')).toEqual(['e/', 'f/']);
    expect(sent[0]).toEqual({ Bucket: 'archive', Prefix: 'p/', StartAfter: 'p/a' });
    expect(sent[3]).toEqual({ Bucket: 'archive', Prefix: 'p/', Delimiter: '/', ContinuationToken: 't' });
  });

  it('takes no list for whole that is cut short', async () => {
    const { bucket } = bucketOf(() => ({ Contents: [], IsTruncated: true }));
    await expect(everyPage(bucket.keysAfter('p/', ''))).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});

describe('signing a digest with KMS', () => {
  const digest: Digest = {
    version: 1,
    deploymentId: 'local1',
    sequence: 0,
    previousSha256: NO_DIGEST_SHA256,
    fromMs: 0,
    toMs: 1,
    objects: [],
    records: 0,
    merkleRoot: 'a'.repeat(64),
  };

  it('gives a signature that holds, of this digest and no other', async () => {
    const kms = signingKms();
    const signed = await makeSignDigest({ kms: kms.client, config })(digest);
    const key = kms.publicKeyOf(config.digestsKeyArn);
    expect(signatureHolds(signed, key)).toBe(true);
    expect(signatureHolds({ ...signed, digest: { ...digest, toMs: 2 } }, key)).toBe(false);
    expect(signatureHolds(signed, signingKms().publicKeyOf('other'))).toBe(false);
  });

  it.each([
    ['throws', () => Promise.reject(namedError('KMSInternalException'))],
    ['gives no signature', () => ({ KeyId: 'arn:key' })],
  ])('is store.unavailable where KMS %s', async (_, answer) => {
    const { client: kms } = client(answer);
    await expect(makeSignDigest({ kms, config })(digest)).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});

describe('telling facts', () => {
  const events = Array.from({ length: 23 }, (_, index) => ({ detailType: 'IssuanceRecorded', detail: { index } }));

  it('puts ten at once, under the source that the bus keeps for us', async () => {
    const { sent, client: bus } = client(() => ({ FailedEntryCount: 0 }));
    await makeTellFacts({ events: bus, config })(events);
    const entries = sent.map((input) => ('Entries' in input && Array.isArray(input.Entries) ? input.Entries : []));
    expect(entries.map((one) => one.length)).toEqual([10, 10, 3]);
    expect(entries[2]?.[2]).toEqual({
      EventBusName: 'bus',
      Source: 'credential-broker',
      DetailType: 'IssuanceRecorded',
      Detail: '{"index":22}',
    });
  });

  it.each([
    ['one is not taken', () => ({ FailedEntryCount: 1 })],
    ['nobody knows', () => ({})],
    ['the call fails', () => Promise.reject(namedError('TimeoutError'))],
  ])('throws when %s', async (_, answer) => {
    const { client: bus } = client(answer);
    await expect(makeTellFacts({ events: bus, config })(events)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it('asks nothing of the bus for nothing', async () => {
    const { sent, client: bus } = client(() => ({}));
    await makeTellFacts({ events: bus, config })([]);
    expect(sent).toEqual([]);
  });
});

describe('writing pointers', () => {
  const pointer = pointerRecord({ lastAccessKeyId: 'ASIA1' }, { to: 'x', nowMs: 1 });

  it('writes those that are not there', async () => {
    const { sent, client: dynamo } = client(() => ({}));
    await makePutPointers({ dynamo, config })([pointer]);
    expect(sent).toEqual([
      new PutCommand({ TableName: 'ledger', Item: pointer, ConditionExpression: 'attribute_not_exists(recordId)' })
        .input,
    ]);
  });

  it('is content with one that is there', async () => {
    const { client: dynamo } = client(() => Promise.reject(namedError('ConditionalCheckFailedException')));
    await makePutPointers({ dynamo, config })([pointer]);
  });

  it('throws when the table is away, once all others were tried', async () => {
    let count = 0;
    const { sent, client: dynamo } = client(() => {
      count += 1;
      return count === 1 ? Promise.reject(namedError('ThrottlingException')) : {};
    });
    const others = ['a', 'b'].map((to) => pointerRecord({ lastAccessKeyId: 'ASIA1' }, { to, nowMs: 1 }));
    await expect(makePutPointers({ dynamo, config })([pointer, ...others])).rejects.toMatchObject({
      code: 'store.busy',
    });
    expect(sent).toHaveLength(3);
  });
});
