import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ServiceError } from '../service.ts';
import type { WireRequest } from './wire.ts';

/** The checksums that clients may send. `crc32c` and `crc64nvme` are not checked, because Node has neither. */
const checksums: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  'content-md5': (body) => createHash('md5').update(body).digest(),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest(),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest(),
  'x-amz-checksum-crc32': (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
};

/** Throws `BadDigest` when a checksum in the headers (or trailers) does not match the body. */
export function checkS3Checksums(request: WireRequest): void {
  for (const [header, checksumOf] of Object.entries(checksums)) {
    const given = request.headers.get(header);
    if (given !== undefined && given !== checksumOf(request.body).toString('base64')) {
      throw new ServiceError('BadDigest', 400, `${header} is not the checksum of the body`);
    }
  }
}
