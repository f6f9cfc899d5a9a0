import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signDigest, verifyDigest } from '../../../../local/kms/p256-ecdsa.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sha256 = (message: Uint8Array | string) => createHash('sha256').update(message).digest();
const messages = Array.from({ length: 100 }, (_, index) => `message ${index}`);

describe('signDigest', () => {
  it('makes what verifies for the message itself, which Node without a hash does not', () => {
    for (const message of messages) {
      const signature = signDigest(privateKey, sha256(message), randomBytes);
      expect(verify('sha256', Buffer.from(message), publicKey, signature)).toBe(true);
      expect(verify('sha256', Buffer.from(`${message}.`), publicKey, signature)).toBe(false);
    }
    const hashedTwice = sign(null, sha256('m'), privateKey);
    expect(verify('sha256', Buffer.from('m'), publicKey, hashedTwice)).toBe(false);
  });

  it.each([
    ['all zeros', new Uint8Array(32)],
    ['all ones', new Uint8Array(32).fill(255)],
  ])('signs a digest of %s, whatever message that is of', (_title, digest) => {
    expect(verifyDigest(privateKey, digest, signDigest(privateKey, digest, randomBytes))).toBe(true);
  });

  it('draws another nonce where one is not a scalar of the curve', () => {
    const drawn = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(32).fill(7)];
    const signature = signDigest(privateKey, sha256('m'), () => drawn.shift() ?? new Uint8Array());
    expect(drawn).toEqual([]);
    expect(verify('sha256', Buffer.from('m'), publicKey, signature)).toBe(true);
  });

  it('signs with no key of another curve', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    expect(() => signDigest(other, sha256('m'), randomBytes)).toThrow('P-256');
  });
});

describe('verifyDigest', () => {
  it('takes what Node signs, for its digest and for no other', () => {
    for (const message of messages) {
      const signature = sign('sha256', Buffer.from(message), privateKey);
      expect(verifyDigest(privateKey, sha256(message), signature)).toBe(true);
      expect(verifyDigest(privateKey, sha256(`${message}.`), signature)).toBe(false);
    }
  });

  it('refuses a signature with any one byte changed, cut short or with a byte more', () => {
    const digest = sha256('m');
    const signature = signDigest(privateKey, digest, randomBytes);
    const changed = [...signature.keys()].map((at) => signature.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    const shorter = [...signature.keys()].map((length) => signature.subarray(0, length));
    for (const wrong of [...changed, ...shorter, Buffer.concat([signature, Buffer.from([0])])]) {
      expect(verifyDigest(privateKey, digest, wrong)).toBe(false);
    }
  });

  it.each([
    ['zeros', '3006020100020100'],
    ['a needless zero in front', `30080202000102020001`],
    ['the order of the curve', `3026022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101`],
  ])('refuses %s for a signature', (_title, hex) => {
    expect(verifyDigest(privateKey, new Uint8Array(32), Buffer.from(hex, 'hex'))).toBe(false);
  });
});
