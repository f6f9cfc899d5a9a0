import { describe, expect, it } from 'vitest';
import { decodeAwsChunked } from '../../../../local/http/aws-chunked.ts';

// The examples of the Amazon S3 API reference, "Signature calculations for the authorization header: transferring
// payload in multiple chunks": 65 KiB of the letter a, in chunks of 64 KiB and 1 KiB.
const signing = {
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  longDate: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
};
const withoutTrailer = {
  ...signing,
  seedSignature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const withTrailer = {
  ...signing,
  seedSignature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
};

function chunks(signatures: readonly [string, string, string]) {
  const [first, second, last] = signatures;
  return [
    `10000;chunk-signature=${first}\r\n${'a'.repeat(65_536)}\r\n`,
    `400;chunk-signature=${second}\r\n${'a'.repeat(1024)}\r\n`,
    `0;chunk-signature=${last}\r\n`,
  ].join('');
}

const signedBody = `${chunks([
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
])}\r\n`;

const trailerSignature = 'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435';
const signedTrailerBody = `${chunks([
  'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
  '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
  '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
])}x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:${trailerSignature}\r\n\r\n`;

describe('decodeAwsChunked', () => {
  it('accepts the signed chunks of the AWS reference', () => {
    const decoded = decodeAwsChunked(Buffer.from(signedBody), withoutTrailer);
    expect(Buffer.from(decoded?.body ?? []).toString()).toBe('a'.repeat(66_560));
  });

  it('accepts the signed trailer of the AWS reference', () => {
    const decoded = decodeAwsChunked(Buffer.from(signedTrailerBody), withTrailer);
    expect(decoded?.body).toHaveLength(66_560);
    expect(decoded?.trailers).toEqual(new Map([['x-amz-checksum-crc32c', 'sOO8/Q==']]));
  });

  it.each([
    ['a changed chunk', signedBody.replace('aa', 'ab')],
    ['a changed signature', signedBody.replace('=ad80', '=ad81')],
    ['a signature left out', signedBody.replace(/;chunk-signature=0055[0-9a-f]+/, '')],
    ['a chunk left out', signedBody.replace(/400;.*?\r\na+\r\n/s, '')],
    ['a last chunk left out', signedBody.replace(/0;chunk-signature=b6.*$/s, '')],
    ['an unsigned trailer', signedBody.replace(/\r\n$/, 'x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n')],
    ['bytes behind the end', `${signedBody}x`],
  ])('refuses a signed body with %s', (_what, body) => {
    expect(decodeAwsChunked(Buffer.from(body), withoutTrailer)).toBeUndefined();
  });

  it.each([
    ['a changed trailer', signedTrailerBody.replace('sOO8', 'sOO9')],
    ['a trailer without its signature', signedTrailerBody.replace(/x-amz-trailer-signature:.*\r\n\r\n/, '\r\n')],
    ['a trailer added', signedTrailerBody.replace('x-amz-trailer-', 'x-amz-checksum-sha1:00\r\nx-amz-trailer-')],
  ])('refuses %s', (_what, body) => {
    expect(decodeAwsChunked(Buffer.from(body), withTrailer)).toBeUndefined();
  });

  it.each([
    ['5\r\nhello\r\n0\r\n\r\n', 'hello', []],
    ['5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n', 'hello!', [['x-amz-checksum-crc32', 'abc=']]],
    ['0\r\n\r\n', '', []],
    ['2\r\n\r\n\r\n0\r\n\r\n', '\r\n', []],
  ])('decodes the unsigned body %j', (encoded, body, trailers) => {
    const decoded = decodeAwsChunked(Buffer.from(encoded));
    expect(Buffer.from(decoded?.body ?? []).toString()).toBe(body);
    expect([...(decoded?.trailers ?? [])]).toEqual(trailers);
  });

  it.each([
    '',
    '5\r\nhell\r\n0\r\n\r\n',
    'x\r\nhello\r\n0\r\n\r\n',
    '5\r\nhello0\r\n\r\n',
    '5\r\nhello\r\n',
    '0\r\n',
    '-1\r\n\r\n',
  ])('refuses the malformed body %j', (encoded) => {
    expect(decodeAwsChunked(Buffer.from(encoded))).toBeUndefined();
  });
});
