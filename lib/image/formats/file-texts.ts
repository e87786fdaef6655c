import { loadSharp } from '../load-sharp.ts';
import type { ByteSource } from './byte-source.ts';
import { readExifTexts } from './exif.ts';
import type { FileTexts } from './found-texts.ts';
import type { ImageKind } from './image-kind.ts';
import { readJpegTexts } from './jpeg-texts.ts';
import { readPngTexts } from './png-texts.ts';
import { maxChunks, maxTextBytes, TextBudget } from './text-budget.ts';

async function readWebpTexts(source: ByteSource, texts: FileTexts, budget: TextBudget): Promise<void> {
  let offset = 12;
  for (let count = 0; count < maxChunks && offset + 8 <= source.size; count++) {
    const head = Buffer.from(await source.read(offset, 8));
    if (head.length < 8) break;
    const type = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    if ((type === 'EXIF' || type === 'XMP ') && offset + 8 + length <= source.size && budget.take(length)) {
      const data = await source.read(offset + 8, length);
      if (type === 'EXIF') texts.exif = readExifTexts(data);
      else texts.xmp.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
    }
    offset += 8 + length + (length % 2);
  }
}

const tagTiffXmp = 700;

/** A TIFF file is itself an EXIF block. */
function readTiffTexts(bytes: Uint8Array, texts: FileTexts): void {
  texts.exif = readExifTexts(bytes);
  const xmp = texts.exif.get(tagTiffXmp);
  if (xmp !== undefined) texts.xmp.push(xmp);
}

/** EXIF and XMP of formats whose containers are not parsed here (AVIF, GIF). */
async function readTextsBySharp(bytes: Uint8Array, texts: FileTexts): Promise<void> {
  const sharp = await loadSharp();
  try {
    const { exif, xmp } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (exif !== undefined) texts.exif = readExifTexts(exif);
    if (xmp !== undefined) texts.xmp.push(xmp.toString('utf8'));
  } catch {
    // A damaged file of these formats has no readable text, so no recipe.
  }
}

/** The texts of a picture. Never throws because of the content: reading stops at damage and returns what came before. */
export async function readFileTexts(kind: ImageKind, source: ByteSource): Promise<FileTexts> {
  const texts: FileTexts = { png: new Map(), exif: new Map(), xmp: [], comments: [], caption: undefined };
  const budget = new TextBudget();
  if (kind === 'png') await readPngTexts(source, texts, budget);
  else if (kind === 'jpeg') await readJpegTexts(source, texts, budget);
  else if (kind === 'webp') await readWebpTexts(source, texts, budget);
  else if (source.size <= 8 * maxTextBytes) {
    const bytes = await source.read(0, source.size);
    if (kind === 'tiff') readTiffTexts(bytes, texts);
    else await readTextsBySharp(bytes, texts);
  }
  return texts;
}
