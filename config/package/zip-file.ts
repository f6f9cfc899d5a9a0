import { crc32, deflateRawSync } from 'node:zlib';

/**
 * A zip archive with one file in it. The same content always gives the same bytes (the time is fixed), so that two
 * builds of one commit can be compared by hash. Format: PKWARE APPNOTE 6.3.3.
 */
export function zipOneFile({ name, content }: { name: string; content: Uint8Array }): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const fileName = Buffer.from(name, 'utf8');
  const sizes = { checksum: crc32(content), packed: packed.length, unpacked: content.length };
  const localHeader = Buffer.concat([uint32(0x04034b50), common(sizes, fileName), uint16(0), fileName]);
  const directory = Buffer.concat([
    uint32(0x02014b50),
    uint16(MADE_BY_UNIX),
    common(sizes, fileName),
    // No extra field, no comment, first disk, no internal attributes.
    ...[0, 0, 0, 0].map(uint16),
    uint32(READABLE_BY_ALL),
    // The local header is at the very beginning.
    uint32(0),
    fileName,
  ]);
  const end = Buffer.concat([
    uint32(0x06054b50),
    ...[0, 0, 1, 1].map(uint16),
    uint32(directory.length),
    uint32(localHeader.length + packed.length),
    uint16(0),
  ]);
  return Buffer.concat([localHeader, packed, directory, end]);
}

const MADE_BY_UNIX = 0x031e;
/** `-rw-r--r--` of a regular file, in the high half; Lambda runs as a user that is not the owner. */
const READABLE_BY_ALL = 0o100644 * 0x10000;
const FIRST_OF_JANUARY_1980 = 0x0021;

type Sizes = { readonly checksum: number; readonly packed: number; readonly unpacked: number };

/** The fields of both headers: version 2.0, no flags, deflated, the fixed time, checksum, sizes, the name's length. */
function common({ checksum, packed, unpacked }: Sizes, fileName: Buffer): Buffer {
  return Buffer.concat([
    ...[20, 0, 8, 0, FIRST_OF_JANUARY_1980].map(uint16),
    ...[checksum, packed, unpacked].map(uint32),
    uint16(fileName.length),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
