import type { ByteSource } from './byte-source.ts';
import { readExifTexts } from './exif.ts';
import type { FileTexts } from './found-texts.ts';
import { iptcCaption } from './iptc.ts';
import { inflateText, maxChunks, type TextBudget, utf8OrLatin1 } from './text-budget.ts';

/** Keyword and text of a tEXt, zTXt or iTXt chunk. The standard says Latin-1 for the first two; SwarmUI and others write UTF-8. */
async function pngText(type: string, data: Buffer, budget: TextBudget): Promise<[string, string] | undefined> {
  const end = data.indexOf(0);
  if (end < 1 || end > 79) return undefined;
  const keyword = data.toString('latin1', 0, end);
  if (type === 'tEXt') return [keyword, utf8OrLatin1(data.subarray(end + 1))];
  if (type === 'zTXt') {
    const text = await inflateText(data.subarray(end + 2), budget);
    return text === undefined ? undefined : [keyword, utf8OrLatin1(text)];
  }
  const language = data.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const stored = data.subarray(translated + 1);
  const text = data[end + 1] === 1 ? await inflateText(stored, budget) : stored;
  return text === undefined ? undefined : [keyword, text.toString('utf8')];
}

/** ImageMagick stores the metadata of other formats as hexadecimal text: a line with the name, one with the length, then the bytes. */
function rawProfile(text: string): Buffer {
  return Buffer.from(/^\s*\S+\s+\d+\s+([\da-fA-F\s]*)/.exec(text)?.[1]?.replace(/\s+/g, '') ?? '', 'hex');
}

function addText(texts: FileTexts, [keyword, text]: [string, string]): void {
  const profile = /^Raw profile type (exif|APP1|iptc|8bim|xmp)$/i.exec(keyword)?.[1]?.toLowerCase();
  if (keyword === 'XML:com.adobe.xmp') texts.xmp.push(text);
  else if (profile === 'xmp') texts.xmp.push(rawProfile(text).toString('utf8'));
  else if (profile === 'iptc' || profile === '8bim') texts.caption ??= iptcCaption(rawProfile(text));
  else if (profile !== undefined) texts.exif = readExifTexts(rawProfile(text));
  else if (!texts.png.has(keyword)) texts.png.set(keyword, text);
}

/** Texts of a PNG, before and after its pixels. */
export async function readPngTexts(source: ByteSource, texts: FileTexts, budget: TextBudget): Promise<void> {
  const { crc32 } = await import('node:zlib');
  let offset = 8;
  for (let count = 0; count < maxChunks && offset + 12 <= source.size; count++) {
    const head = Buffer.from(await source.read(offset, 8));
    if (head.length < 8) break;
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    if (type === 'IEND' || length > 0x7fffffff) break;
    if (
      (type === 'tEXt' || type === 'zTXt' || type === 'iTXt' || type === 'eXIf') &&
      offset + 12 + length <= source.size &&
      budget.take(length)
    ) {
      const bytes = await source.read(offset + 4, length + 8);
      const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const data = body.subarray(4, 4 + length);
      // Like libpng, drop an ancillary chunk with a wrong checksum: a damaged recipe would be wrong.
      if (body.length === length + 8 && crc32(body.subarray(0, 4 + length)) === body.readUInt32BE(4 + length)) {
        const text = type === 'eXIf' ? undefined : await pngText(type, data, budget);
        if (type === 'eXIf') texts.exif = readExifTexts(data);
        else if (text !== undefined) addText(texts, text);
      }
    }
    offset += 12 + length;
  }
}
