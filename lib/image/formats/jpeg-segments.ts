import { createHash } from 'node:crypto';

/** JPEG APP1 segments: EXIF, XMP and extended XMP (Adobe XMP specification, part 3, section 1.1.3). */

export const exifPrefix = Buffer.from('Exif\0\0', 'latin1');
export const xmpPrefix = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
export const extendedXmpPrefix = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1');

/** Payload bytes of one segment (16-bit length that counts itself). */
const maxPayload = 65_533;
/** Longest main XMP packet without its prefix, bytes. */
export const maxJpegXmp = maxPayload - xmpPrefix.length;
const maxExtendedPart = 65_400;

function app1(...parts: Uint8Array[]): Buffer {
  const payload = Buffer.concat(parts);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

export function extendedXmpGuid(packet: Uint8Array): string {
  return createHash('md5').update(packet).digest('hex').toUpperCase();
}

/** Inserts EXIF, XMP and, if given, the parts of an extended XMP packet right after SOI (and the JFIF segment, which must be first). */
export function insertJpegMetadata(jpeg: Uint8Array, exif: Uint8Array | undefined, xmp: Uint8Array, extended?: Uint8Array): Buffer {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const afterJfif = bytes[2] === 0xff && bytes[3] === 0xe0 ? 4 + bytes.readUInt16BE(4) : 2;
  const segments: Buffer[] = exif === undefined ? [] : [app1(exifPrefix, exif)];
  segments.push(app1(xmpPrefix, xmp));
  if (extended !== undefined) {
    const guid = Buffer.from(extendedXmpGuid(extended), 'latin1');
    for (let offset = 0; offset < extended.length; offset += maxExtendedPart) {
      const sizes = Buffer.alloc(8);
      sizes.writeUInt32BE(extended.length, 0);
      sizes.writeUInt32BE(offset, 4);
      segments.push(app1(extendedXmpPrefix, guid, sizes, extended.subarray(offset, offset + maxExtendedPart)));
    }
  }
  return Buffer.concat([bytes.subarray(0, afterJfif), ...segments, bytes.subarray(afterJfif)]);
}
