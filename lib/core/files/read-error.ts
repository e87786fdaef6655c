import { readdir } from 'node:fs/promises';
import { ArtistError, systemCode } from '../errors.ts';

/** The error of a failed read: ERR_READ with "expected `what` that can be read, got `cause`". */
export function readError(path: string, what: string, cause: unknown): ArtistError {
  const got = systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new ArtistError('ERR_READ', `${path}: expected ${what} that can be read, got ${got}`, { cause });
}

/** The names in a folder; none if it does not exist. @param what it holds, for the message: the outbox. @throws ArtistError ERR_READ */
export async function namesIn(folder: string, what: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, what, error);
  }
}
