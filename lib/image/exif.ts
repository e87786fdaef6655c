/**
 * As much of EXIF as recipes need: a UserComment the way A1111 writes it (through piexif: big-endian TIFF, IFD0 -> Exif IFD, code
 * "UNICODE\0" and UTF-16BE), and a reader of the texts in IFD0 and the Exif IFD. EXIF 2.32, sections 4.6.2 and 4.6.5.
 */

const tagExifIfd = 0x8769;
const tagUserComment = 0x9286;

/** Bytes of a EXIF block before the comment's text: TIFF header, IFD0 with one entry, Exif IFD with one entry, character code. */
const headerLength = 8 + 18 + 18 + 8;

/** UTF-16 units that fit into one JPEG APP1 segment: 65533 bytes less "Exif\0\0" and the header. */
export const maxJpegCommentUnits = Math.floor((65_533 - 6 - headerLength) / 2);

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** A TIFF block whose only content is `UserComment`. Without the "Exif\0\0" that JPEG puts before it. */
export function exifWithComment(text: string): Buffer {
  const comment = utf16be(text);
  const block = Buffer.alloc(headerLength + comment.length);
  block.write('MM\0*', 0, 'latin1');
  block.writeUInt32BE(8, 4);
  // IFD0 at 8: the pointer to the Exif IFD at 26.
  block.writeUInt16BE(1, 8);
  block.writeUInt16BE(tagExifIfd, 10);
  block.writeUInt16BE(4, 12);
  block.writeUInt32BE(1, 14);
  block.writeUInt32BE(26, 18);
  // Exif IFD at 26: UserComment, type 7 (undefined), at 44.
  block.writeUInt16BE(1, 26);
  block.writeUInt16BE(tagUserComment, 28);
  block.writeUInt16BE(7, 30);
  block.writeUInt32BE(8 + comment.length, 32);
  block.writeUInt32BE(44, 36);
  block.write('UNICODE\0', 44, 'latin1');
  comment.copy(block, headerLength);
  return block;
}

const typeSizes: Record<number, number> = { 1: 1, 2: 1, 7: 1 };

/** UTF-16 text of a comment. The standard leaves the byte order open: more zero bytes at even places means big-endian (Latin text). */
function decodeUtf16(bytes: Buffer): string {
  let even = bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff ? Number.POSITIVE_INFINITY : 0;
  let odd = bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe ? Number.POSITIVE_INFINITY : 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    if (bytes[index] === 0) even++;
    if (bytes[index + 1] === 0) odd++;
  }
  const whole = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return (odd > even ? whole : whole.swap16()).toString('utf16le').replace(/^\uFEFF/, '');
}

function decodeText(tag: number, bytes: Buffer): string {
  const code = bytes.subarray(0, 8).toString('latin1');
  if (tag === tagUserComment && code === 'UNICODE\0') return decodeUtf16(bytes.subarray(8));
  const text = tag === tagUserComment && (code === 'ASCII\0\0\0' || code === '\0\0\0\0\0\0\0\0') ? bytes.subarray(8) : bytes;
  return text.toString('utf8').replace(/\0+$/, '');
}

/**
 * Texts of an EXIF block (with or without "Exif\0\0"): tag number -> text, of IFD0 and the Exif IFD. Damage ends the reading, it never
 * throws: what was found before it is returned.
 */
export function readExifTexts(exif: Uint8Array): Map<number, string> {
  const texts = new Map<number, string>();
  let block = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  if (block.subarray(0, 6).toString('latin1') === 'Exif\0\0') block = block.subarray(6);
  const order = block.subarray(0, 2).toString('latin1');
  if (block.length < 8 || (order !== 'II' && order !== 'MM')) return texts;
  const little = order === 'II';
  const u16 = (at: number): number => (little ? block.readUInt16LE(at) : block.readUInt16BE(at));
  const u32 = (at: number): number => (little ? block.readUInt32LE(at) : block.readUInt32BE(at));
  // Two directories at most, each read once: a directory that points to itself cannot trap the reader.
  const queue = [u32(4)];
  for (let visited = 0; visited < 2 && visited < queue.length; visited++) {
    const start = queue[visited] ?? 0;
    if (start + 2 > block.length) break;
    const count = u16(start);
    for (let index = 0; index < count; index++) {
      const entry = start + 2 + index * 12;
      if (entry + 12 > block.length) break;
      const tag = u16(entry);
      if (tag === tagExifIfd) queue.push(u32(entry + 8));
      const length = (typeSizes[u16(entry + 2)] ?? 0) * u32(entry + 4);
      const at = length <= 4 ? entry + 8 : u32(entry + 8);
      if (length === 0 || at + length > block.length) continue;
      texts.set(tag, decodeText(tag, block.subarray(at, at + length)));
    }
  }
  return texts;
}

/** Tags that carry recipes. */
export const exifTags = {
  imageDescription: 0x010e,
  make: 0x010f,
  model: 0x0110,
  software: 0x0131,
  makerNote: 0x927c,
  userComment: tagUserComment,
} as const;
