/**
 * The part of EXIF that recipes need: a UserComment the way A1111 writes it (through piexif: big-endian TIFF, IFD0 -> Exif IFD, code
 * "UNICODE\0" and UTF-16BE), and a reader of the texts in IFD0 and the Exif IFD. EXIF 2.32, sections 4.6.2 and 4.6.5.
 */

const tagExifIfd = 0x8769;
const tagUserComment = 0x9286;
const tagXpTitle = 0x9c9b;
const tagXpSubject = 0x9c9f;

/** Bytes of an EXIF block before the comment's text: TIFF header, IFD0 with one entry, Exif IFD with one entry, character code. */
const headerLength = 8 + 18 + 18 + 8;

/** UTF-16 units that fit into one JPEG APP1 segment: 65533 bytes minus "Exif\0\0" and the header. */
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

/** Bytes per value of the types for texts: BYTE, ASCII, UNDEFINED and the UTF-8 of EXIF 3.0. */
const typeSizes: Record<number, number> = { 1: 1, 2: 1, 7: 1, 129: 1 };

/**
 * UTF-16 text of a comment. The standard leaves the byte order open: more zero bytes at even places means big-endian (Latin text). If that
 * does not decide, the order of the block counts.
 */
function decodeUtf16(bytes: Buffer, little: boolean): string {
  let even = bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff ? Number.POSITIVE_INFINITY : 0;
  let odd = bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe ? Number.POSITIVE_INFINITY : 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    if (bytes[index] === 0) even++;
    if (bytes[index + 1] === 0) odd++;
  }
  const whole = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  const isLittle = odd === even ? little : odd > even;
  return (isLittle ? whole : whole.swap16())
    .toString('utf16le')
    .replace(/^\uFEFF/, '')
    .replace(/\0+$/, '');
}

/** Bytes without a code, or with a wrong one: UTF-16 if every second byte is zero, else UTF-8, else Latin-1. */
function decodeUnknown(bytes: Buffer, little: boolean): string {
  if (bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0) && (bytes[2] === 0) !== (bytes[3] === 0))
    return decodeUtf16(bytes, little);
  const utf8 = bytes.toString('utf8');
  return (utf8.includes('\uFFFD') ? bytes.toString('latin1') : utf8).replace(/\0+$/, '').replace(/^\uFEFF/, '');
}

/** A comment begins with eight bytes that name its character code (EXIF 2.32, table 9); several programs omit them or use a wrong one. */
function decodeComment(bytes: Buffer, little: boolean): string {
  const code = bytes.subarray(0, 8).toString('latin1').toUpperCase();
  const text = bytes.subarray(8);
  if (code === 'UNICODE\0' || code === 'UNICODE ') {
    // UTF-8 with the code for UTF-16: it has no zero byte and decodes to valid text.
    const utf8 = text.includes(0) ? '\uFFFD' : text.toString('utf8');
    return utf8.includes('\uFFFD') || !/[ -~]{4}/.test(utf8) ? decodeUtf16(text, little) : utf8;
  }
  if (code === 'JIS\0\0\0\0\0') return new TextDecoder('iso-2022-jp').decode(text).replace(/\0+$/, '');
  if (/^ASCII[\0 ]{3}$/.test(code) || code === '\0\0\0\0\0\0\0\0') return decodeUnknown(text, little);
  return decodeUnknown(bytes, little);
}

function decodeText(tag: number, bytes: Buffer, little: boolean): string {
  if (tag === tagUserComment) return decodeComment(bytes, little);
  // Windows' own fields are UTF-16, always little-endian.
  if (tag >= tagXpTitle && tag <= tagXpSubject)
    return bytes
      .subarray(0, bytes.length & ~1)
      .toString('utf16le')
      .replace(/\0+$/, '');
  return decodeUnknown(bytes, little);
}

/**
 * Texts of an EXIF block (with or without "Exif\0\0"): tag number -> text, of IFD0 and the Exif IFD. Stops at damage without throwing and
 * returns what was found before.
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
  // Two directories at most, each read once: so a directory that points to itself cannot loop.
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
      texts.set(tag, decodeText(tag, block.subarray(at, at + length), little));
    }
  }
  return texts;
}

/** Tags that may contain recipes. */
export const exifTags = {
  imageDescription: 0x010e,
  make: 0x010f,
  model: 0x0110,
  software: 0x0131,
  makerNote: 0x927c,
  userComment: tagUserComment,
  xpTitle: tagXpTitle,
  xpComment: 0x9c9c,
  xpKeywords: 0x9c9e,
  xpSubject: tagXpSubject,
} as const;
