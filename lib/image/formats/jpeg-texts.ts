import type { ByteSource } from './byte-source.ts';
import { readExifTexts } from './exif.ts';
import type { FileTexts } from './found-texts.ts';
import { iptcCaption } from './iptc.ts';
import { exifPrefix, extendedXmpPrefix, xmpPrefix } from './jpeg-segments.ts';
import { maxChunks, type TextBudget, utf8OrLatin1 } from './text-budget.ts';

interface ExtendedPart {
  offset: number;
  data: Buffer;
}

const startsWith = (data: Buffer, prefix: Buffer): boolean => data.subarray(0, prefix.length).equals(prefix);

/** EXIF, XMP or a part of extended XMP. */
function readApp1(data: Buffer, texts: FileTexts, extended: ExtendedPart[]): void {
  if (startsWith(data, exifPrefix) && texts.exif.size === 0) texts.exif = readExifTexts(data);
  else if (startsWith(data, xmpPrefix)) texts.xmp.unshift(data.toString('utf8', xmpPrefix.length));
  else if (startsWith(data, extendedXmpPrefix) && data.length > extendedXmpPrefix.length + 40) {
    extended.push({ offset: data.readUInt32BE(extendedXmpPrefix.length + 36), data: data.subarray(extendedXmpPrefix.length + 40) });
  }
}

/** The parts in order as one packet; undefined if one is missing. */
function joinExtended(parts: ExtendedPart[]): string | undefined {
  parts.sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, data } of parts) {
    if (offset !== end) return undefined;
    end += data.length;
  }
  return end === 0 ? undefined : Buffer.concat(parts.map(({ data }) => data)).toString('utf8');
}

const markers = { app1: 0xe1, app13: 0xed, comment: 0xfe, startOfScan: 0xda, end: 0xd9 } as const;

/** EXIF, XMP, IPTC caption and comments of a JPEG, up to its pixels. */
export async function readJpegTexts(source: ByteSource, texts: FileTexts, budget: TextBudget): Promise<void> {
  const extended: ExtendedPart[] = [];
  let offset = 2;
  for (let count = 0; count < maxChunks && offset + 4 <= source.size; count++) {
    const head = Buffer.from(await source.read(offset, 4));
    if (head.length < 4 || head[0] !== 0xff) break;
    const marker = head[1] ?? 0;
    if (marker === 0xff) {
      // Fill bytes before a marker are allowed.
      offset += 1;
      continue;
    }
    if (marker === markers.startOfScan || marker === markers.end) break;
    const length = head.readUInt16BE(2);
    if (length < 2) break;
    if ((marker === markers.app1 || marker === markers.app13 || marker === markers.comment) && budget.take(length)) {
      const bytes = await source.read(offset + 4, length - 2);
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (marker === markers.app1) readApp1(data, texts, extended);
      else if (marker === markers.app13) texts.caption ??= iptcCaption(data);
      else texts.comments.push(utf8OrLatin1(data).replace(/\0+$/, ''));
    }
    offset += 2 + length;
  }
  const packet = joinExtended(extended);
  if (packet !== undefined) texts.xmp.push(packet);
}
