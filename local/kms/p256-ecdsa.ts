import { createECDH, type KeyObject } from 'node:crypto';

/** The order of P-256's base point (NIST SP 800-186, 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_BYTES = 32;
const DER_SEQUENCE = 0x30;
const DER_INTEGER = 0x02;

/**
 * Signs a digest that was made elsewhere, with ECDSA over P-256 (FIPS 186-5, 6.4.1). Node cannot do it: `sign(null, …)`
 * hashes its input once more. The nonce is drawn from `randomBytes`, the curve itself is OpenSSL's.
 * @param digest 32 bytes.
 * @returns the signature in DER, as KMS gives it.
 */
export function signDigest(
  privateKey: KeyObject,
  digest: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const secret = secretScalar(privateKey);
  for (;;) {
    const nonce = toInteger(randomBytes(SCALAR_BYTES));
    if (!isScalar(nonce)) continue;
    const r = xOfMultiple(nonce) % ORDER;
    const s = modulo(inverse(nonce) * (toInteger(digest) + r * secret));
    if (r !== 0n && s !== 0n) return toDer(r, s);
  }
}

/**
 * Whether a DER signature is this key's for a digest (FIPS 186-5, 6.4.2). With the private scalar d, one multiplication
 * is enough: u1·G + u2·Q is (u1 + u2·d)·G.
 */
export function verifyDigest(privateKey: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const pair = fromDer(signature);
  if (pair === undefined || !isScalar(pair.r) || !isScalar(pair.s)) return false;
  const w = inverse(pair.s);
  const multiple = modulo(w * (toInteger(digest) + pair.r * secretScalar(privateKey)));
  return multiple !== 0n && xOfMultiple(multiple) % ORDER === pair.r;
}

function secretScalar(privateKey: KeyObject): bigint {
  const { d, crv } = privateKey.export({ format: 'jwk' });
  if (d === undefined || crv !== 'P-256') throw new TypeError('this is not a private key of P-256');
  return toInteger(Buffer.from(d, 'base64url'));
}

/** The x coordinate of a multiple of the base point. */
function xOfMultiple(scalar: bigint): bigint {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(scalar));
  // Uncompressed: a byte 4, x, y.
  return toInteger(curve.getPublicKey().subarray(1, 1 + SCALAR_BYTES));
}

function isScalar(value: bigint): boolean {
  return value > 0n && value < ORDER;
}

function modulo(value: bigint): bigint {
  return ((value % ORDER) + ORDER) % ORDER;
}

/** The inverse by the extended Euclidean algorithm; the order is a prime. */
function inverse(value: bigint): bigint {
  let [rest, next] = [ORDER, value];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return modulo(factor);
}

function toDer(r: bigint, s: bigint): Uint8Array {
  const content = Buffer.concat([r, s].map(derInteger));
  return Uint8Array.from(Buffer.concat([Uint8Array.of(DER_SEQUENCE, content.byteLength), content]));
}

function derInteger(value: bigint): Uint8Array {
  const bytes = toBytes(value);
  const first = bytes.findIndex((byte) => byte !== 0);
  const magnitude = bytes.subarray(first);
  // A leading zero is added where the first bit would otherwise make the number negative.
  const sign = (magnitude[0] ?? 0) > 0x7f ? [0] : [];
  return Buffer.from([DER_INTEGER, magnitude.byteLength + sign.length, ...sign, ...magnitude]);
}

/** Accepts only the encoding that `toDer` would have written: every signature has exactly one. */
function fromDer(signature: Uint8Array): { readonly r: bigint; readonly s: bigint } | undefined {
  const rLength = signature[3] ?? 0;
  const sLength = signature[5 + rLength] ?? 0;
  if (rLength > SCALAR_BYTES + 1 || sLength > SCALAR_BYTES + 1) return undefined;
  const r = toInteger(signature.subarray(4, 4 + rLength));
  const s = toInteger(signature.subarray(6 + rLength, 6 + rLength + sLength));
  if (!isScalar(r) || !isScalar(s)) return undefined;
  return Buffer.from(toDer(r, s)).equals(signature) ? { r, s } : undefined;
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
}
