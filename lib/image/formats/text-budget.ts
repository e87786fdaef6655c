import { promisify } from 'node:util';

/** Longest text of one chunk, stored or inflated, bytes. ComfyUI's largest graphs have about 2 MB; a decompression bomb has gigabytes. */
export const maxTextBytes = 16 * 1024 * 1024;
/** Total of all texts of one file. */
const maxTotalBytes = 4 * maxTextBytes;
/** Most chunks or segments to read: 100 megapixels in pieces of 8 kB have about 37,000. */
export const maxChunks = 100_000;

/** The remaining amount of text to read from one file. */
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
  // Deducted before the work, so that of many bombs in one file only the first few are inflated.
  if (!budget.take(maxTextBytes)) return undefined;
  try {
    const { inflate } = await import('node:zlib'); // 3 ms of every import
    const text = await promisify(inflate)(data, { maxOutputLength: maxTextBytes });
    budget.giveBack(maxTextBytes - text.length);
    return text;
  } catch {
    // Damaged, or larger than any recipe: ignore it. (A bomb stops at maxOutputLength.)
    return undefined;
  }
}

/** Decodes valid UTF-8, else Latin-1: valid UTF-8 beyond ASCII is practically never Latin-1. */
export function utf8OrLatin1(bytes: Buffer): string {
  const utf8 = bytes.toString('utf8');
  return utf8.includes('\uFFFD') ? bytes.toString('latin1') : utf8;
}
