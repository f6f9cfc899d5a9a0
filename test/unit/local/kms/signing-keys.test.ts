import { createHash, createPublicKey, verify as verifyByNode } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand, VerifyCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createKeyStore } from '../../../../local/kms/key-store.ts';
import { createKmsService } from '../../../../local/kms/kms-service.ts';
import { allowing, callerWith, callOf, everything, home, stoppedClock } from '../emulated-call.ts';
import { jsonHandler } from '../json-handler.ts';

const keyId = '11111111-2222-4333-8444-555555555555';
const symmetricId = '99999999-2222-4333-8444-555555555555';
const keyArn = `arn:aws:kms:eu-west-1:${home.accountId}:key/${keyId}`;
const root = { AWS: `arn:aws:iam::${home.accountId}:root` };
const toTheAccount = allowing({ Principal: root, Action: 'kms:*', Resource: '*' });
const admin = callerWith([everything]);

function setUp(policy: PolicyDocument = toTheAccount) {
  const store = createKeyStore({
    ids: systemIds,
    home,
    keys: [
      { keyId, alias: 'alias/digests', keySpec: 'ECC_NIST_P256', policy },
      { keyId: symmetricId, policy },
    ],
  });
  const authorize = createAuthorize({ clock: stoppedClock() });
  const service = createKmsService({ store, authorize, ids: systemIds, home });
  const ask = (action: string, input: object, caller: Caller = admin) => service(action, callOf(caller, { ...input }));
  return { store, service, ask };
}

function clientOf({ service }: ReturnType<typeof setUp>): KMSClient {
  return new KMSClient({
    region: home.region,
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: jsonHandler(service, admin, ['Message', 'Signature', 'PublicKey']),
  });
}

const failure = (code: string) => expect.objectContaining({ code, statusCode: code === 'AccessDenied' ? 403 : 400 });
const Message = Buffer.from('{"version":1}\n');
const digest = createHash('sha256').update(Message).digest();
const SigningAlgorithm = 'ECDSA_SHA_256';

