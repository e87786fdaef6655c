import { stat } from 'node:fs/promises';
import { ArtistError, readPlainFile, systemCode } from '../../core/index.ts';

/** Where a caption came from; `recipe`: the prompt that the picture carries; `none`: the file's name says nothing either. */
export type CaptionSource = 'sidecar' | 'metadata' | 'list' | 'folder' | 'recipe' | 'file-name' | 'none';

/** A caption longer than this is a mistake: text encoders read 77 to 512 tokens. */
const maxCaptionBytes = 20_000;
/** Of one file of captions. */
const maxFileBytes = 256 * 2 ** 20;

export const dataError = (message: string, cause?: unknown): ArtistError =>
  new ArtistError('ERR_TRAIN_DATA', message, cause === undefined ? {} : { cause });

/**
 * A text file as it was meant: UTF-8, or UTF-16 as Notepad and PowerShell write it.
 *
 * @throws ArtistError ERR_READ; ERR_TRAIN_DATA: another encoding, or no text
 */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) throw dataError(`${file}: expected a text of at most ${maxFileBytes / 2 ** 20} MiB, got ${size} bytes`);
    bytes = await readPlainFile(file);
  } catch (error) {
    if (error instanceof ArtistError) throw error;
    throw new ArtistError('ERR_READ', `${file}: expected a text file that can be read, got ${systemCode(error) ?? String(error)}`, {
      cause: error,
    });
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
  // Without a mark: every second byte of western text is zero.
  if (bytes.length >= 4 && bytes.length % 2 === 0) {
    if (first !== 0 && second === 0 && bytes[3] === 0) return 'utf-16le';
    if (first === 0 && second !== 0 && bytes[2] === 0) return 'utf-16be';
  }
  return 'utf-8';
}

/** What the first byte that is no UTF-8 would be in Windows' western encoding, to be recognised. */
function wrongByte(bytes: Buffer): string {
  const replaced = new TextDecoder('utf-8').decode(bytes);
  const at = replaced.indexOf('\uFFFD');
  const offset = at < 0 ? 0 : Buffer.byteLength(replaced.slice(0, at));
  const byte = bytes[offset];
  if (at < 0 || byte === undefined) return '';
  const before = replaced.slice(Math.max(0, at - 20), at).replace(/\s+/g, ' ');
  return ` (0x${byte.toString(16)} behind ${JSON.stringify(before)}, in Latin-1 ${new TextDecoder('windows-1252').decode(Uint8Array.of(byte))})`;
}

/** A caption on one line. @throws ArtistError ERR_TRAIN_DATA: too long */
export function oneLine(where: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxCaptionBytes) throw dataError(`${where}: expected a caption of at most ${maxCaptionBytes} bytes, got ${bytes}`);
  return text.replace(/\s+/g, ' ').trim();
}
