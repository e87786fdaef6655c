import { readdir } from 'node:fs/promises';
import { systemCode } from '../errors.ts';
import { readError } from './read-error.ts';

/** The names in a folder; none if it does not exist. @param what it holds, for the message: the outbox. @throws ArtistError ERR_READ */
export async function namesIn(folder: string, what: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, what, error);
  }
}
