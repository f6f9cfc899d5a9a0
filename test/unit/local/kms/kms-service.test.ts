import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
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
const otherId = '99999999-2222-4333-8444-555555555555';
const keyArn = `arn:aws:kms:eu-west-1:${home.accountId}:key/${keyId}`;
const aliasArn = `arn:aws:kms:eu-west-1:${home.accountId}:alias/envelopes`;
/** The usual first statement of a key policy: the account's own IAM policies decide. */
const toTheAccount = allowing({
  Principal: { AWS: `arn:aws:iam::${home.accountId}:root` },
  Action: 'kms:*',
  Resource: '*',
});

function setUp(policy: PolicyDocument = toTheAccount) {
  const store = createKeyStore({
    ids: systemIds,
    home,
    keys: [
      { keyId, alias: 'alias/envelopes', policy },
      { keyId: otherId, policy },
    ],
  });
  const authorize = createAuthorize({ clock: stoppedClock() });
  const service = createKmsService({ store, authorize, ids: systemIds, home });
  return { store, service };
}

type World = ReturnType<typeof setUp>;
const admin = callerWith([everything]);
const context = { tenantId: 'acme', job: 'posture' };

async function seal({ service }: World, EncryptionContext: Record<string, string> = context): Promise<Uint8Array> {
  const input = { KeyId: keyId, EncryptionContext, Plaintext: Buffer.from('secret') };
  const { CiphertextBlob } = await service('Encrypt', callOf(admin, input));
  if (!(CiphertextBlob instanceof Uint8Array)) throw new TypeError('no blob');
  return CiphertextBlob;
}

function open(world: World, CiphertextBlob: Uint8Array, rest: object = { EncryptionContext: context }, caller = admin) {
  return world.service('Decrypt', callOf(caller, { CiphertextBlob, ...rest }));
}

const failure = (code: string) => expect.objectContaining({ code, statusCode: 400 });

describe('KMS', () => {
  it('makes a data key whose blob opens to it, under the AWS SDK', async () => {
    const client = new KMSClient({
      region: home.region,
      endpoint: 'http://127.0.0.1:4566',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: jsonHandler(setUp().service, admin, ['CiphertextBlob', 'Plaintext']),
    });
    const made = await client.send(
      new GenerateDataKeyCommand({ KeyId: 'alias/envelopes', KeySpec: 'AES_256', EncryptionContext: context }),
    );
    expect(made.KeyId).toBe(keyArn);
    expect(made.Plaintext).toHaveLength(32);
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: context }),
    );
    expect(opened.Plaintext).toEqual(made.Plaintext);
    expect(Buffer.from(made.CiphertextBlob ?? []).includes(Buffer.from(made.Plaintext ?? []))).toBe(false);
  });

  it.each([
    ['another value', { tenantId: 'acme', job: 'costs' }],
    ['a pair missing', { tenantId: 'acme' }],
    ['a pair more', { ...context, attempt: '1' }],
    ['a name of another case', { tenantid: 'acme', job: 'posture' }],
    ['the pairs cut elsewhere', { tenantIda: 'cme', job: 'posture' }],
    ['no pairs', {}],
    ['a pair named like a prototype more', JSON.parse('{"tenantId":"acme","job":"posture","__proto__":"x"}')],
  ])('does not open under a context with %s', async (_title, EncryptionContext) => {
    const world = setUp();
    const blob = await seal(world);
    await expect(open(world, blob, { EncryptionContext })).rejects.toEqual(failure('InvalidCiphertextException'));
  });

  it('opens under the same context in another order', async () => {
    const world = setUp();
    const opened = await open(world, await seal(world), { EncryptionContext: { job: 'posture', tenantId: 'acme' } });
    expect(opened).toMatchObject({ Plaintext: Uint8Array.from(Buffer.from('secret')), KeyId: keyArn });
  });

  it('refuses a blob with any one byte changed, or cut short', async () => {
    const world = setUp();
    const blob = await seal(world);
    const codes = new Set<string>();
    for (let index = 0; index < blob.byteLength; index += 1) {
      const changed = Uint8Array.from(blob, (byte, at) => (at === index ? byte ^ 1 : byte));
      await open(world, changed).then(
        () => codes.add('opened'),
        (error) => codes.add(error.code),
      );
    }
    expect([...codes].sort()).toEqual(['AccessDeniedException', 'InvalidCiphertextException']);
    await expect(open(world, blob.subarray(0, 40))).rejects.toEqual(failure('InvalidCiphertextException'));
  });

  it('seals the same plaintext differently every time', async () => {
    const world = setUp();
    expect(await seal(world)).not.toEqual(await seal(world));
  });

  it.each([keyId, keyArn, 'alias/envelopes', aliasArn])('finds a key by %s', async (KeyId) => {
    const world = setUp();
    await expect(open(world, await seal(world), { KeyId, EncryptionContext: context })).resolves.toBeDefined();
  });

  it.each(['alias/unknown', keyArn.replace(home.accountId, '222222222222'), 'envelopes', ''])(
    'does not find a key by "%s"',
    async (KeyId) => {
      const call = callOf(admin, { KeyId, KeySpec: 'AES_256' });
      await expect(setUp().service('GenerateDataKey', call)).rejects.toEqual(failure('NotFoundException'));
    },
  );

  it('refuses to open with a key other than the one that sealed', async () => {
    const world = setUp();
    const opened = open(world, await seal(world), { KeyId: otherId, EncryptionContext: context });
    await expect(opened).rejects.toEqual(failure('IncorrectKeyException'));
  });

  it('does nothing with a disabled key, and works again with an enabled one', async () => {
    const world = setUp();
    const blob = await seal(world);
    world.store.setEnabled(keyId, false);
    await expect(open(world, blob)).rejects.toEqual(failure('DisabledException'));
    await expect(seal(world)).rejects.toEqual(failure('DisabledException'));
    const described = await world.service('DescribeKey', callOf(admin, { KeyId: keyArn }));
    expect(described).toMatchObject({ KeyMetadata: { Enabled: false, KeyState: 'Disabled', Arn: keyArn } });
    world.store.setEnabled(keyId, true);
    await expect(open(world, blob)).resolves.toBeDefined();
  });

  it.each([
    ['GenerateDataKey', { KeyId: keyId }],
    ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256', NumberOfBytes: 32 }],
    ['GenerateDataKey', { KeyId: keyId, NumberOfBytes: 1025 }],
    ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { n: 1 } }],
    ['Encrypt', { KeyId: keyId, Plaintext: new Uint8Array(4097) }],
    ['Encrypt', { KeyId: keyId, Plaintext: new Uint8Array(0) }],
    ['Decrypt', { CiphertextBlob: 'AQ==' }],
  ])('refuses %s with %o', async (action, input) => {
    await expect(setUp().service(action, callOf(admin, input))).rejects.toEqual(failure('ValidationException'));
  });
});

