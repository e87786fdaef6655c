/** WebP's RIFF container: EXIF and XMP chunks (WebP Container Specification, "Extended File Format"). */

const flagAlpha = 0x10;
const flagExif = 0x08;
const flagXmp = 0x04;

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat(data.length % 2 === 1 ? [head, data, Buffer.alloc(1)] : [head, data]);
}

/** Rebuilds a still WebP with EXIF and XMP after the pixels. A simple file gets the VP8X header that these chunks need. */
export function insertWebpMetadata(
  webp: Uint8Array,
  size: { width: number; height: number; alpha: boolean },
  exif: Uint8Array | undefined,
  xmp: Uint8Array,
): Buffer {
  const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
  const kept: Buffer[] = [];
  let flags = size.alpha ? flagAlpha : 0;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const type = bytes.toString('latin1', offset, offset + 4);
    const length = bytes.readUInt32LE(offset + 4);
    if (type === 'VP8X') flags |= bytes[offset + 8] ?? 0;
    else if (type !== 'EXIF' && type !== 'XMP ') kept.push(chunk(type, bytes.subarray(offset + 8, offset + 8 + length)));
    offset += 8 + length + (length % 2);
  }
  const header = Buffer.alloc(10);
  header[0] = (flags & ~flagExif) | flagXmp | (exif === undefined ? 0 : flagExif);
  header.writeUIntLE(size.width - 1, 4, 3);
  header.writeUIntLE(size.height - 1, 7, 3);
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    chunk('VP8X', header),
    ...kept,
    ...(exif === undefined ? [] : [chunk('EXIF', exif)]),
    chunk('XMP ', xmp),
  ]);
  const riff = Buffer.alloc(8);
  riff.write('RIFF', 0, 'latin1');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}
