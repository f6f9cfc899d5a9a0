import { describe, expect, it } from 'vitest';
import {
  readSignedDigest,
  type SignedDigest,
  signedDigestBytes,
} from '../../../../../lib/audit/archive/digests/signed-digest.ts';
import { NO_DIGEST_SHA256 } from '../../../../../lib/audit/digest.ts';
import { merkleTree } from '../../../../../lib/audit/merkle.ts';

const signed: SignedDigest = {
  version: 1,
  digest: {
    version: 1,
    deploymentId: 'test1',
    sequence: 0,
    previousSha256: NO_DIGEST_SHA256,
    fromMs: 0,
    toMs: 300_000,
    objects: [{ key: 'audit/1', sha256: 'a'.repeat(64), bytes: 10, records: 2 }],
    records: 2,
    merkleRoot: merkleTree().root(),
  },
  signature: { algorithm: 'ECDSA_SHA_256', keyId: 'key-1', value: 'AAAA' },
};
const text = signedDigestBytes(signed).toString();

describe('a signed digest', () => {
  it('is read back from its own bytes', () => {
    expect(readSignedDigest(signedDigestBytes(signed))).toEqual({ read: true, signed });
  });

  it.each([
    ['a line break behind it', `${text}\n`],
    ['a space before it', ` ${text}`],
    ['a byte order mark', `\ufeff${text}`],
    ['a second document behind it', `${text}${text}`],
    ['a member twice', text.replace('"fromMs"', '"toMs":1,"fromMs"')],
    ['another order of members', JSON.stringify(signed)],
    ['another spelling of a number', text.replace('300000', '3e5')],
    ['an escape for a letter', text.replace('test1', '\\u0074est1')],
    ['a member that is not in the schema', text.replace('{', '{"more":1,')],
    ['a digest with a member that is not in its schema', text.replace('"deploymentId"', '"alsoHere":1,"deploymentId"')],
    ['a missing member', text.replace('"sequence":0,', '')],
    ['no signature', text.replace(/,"signature":\{[^}]*\}/, '')],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0xff, 0xfe])],
  ])('is not read from %s', (_what, bytes) => {
    expect(String(bytes), 'the case changes something').not.toBe(text);
    expect(readSignedDigest(Buffer.from(bytes)).read).toBe(false);
  });
});