describe('who may use a key', () => {
  const jobMay = (names: string[] = ['tenantId', 'job']) =>
    callerWith([
      allowing({
        Action: 'kms:Decrypt',
        Resource: keyArn,
        Condition: {
          StringEquals: { 'kms:EncryptionContext:job': 'posture' },
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': names },
        },
      }),
    ]);
  const viaDynamoDb = allowing({
    Principal: { AWS: `arn:aws:iam::${home.accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
    Condition: { StringEquals: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' } },
  });
  const named = allowing({
    Principal: { AWS: `arn:aws:iam::${home.accountId}:role/worker` },
    Action: ['kms:Decrypt', 'kms:Encrypt'],
    Resource: '*',
  });
  const decryptOnly = callerWith([allowing({ Action: 'kms:Decrypt', Resource: keyArn })]);
  const cases: [string, Caller, PolicyDocument, Record<string, string>, boolean][] = [
    ['a caller of the account that its policy allows', decryptOnly, toTheAccount, context, true],
    ['a job under its own context', jobMay(), toTheAccount, context, true],
    ["a job under another's context", jobMay(), toTheAccount, { ...context, job: 'costs' }, false],
    ['a job without a context', jobMay(), toTheAccount, {}, false],
    ['a job with a context key beyond its own', jobMay(['job']), toTheAccount, context, false],
    ['a caller without a policy', callerWith([]), toTheAccount, context, false],
    ['a caller that the key policy does not reach', decryptOnly, { Statement: [] }, context, false],
    ['a caller that the key policy names', callerWith([]), named, context, true],
    ['anyone where DynamoDB must be in between', admin, viaDynamoDb, context, false],
    ['another account', callerWith([everything], '222222222222'), toTheAccount, context, false],
  ];
  it.each(cases)('%s', async (_title, caller, policy, EncryptionContext, isAllowed) => {
    const world = setUp(policy);
    const key = world.store.find(keyId);
    const material = key.keyUsage === 'ENCRYPT_DECRYPT' ? key.material : new Uint8Array();
    const sealer = setUp();
    const sealing = { ...sealer, service: createKmsService({ ...openDeps(material), ids: systemIds, home }) };
    const blob = await seal(sealing, EncryptionContext);
    const opened = open(world, blob, { EncryptionContext }, caller);
    if (isAllowed) await expect(opened).resolves.toMatchObject({ KeyId: keyArn });
    else await expect(opened).rejects.toEqual(failure('AccessDeniedException'));
  });

  /** The same key under an open policy, to seal with whatever the case's policy says. */
  function openDeps(material: Uint8Array) {
    const keys = [{ keyId, policy: toTheAccount }];
    const store = createKeyStore({ ids: { bytes: () => material }, home, keys });
    return { store, authorize: createAuthorize({ clock: stoppedClock() }) };
  }

  it('does not let a caller that may only decrypt make data keys', async () => {
    const call = callOf(decryptOnly, { KeyId: keyId, KeySpec: 'AES_256' });
    await expect(setUp().service('GenerateDataKey', call)).rejects.toEqual(failure('AccessDeniedException'));
  });

  it('does not tell who may not use a key that it is disabled', async () => {
    const world = setUp();
    const blob = await seal(world);
    world.store.setEnabled(keyId, false);
    const opened = open(world, blob, { EncryptionContext: context }, callerWith([]));
    await expect(opened).rejects.toEqual(failure('AccessDeniedException'));
  });
});