describe('a signing key of KMS', () => {
  it.each([
    ['the message', { Message, MessageType: 'RAW' as const }],
    ['its digest', { Message: digest, MessageType: 'DIGEST' as const }],
  ])('signs %s so that the public key that it gives verifies the message', async (_title, what) => {
    const client = clientOf(setUp());
    const signed = await client.send(new SignCommand({ KeyId: 'alias/digests', SigningAlgorithm, ...what }));
    expect(signed).toMatchObject({ KeyId: keyArn, SigningAlgorithm });
    const given = await client.send(new GetPublicKeyCommand({ KeyId: keyArn }));
    const publicKey = createPublicKey({ key: Buffer.from(given.PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verifyByNode('sha256', Message, publicKey, signed.Signature ?? new Uint8Array())).toBe(true);
    for (const verified of [
      { Message, MessageType: 'RAW' as const },
      { Message: digest, MessageType: 'DIGEST' as const },
    ]) {
      const command = new VerifyCommand({ KeyId: keyId, SigningAlgorithm, Signature: signed.Signature, ...verified });
      expect(await client.send(command)).toMatchObject({ KeyId: keyArn, SignatureValid: true, SigningAlgorithm });
    }
  });

  it('takes a message for RAW where nothing is said', async () => {
    const { ask } = setUp();
    const { Signature } = await ask('Sign', { KeyId: keyId, Message: digest, SigningAlgorithm });
    const asDigest = ask('Verify', {
      KeyId: keyId,
      Message: digest,
      MessageType: 'DIGEST',
      SigningAlgorithm,
      Signature,
    });
    await expect(asDigest).rejects.toEqual(failure('KMSInvalidSignatureException'));
    const asMessage = ask('Verify', { KeyId: keyId, Message: digest, MessageType: 'RAW', SigningAlgorithm, Signature });
    await expect(asMessage).resolves.toMatchObject({ SignatureValid: true });
  });

  it('says what it is', async () => {
    const { ask } = setUp();
    const spec = { KeySpec: 'ECC_NIST_P256', CustomerMasterKeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
    const described = await ask('DescribeKey', { KeyId: keyId });
    expect(described).toMatchObject({ KeyMetadata: { ...spec, SigningAlgorithms: [SigningAlgorithm] } });
    expect(described['KeyMetadata']).not.toHaveProperty('EncryptionAlgorithms');
    const given = await ask('GetPublicKey', { KeyId: keyId });
    expect(given).toMatchObject({ ...spec, KeyId: keyArn, SigningAlgorithms: [SigningAlgorithm] });
  });

  const wrong: [string, string, object, string][] = [
    ['Sign', 'a symmetric key', { KeyId: symmetricId, Message, SigningAlgorithm }, 'InvalidKeyUsageException'],
    ['Sign', 'an algorithm of another curve', { SigningAlgorithm: 'ECDSA_SHA_384' }, 'InvalidKeyUsageException'],
    ['Sign', 'an unknown algorithm', { SigningAlgorithm: 'ECDSA_SHA_1' }, 'ValidationException'],
    ['Sign', 'no algorithm', { SigningAlgorithm: undefined }, 'ValidationException'],
    ['Sign', 'a message that is too long', { Message: new Uint8Array(4097) }, 'ValidationException'],
    ['Sign', 'nothing', { Message: new Uint8Array() }, 'ValidationException'],
    [
      'Sign',
      'a digest of another length',
      { MessageType: 'DIGEST', Message: new Uint8Array(48) },
      'ValidationException',
    ],
    ['Sign', 'an unknown kind of message', { MessageType: 'EXTERNAL_MU' }, 'ValidationException'],
    ['Sign', 'an unknown key', { KeyId: 'alias/nobody' }, 'NotFoundException'],
    ['Verify', 'another signature', { Signature: new Uint8Array(70) }, 'KMSInvalidSignatureException'],
    ['Encrypt', 'a signing key', { Plaintext: Message }, 'InvalidKeyUsageException'],
    ['GenerateDataKey', 'a signing key', { KeySpec: 'AES_256' }, 'InvalidKeyUsageException'],
    ['GetPublicKey', 'a symmetric key', { KeyId: symmetricId }, 'UnsupportedOperationException'],
  ];
  it.each(wrong)('refuses %s with %s', async (action, _title, rest, code) => {
    const asked = setUp().ask(action, { KeyId: keyId, Message, SigningAlgorithm, ...rest });
    await expect(asked).rejects.toEqual(failure(code));
  });

  it('signs a message of 4,096 bytes', async () => {
    const asked = setUp().ask('Sign', { KeyId: keyId, Message: new Uint8Array(4096), SigningAlgorithm });
    await expect(asked).resolves.toMatchObject({ KeyId: keyArn });
  });

  it.each(['Sign', 'Verify', 'GetPublicKey'])('does nothing while it is disabled: %s', async (action) => {
    const { store, ask } = setUp();
    store.setEnabled(keyId, false);
    const input = { KeyId: keyId, Message, SigningAlgorithm, Signature: new Uint8Array(70) };
    await expect(ask(action, input)).rejects.toEqual(failure('DisabledException'));
  });
});

describe('who may sign', () => {
  const onlyDigests = allowing({
    Principal: root,
    Action: 'kms:Sign',
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': SigningAlgorithm },
      ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${home.accountId}:role/worker` },
    },
  });
  const signer = callerWith([allowing({ Action: 'kms:Sign', Resource: keyArn })]);
  const named = { Message: digest, MessageType: 'DIGEST' };
  const cases: [string, Caller, PolicyDocument, object, boolean][] = [
    ['the role that the key policy names signs a digest', signer, onlyDigests, named, true],
    ['the same role signs no message', signer, onlyDigests, { Message }, false],
    ['a role without a policy of its own signs nothing', callerWith([]), onlyDigests, named, false],
    ['another account signs nothing', callerWith([everything], '222222222222'), onlyDigests, named, false],
    ['nobody signs whom the key policy does not reach', admin, { Statement: [] }, named, false],
  ];
  it.each(cases)('%s', async (_title, caller, policy, what, isAllowed) => {
    const asked = setUp(policy).ask('Sign', { KeyId: keyId, SigningAlgorithm, ...what }, caller);
    if (isAllowed) await expect(asked).resolves.toMatchObject({ KeyId: keyArn });
    else await expect(asked).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('whoever may sign may neither verify nor read the public key', async () => {
    const { ask } = setUp();
    const input = { KeyId: keyId, Message, SigningAlgorithm, Signature: new Uint8Array(70) };
    for (const action of ['Verify', 'GetPublicKey', 'DescribeKey']) {
      await expect(ask(action, input, signer)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    }
  });
});
