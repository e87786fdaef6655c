import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What something that is neither a file nor a folder is; undefined for files and folders. */
export function specialKind(info: Stats): string | undefined {
  if (info.isFile() || info.isDirectory()) return undefined;
  if (info.isFIFO()) return 'a pipe';
  return info.isSocket() ? 'a socket' : 'a device';
}

/** The message is only what was found, like the code of a system error, so that callers can put either into a sentence. */
class NoFile extends Error {
  override name = '';
}

/**
 * Opens a file for reading. Refuses a pipe, a socket or a device before opening it, because opening could block for ever.
 *
 * @throws every error of fs.open(), or an Error with the message "a pipe", "a socket" or "a device"
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const special = specialKind(await stat(path));
  if (special !== undefined) throw new NoFile(special);
  return open(path, 'r');
}

/**
 * Like fs.readFile(), but refuses pipes, sockets and devices as openPlainFile() does.
 *
 * @throws every error of openPlainFile() and fs.readFile()
 */
export async function readPlainFile(path: string): Promise<Buffer>;
export async function readPlainFile(path: string, encoding: 'utf8'): Promise<string>;
export async function readPlainFile(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
  const handle = await openPlainFile(path);
  try {
    return encoding === undefined ? await handle.readFile() : await handle.readFile(encoding);
  } finally {
    await handle.close();
  }
}
