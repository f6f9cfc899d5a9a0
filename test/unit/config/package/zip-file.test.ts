import { crc32, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zipOneFile } from '../../../../config/package/zip-file.ts';

const content = Buffer.from('export const handler = 1;\n'.repeat(1_000));
const zip = zipOneFile({ name: 'a.mjs', content });

/** Reads it as an unpacker does: from the end record to the directory, from there to the file. */
function unpacked() {
  const end = zip.length - 22;
  const directory = zip.readUInt32LE(end + 16);
  const header = zip.readUInt32LE(directory + 42);
  const dataStart = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const data = zip.subarray(dataStart, dataStart + zip.readUInt32LE(directory + 20));
  return {
    signatures: [zip.readUInt32LE(header), zip.readUInt32LE(directory), zip.readUInt32LE(end)],
    name: zip.subarray(directory + 46, directory + 46 + zip.readUInt16LE(directory + 28)).toString(),
    directoryEnds: directory + zip.readUInt32LE(end + 12) === end,
    checksum: zip.readUInt32LE(directory + 16),
    unpackedBytes: zip.readUInt32LE(directory + 24),
    mode: (zip.readUInt32LE(directory + 38) >>> 16).toString(8),
    content: inflateRawSync(data),
  };
}

describe('zipOneFile', () => {
  it('makes an archive that can be unpacked to the same content', () => {
    expect(unpacked()).toEqual({
      signatures: [0x04034b50, 0x02014b50, 0x06054b50],
      name: 'a.mjs',
      directoryEnds: true,
      checksum: crc32(content),
      unpackedBytes: content.length,
      mode: '100644',
      content,
    });
  });

  it('compresses', () => {
    expect(zip.length).toBeLessThan(content.length / 10);
  });

  it('makes the same bytes of the same content', () => {
    expect(zipOneFile({ name: 'a.mjs', content })).toEqual(zip);
  });
});
