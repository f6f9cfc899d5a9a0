import { createPublicKey, randomBytes } from 'node:crypto';
import { CreateKeyCommand, GetPublicKeyCommand, KMSClient, SignCommand, VerifyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSignDigest } from '../../../lib/audit/archive/digests/sign-digest.ts';
import { type SignedDigest, signatureHolds } from '../../../lib/audit/archive/digests/signed-digest.ts';
import { type Digest, digestBytes, NO_DIGEST_SHA256 } from '../../../lib/audit/digest.ts';
import type { JobPayload } from '../../../lib/job-runtime/job-payload.ts';
import { makeOpenEnvelope } from '../../../lib/job-runtime/open-envelope.ts';
import { type DataKey, makeDataKeySource } from '../../../lib/sealing/data-key.ts';
import type { EnvelopeContext } from '../../../lib/sealing/envelope.ts';
import { seal } from '../../../lib/sealing/seal.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { describeAt, moto } from '../outside-endpoint.ts';

const context: EnvelopeContext = {
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
  issuanceId: `scan-account.${'a'.repeat(32)}`,
  attempt: 1,
  fenceMs: 1_935_645_600_000,
  usableUntilMs: 1_935_645_300_000,
};
const credentials = { accessKeyId: 'ASIAX', secretAccessKey: 's', sessionToken: 't', expiresAtMs: 1_935_645_900_000 };

describeAt(moto, 'KMS as the broker and its jobs use it, answered by moto', (endpoint) => {
  const kms = new KMSClient({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } });
  afterAll(() => kms.destroy());
  let envelopes: string;
  let others: string;
  let key: DataKey;
  let payload: JobPayload;

  beforeAll(async () => {
    envelopes = await newKey({});
    others = await newKey({});
    const answer = await makeDataKeySource({ kms, keyArn: envelopes })(context);
    if (!answer.made) throw new Error(answer.errorName);
    key = answer.key;
    const dataKey = key.clear.reveal();
    const sealed = seal(new Secret(credentials), { dataKey, context, randomBytes });
    payload = { version: 1, ...context, sealed, input: null };
  });

  async function newKey(of: CreateKeyCommand['input']): Promise<string> {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(of));
    if (KeyMetadata?.Arn === undefined) throw new Error('no key was made');
    return KeyMetadata.Arn;
  }

  /** As a job opens it: with the ticket that its claim removed. */
  function open(change: Partial<JobPayload> = {}, envelopeKeyArn = envelopes) {
    const ticket = { wrappedKey: key.wrapped, attempt: 1, usableUntilMs: context.usableUntilMs };
    return makeOpenEnvelope({ kms, config: { envelopeKeyArn } })({ ...payload, ...change }, { ticket });
  }

  it('opens an envelope under the context that it was sealed in', async () => {
    expect((await open()).reveal()).toEqual(credentials);
  });

  it.each<readonly [string, Partial<JobPayload>]>([
    ['tenant', { tenantId: 'globex' }],
    ['account', { accountId: '333333333333' }],
    ['job', { job: 'process-logs' }],
    ['issuance', { issuanceId: `scan-account.${'b'.repeat(32)}` }],
    ['attempt', { attempt: 2 }],
    ['fence', { fenceMs: context.fenceMs + 1 }],
    ['usable until', { usableUntilMs: context.usableUntilMs + 1 }],
  ])('refuses to unwrap the key under another %s', async (_, change) => {
    await expect(open(change)).rejects.toMatchObject({ code: 'envelope.invalid' });
  });

  it('refuses to unwrap it with another key', async () => {
    await expect(open({}, others)).rejects.toMatchObject({ code: 'envelope.invalid' });
  });

  it('answers for a key that is not there as one that is not to be tried again', async () => {
    const gone = envelopes.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
    const answer = await makeDataKeySource({ kms, keyArn: gone })(context);
    expect(answer).toEqual({ made: false, permanent: true, errorName: 'NotFoundException' });
  });

  const digest: Digest = {
    version: 1,
    deploymentId: 'test1',
    sequence: 0,
    previousSha256: NO_DIGEST_SHA256,
    fromMs: 0,
    toMs: 1,
    objects: [{ key: 'changes/a.jsonl', sha256: NO_DIGEST_SHA256, bytes: 1, records: 1 }],
    records: 1,
    merkleRoot: NO_DIGEST_SHA256,
  };
  const another = { ...digest, toMs: 2 };

  it('signs the bytes of a digest so that the public key alone tells it from every other', async () => {
    const { signed, publicKey } = await signedAs('RAW');
    expect(signatureHolds(signed, publicKey)).toBe(true);
    expect(signatureHolds({ ...signed, digest: another }, publicKey)).toBe(false);
    expect(await verifiedByKms(signed, digest)).toBe(true);
    // AWS throws KMSInvalidSignatureException here.
    expect(await verifiedByKms(signed, another)).toBe(false);
  });

  it('gives a signature that does not hold where it hashes again what is hashed already, as moto does', async () => {
    // moto 5.2.1 takes `MessageType: DIGEST` for RAW; that the broker's own call is right is shown on MiniStack.
    const { signed, publicKey } = await signedAs('DIGEST');
    expect(signatureHolds(signed, publicKey)).toBe(false);
  });

  async function signedAs(messageType: 'RAW' | 'DIGEST') {
    const digestsKeyArn = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: digestsKeyArn }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    if (messageType === 'DIGEST')
      return { signed: await makeSignDigest({ kms, config: { digestsKeyArn } })(digest), publicKey };
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({ KeyId: digestsKeyArn, Message: digestBytes(digest), SigningAlgorithm: 'ECDSA_SHA_256' }),
    );
    const value = Buffer.from(Signature).toString('base64');
    const signature = { algorithm: 'ECDSA_SHA_256', keyId: digestsKeyArn, value } as const;
    const signed: SignedDigest = { version: 1, digest, signature };
    return { signed, publicKey };
  }

  async function verifiedByKms({ signature }: SignedDigest, message: Digest): Promise<boolean> {
    const { SignatureValid = false } = await kms.send(
      new VerifyCommand({
        KeyId: signature.keyId,
        Message: digestBytes(message),
        Signature: Buffer.from(signature.value, 'base64'),
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return SignatureValid;
  }
});
