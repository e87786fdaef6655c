import { promisify } from 'node:util';

/** Text of one chunk, stored or inflated. ComfyUI's largest graphs have about 2 MB; a bomb wants gigabytes. */
export const maxTextBytes = 16 * 1024 * 1024;
/** All texts of one file together. */
const maxTotalBytes = 4 * maxTextBytes;
/** Chunks or segments that are looked at: 100 megapixels in pieces of 8 kB have about 37,000. */
export const maxChunks = 100_000;

/** How much text of one file is still read. */
export class TextBudget {
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

export async function inflateText(data: Uint8Array, budget: TextBudget): Promise<Buffer | undefined> {
  // Charged before the work is done: of many bombs in one file only the first few are opened.
  if (!budget.take(maxTextBytes)) return undefined;
  try {
    const { inflate } = await import('node:zlib'); // 3 ms of every import
    const text = await promisify(inflate)(data, { maxOutputLength: maxTextBytes });
    budget.giveBack(maxTextBytes - text.length);
    return text;
  } catch {
    // Damaged, or larger than any recipe: a text that cannot be read is no text. (A bomb stops at maxOutputLength.)
    return undefined;
  }
}

/** UTF-8 where the bytes are UTF-8, else Latin-1: bytes that are valid UTF-8 beyond ASCII are practically never Latin-1. */
export function utf8OrLatin1(bytes: Buffer): string {
  const utf8 = bytes.toString('utf8');
  return utf8.includes('\uFFFD') ? bytes.toString('latin1') : utf8;
}
