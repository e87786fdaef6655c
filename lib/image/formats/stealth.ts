import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadSharp } from '../load-sharp.ts';
import type { ByteSource } from './byte-source.ts';
import { withoutPackedTexts } from './png-chunks.ts';
import { maxTextBytes } from './text-budget.ts';

/**
 * The text that NovelAI (and an extension of A1111) hides in the lowest bits of the alpha channel, column by column: a signature of 15
 * characters, the number of bits that follow as 32 bits, the text itself. It survives when a site removes the chunks of a file.
 */
const signatures: Readonly<Record<string, boolean>> = { stealth_pngcomp: true, stealth_pnginfo: false };
const signatureLength = 15;
const maxFileBytes = 128 * 1024 * 1024;
const maxPixels = 64 * 1024 * 1024;
const sliceBytes = 16_384;
/** Colour type in a PNG's header: RGB with alpha. */
const colourTypeAt = 25;
const rgba = 6;

/** Reads bytes from the lowest bits, column by column. */
function hiddenBytes(alpha: Uint8Array, width: number, height: number, from: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let bit = 0; bit < count * 8; bit++) {
    const place = from * 8 + bit;
    const value = (alpha[(place % height) * width + Math.floor(place / height)] ?? 0) & 1;
    bytes[bit >> 3] = ((bytes[bit >> 3] ?? 0) << 1) | value;
  }
  return bytes;
}

/** As hiddenBytes(), in slices of some milliseconds: a text may have megabytes. */
async function manyHiddenBytes(alpha: Uint8Array, width: number, height: number, from: number, count: number): Promise<Buffer> {
  const slices: Buffer[] = [];
  for (let at = 0; at < count; at += sliceBytes) {
    slices.push(hiddenBytes(alpha, width, height, from + at, Math.min(sliceBytes, count - at)));
    await nextTurn();
  }
  return Buffer.concat(slices);
}

async function alphaOf(source: ByteSource): Promise<{ data: Buffer; width: number; height: number } | undefined> {
  const sharp = await loadSharp();
  try {
    const pipeline = sharp(withoutPackedTexts(await source.read(0, source.size)), { limitInputPixels: maxPixels });
    const { data, info } = await pipeline.extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch {
    // Damaged, too large, or without alpha after all: no hidden text can be read.
    return undefined;
  }
}

/** The hidden text of a PNG with alpha. The only text that needs decoded pixels, so look here last. */
export async function stealthText(source: ByteSource): Promise<string | undefined> {
  const head = await source.read(0, colourTypeAt + 1);
  if (head[colourTypeAt] !== rgba || source.size > maxFileBytes) return undefined;
  const alpha = await alphaOf(source);
  if (alpha === undefined) return undefined;
  const { data, width, height } = alpha;
  const room = Math.floor((width * height) / 8) - signatureLength - 4;
  if (room <= 0) return undefined;
  const signature = hiddenBytes(data, width, height, 0, signatureLength).toString('latin1');
  if (!Object.hasOwn(signatures, signature)) return undefined;
  const length = Math.floor(hiddenBytes(data, width, height, signatureLength, 4).readUInt32BE(0) / 8);
  if (length === 0 || length > room || length > maxTextBytes) return undefined;
  const payload = await manyHiddenBytes(data, width, height, signatureLength + 4, length);
  if (signatures[signature] !== true) return payload.toString('utf8');
  try {
    const { gunzip } = await import('node:zlib');
    return (await promisify(gunzip)(payload, { maxOutputLength: maxTextBytes })).toString('utf8');
  } catch {
    // Damaged, e.g. by an edit of the picture.
    return undefined;
  }
}
