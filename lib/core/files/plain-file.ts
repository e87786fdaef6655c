import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What stands at a place that is neither a file nor a folder; undefined: one of these. */
export function specialKind(info: Stats): string | undefined {
  if (info.isFile() || info.isDirectory()) return undefined;
  if (info.isFIFO()) return 'a pipe';
  return info.isSocket() ? 'a socket' : 'a device';
}

/** Its text is what was found alone, as the code of a system error is: callers put either into their own sentence. */
class NoFile extends Error {
  override name = '';
}

/**
 * Opens a file for reading. A pipe, a socket or a device is refused before it is opened: that could wait for ever, and reading never end.
 *
 * @throws what fs.open() throws, or an Error whose text is "a pipe", "a socket" or "a device"
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const special = specialKind(await stat(path));
  if (special !== undefined) throw new NoFile(special);
  return open(path, 'r');
}

/**
 * fs.readFile() of what openPlainFile() opens.
 *
 * @throws what openPlainFile() and fs.readFile() throw
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
