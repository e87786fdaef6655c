import { stat } from 'node:fs/promises';
import { ArtistError, readError, readPlainFile } from '../../core/index.ts';

/** Where a caption came from; `recipe`: the prompt in a painted picture; `none`: not even the file name gives one. */
export type CaptionSource = 'sidecar' | 'metadata' | 'list' | 'folder' | 'recipe' | 'file-name' | 'none';

/** Longest caption. A longer one is a mistake: text encoders read 77 to 512 tokens. */
const maxCaptionBytes = 20_000;
/** Largest caption file. */
const maxFileBytes = 256 * 2 ** 20;

export const dataError = (message: string, cause?: unknown): ArtistError =>
  new ArtistError('ERR_TRAIN_DATA', message, cause === undefined ? {} : { cause });

/**
 * Reads a text file in UTF-8, or in UTF-16 as Notepad and PowerShell write it.
 *
 * @throws ArtistError ERR_READ when the file cannot be read; ERR_TRAIN_DATA when it has another encoding or is not text
 */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) throw dataError(`${file}: expected a text of at most ${maxFileBytes / 2 ** 20} MiB, got ${size} bytes`);
    bytes = await readPlainFile(file);
  } catch (error) {
    if (error instanceof ArtistError) throw error;
    throw readError(file, 'a text file', error);
  }
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    throw dataError(`${file}: expected text in UTF-8, got other bytes${wrongByte(bytes)}. Save it as UTF-8`, error);
  }
  throw dataError(`${file}: expected text in UTF-8, got zero bytes. Save it as UTF-8`);
}

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // UTF-16 without a byte order mark: every second byte of western text is zero.
  if (bytes.length >= 4 && bytes.length % 2 === 0) {
    if (first !== 0 && second === 0 && bytes[3] === 0) return 'utf-16le';
    if (first === 0 && second !== 0 && bytes[2] === 0) return 'utf-16be';
  }
  return 'utf-8';
}

/** Shows the first byte that is not UTF-8 as the character it is in Windows-1252, so that a user recognises the word. */
function wrongByte(bytes: Buffer): string {
  const replaced = new TextDecoder('utf-8').decode(bytes);
  const at = replaced.indexOf('\uFFFD');
  const offset = at < 0 ? 0 : Buffer.byteLength(replaced.slice(0, at));
  const byte = bytes[offset];
  if (at < 0 || byte === undefined) return '';
  const before = replaced.slice(Math.max(0, at - 20), at).replace(/\s+/g, ' ');
  return ` (0x${byte.toString(16)} behind ${JSON.stringify(before)}, in Latin-1 ${new TextDecoder('windows-1252').decode(Uint8Array.of(byte))})`;
}

/** Puts a caption on one line. @throws ArtistError ERR_TRAIN_DATA when it is too long */
export function oneLine(where: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxCaptionBytes) throw dataError(`${where}: expected a caption of at most ${maxCaptionBytes} bytes, got ${bytes}`);
  return text.replace(/\s+/g, ' ').trim();
}
