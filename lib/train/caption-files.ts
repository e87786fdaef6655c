import { readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { ArtistError, systemCode } from '../core/index.ts';

/** Where a caption came from; `none`: the file's name says nothing either. */
export type CaptionSource = 'sidecar' | 'metadata' | 'list' | 'folder' | 'file-name' | 'none';

export interface FoundCaption {
  readonly text: string;
  readonly source: CaptionSource;
}

/** A caption longer than this is a mistake: text encoders read 77 to 512 tokens. */
const maxCaptionBytes = 20_000;

export const captionEndings: readonly string[] = ['.txt', '.caption'];
/** Files that list captions of other files; they are no sidecars themselves. */
export const captionLists: readonly string[] = ['metadata.jsonl', 'captions.txt'];

const dataError = (message: string, cause?: unknown): ArtistError =>
  new ArtistError('ERR_TRAIN_DATA', message, cause === undefined ? {} : { cause });

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new ArtistError('ERR_READ', `${file}: expected a text file that can be read, got ${systemCode(error) ?? String(error)}`, {
      cause: error,
    });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw dataError(`${file}: expected text in UTF-8, got other bytes. Save it as UTF-8`, error);
  }
}

/**
 * The captions that a folder's lists give, by file name. `metadata.jsonl` is the form of Hugging Face's imagefolder: a JSON object a line
 * with `file_name` and `text` (or `caption`). `captions.txt`: file name, tab, caption, a line each.
 *
 * @param names files of the folder
 * @throws ArtistError ERR_TRAIN_DATA with the line's number; ERR_READ
 */
export async function readCaptionLists(folder: string, names: readonly string[]): Promise<Map<string, FoundCaption>> {
  const captions = new Map<string, FoundCaption>();
  const list = join(folder, 'captions.txt');
  if (names.includes('captions.txt')) {
    for (const line of (await readText(list)).split(/\r?\n/)) {
      const at = line.indexOf('\t');
      if (at > 0) captions.set(line.slice(0, at).trim(), { text: checkLength(list, line.slice(at + 1)), source: 'list' });
    }
  }
  const metadata = join(folder, 'metadata.jsonl');
  if (names.includes('metadata.jsonl')) {
    for (const [index, line] of (await readText(metadata)).split(/\r?\n/).entries()) {
      if (line.trim() === '') continue;
      const where = `${metadata}: line ${index + 1}`;
      const { name, text } = metadataLine(where, line);
      if (text !== undefined) captions.set(name, { text: checkLength(where, text), source: 'metadata' });
    }
  }
  return captions;
}

function metadataLine(where: string, line: string): { name: string; text: string | undefined } {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (error) {
    throw dataError(`${where}: expected a JSON object with file_name and text, got ${JSON.stringify(line.slice(0, 40))}`, error);
  }
  const { file_name: name, text, caption } = (fields ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') throw dataError(`${where}: expected a field file_name, got none`);
  const said = text ?? caption;
  if (said !== undefined && said !== null && typeof said !== 'string')
    throw dataError(`${where}: text: expected a text, got ${typeof said}`);
  return { name: name.replaceAll('\\', '/'), text: said ?? undefined };
}

function checkLength(where: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxCaptionBytes) throw dataError(`${where}: expected a caption of at most ${maxCaptionBytes} bytes, got ${bytes}`);
  return text.replace(/\s+/g, ' ').trim();
}

/** The caption in `name.txt` or `name.caption`, if one of them is among `names`. An empty one is a caption: of no words. */
export async function readSidecar(file: string, names: ReadonlySet<string>): Promise<FoundCaption | undefined> {
  const { dir, name } = parse(file);
  const sidecar = captionEndings.map((ending) => `${name}${ending}`).find((known) => names.has(known) && !captionLists.includes(known));
  if (sidecar === undefined) return undefined;
  const path = join(dir, sidecar);
  return { text: checkLength(path, await readText(path)), source: 'sidecar' };
}

/** What a file's name says: "red-fox_02.png" is "red fox"; a camera's or a hash's name says nothing. */
export function captionOfName(file: string): FoundCaption {
  const words = basename(file)
    .replace(/\.[^.]+$/, '')
    .replace(/[_\-+.]+/g, ' ')
    .replace(/[([{]\s*\d+\s*[)\]}]/g, ' ')
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word) && !/^(?:img|dsc[nf]?|pxl|p|image|picture|photo|scan|untitled|screenshot|copy)\d*$/i.test(word))
    .filter((word) => !/^(?=.*\d)[0-9a-f]{6,}$/i.test(word) && !/^[0-9A-HJKMNP-TV-Z]{26}$/.test(word));
  const text = words.join(' ').trim();
  return text === '' ? { text: '', source: 'none' } : { text, source: 'file-name' };
}
