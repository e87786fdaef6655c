import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { readExifTexts } from './exif.ts';
import type { ImageKind } from './image-kind.ts';
import { exifPrefix, extendedXmpPrefix, xmpPrefix } from './jpeg-segments.ts';

/** What a picture file says about itself, without its pixels. */
export interface FileTexts {
  /** PNG: keyword -> text, the first of equal keywords. */
  png: Map<string, string>;
  /** EXIF: tag -> text. */
  exif: Map<number, string>;
  /** XMP packets, the main one first. */
  xmp: string[];
}

/** Text of one chunk, stored or inflated. ComfyUI's largest graphs have about 2 MB; a bomb wants gigabytes. */
export const maxTextBytes = 16 * 1024 * 1024;
/** All texts of one file together. */
const maxTotalBytes = 4 * maxTextBytes;
/** Chunks or segments that are looked at: 100 megapixels in pieces of 8 kB have about 37,000. */
const maxChunks = 100_000;

const inflateAsync = promisify(inflate);

class TextBudget {
  #left = maxTotalBytes;

  /** Whether `bytes` more may be read. */
  take(bytes: number): boolean {
    if (bytes > maxTextBytes || bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

async function inflateText(data: Uint8Array, budget: TextBudget): Promise<Buffer | undefined> {
  // Charged before the work is done: of many bombs in one file only the first few are opened.
  if (!budget.take(maxTextBytes)) return undefined;
  try {
    const text = await inflateAsync(data, { maxOutputLength: maxTextBytes });
    budget.giveBack(maxTextBytes - text.length);
    return text;
  } catch {
    // Damaged, or larger than any recipe: a text that cannot be read is no text. (A bomb stops at maxOutputLength.)
    return undefined;
  }
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Keyword and text of a tEXt, zTXt or iTXt chunk. */
async function pngText(type: string, data: Buffer, budget: TextBudget): Promise<[string, string] | undefined> {
  const end = data.indexOf(0);
  if (end < 1 || end > 79) return undefined;
  const keyword = data.toString('latin1', 0, end);
  if (type === 'tEXt') {
    const text = data.subarray(end + 1);
    // The standard says Latin-1; SwarmUI and others write UTF-8 here. Bytes that are valid UTF-8 beyond ASCII are practically never Latin-1.
    const utf8 = text.toString('utf8');
    return [keyword, utf8.includes('\uFFFD') ? text.toString('latin1') : utf8];
  }
  if (type === 'zTXt') {
    const text = await inflateText(data.subarray(end + 2), budget);
    return text === undefined ? undefined : [keyword, text.toString('latin1')];
  }
  const language = data.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const stored = data.subarray(translated + 1);
  const text = data[end + 1] === 1 ? await inflateText(stored, budget) : stored;
  return text === undefined ? undefined : [keyword, text.toString('utf8')];
}

async function readPng(source: ByteSource): Promise<FileTexts> {
  const texts: FileTexts = { png: new Map(), exif: new Map(), xmp: [] };
  const budget = new TextBudget();
  let offset = 8;
  for (let count = 0; count < maxChunks && offset + 12 <= source.size; count++) {
    const head = buffer(await source.read(offset, 8));
    if (head.length < 8) break;
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    if (type === 'IEND' || length > 0x7fffffff) break;
    if (
      (type === 'tEXt' || type === 'zTXt' || type === 'iTXt' || type === 'eXIf') &&
      offset + 12 + length <= source.size &&
      budget.take(length)
    ) {
      const body = buffer(await source.read(offset + 4, length + 8));
      const data = body.subarray(4, 4 + length);
      // libpng too drops an ancillary chunk whose checksum is wrong: half a recipe would be a wrong recipe.
      if (body.length === length + 8 && crc32(body.subarray(0, 4 + length)) === body.readUInt32BE(4 + length)) {
        if (type === 'eXIf') texts.exif = readExifTexts(data);
        else {
          const text = await pngText(type, data, budget);
          if (text?.[0] === 'XML:com.adobe.xmp') texts.xmp.push(text[1]);
          else if (text !== undefined && !texts.png.has(text[0])) texts.png.set(...text);
        }
      }
    }
    offset += 12 + length;
  }
  return texts;
}

async function readJpeg(source: ByteSource): Promise<FileTexts> {
  const texts: FileTexts = { png: new Map(), exif: new Map(), xmp: [] };
  const budget = new TextBudget();
  const extended: { offset: number; data: Buffer }[] = [];
  let offset = 2;
  for (let count = 0; count < maxChunks && offset + 4 <= source.size; count++) {
    const head = buffer(await source.read(offset, 4));
    if (head.length < 4 || head[0] !== 0xff) break;
    const marker = head[1] ?? 0;
    if (marker === 0xff) {
      // Fill bytes before a marker are allowed.
      offset += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = head.readUInt16BE(2);
    if (length < 2) break;
    if (marker === 0xe1 && budget.take(length)) {
      const data = buffer(await source.read(offset + 4, length - 2));
      if (data.subarray(0, 6).equals(exifPrefix) && texts.exif.size === 0) texts.exif = readExifTexts(data);
      else if (data.subarray(0, xmpPrefix.length).equals(xmpPrefix)) texts.xmp.unshift(data.toString('utf8', xmpPrefix.length));
      else if (data.subarray(0, extendedXmpPrefix.length).equals(extendedXmpPrefix) && data.length > extendedXmpPrefix.length + 40) {
        extended.push({ offset: data.readUInt32BE(extendedXmpPrefix.length + 36), data: data.subarray(extendedXmpPrefix.length + 40) });
      }
    }
    offset += 2 + length;
  }
  if (extended.length > 0) {
    extended.sort((a, b) => a.offset - b.offset);
    let end = 0;
    const whole = extended.every(({ offset: at, data }) => {
      const fits = at === end;
      end += data.length;
      return fits;
    });
    if (whole) texts.xmp.push(Buffer.concat(extended.map(({ data }) => data)).toString('utf8'));
  }
  return texts;
}

async function readWebp(source: ByteSource): Promise<FileTexts> {
  const texts: FileTexts = { png: new Map(), exif: new Map(), xmp: [] };
  const budget = new TextBudget();
  let offset = 12;
  for (let count = 0; count < maxChunks && offset + 8 <= source.size; count++) {
    const head = buffer(await source.read(offset, 8));
    if (head.length < 8) break;
    const type = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    if ((type === 'EXIF' || type === 'XMP ') && offset + 8 + length <= source.size && budget.take(length)) {
      const data = buffer(await source.read(offset + 8, length));
      if (type === 'EXIF') texts.exif = readExifTexts(data);
      else texts.xmp.push(data.toString('utf8'));
    }
    offset += 8 + length + (length % 2);
  }
  return texts;
}

/** The texts of a PNG, JPEG or WebP. Never throws for what is inside: damage ends the reading, what came before it counts. */
export async function readFileTexts(kind: ImageKind, source: ByteSource): Promise<FileTexts> {
  if (kind === 'png') return await readPng(source);
  if (kind === 'jpeg') return await readJpeg(source);
  if (kind === 'webp') return await readWebp(source);
  return { png: new Map(), exif: new Map(), xmp: [] };
}
