import { isArtistError, readError, readPlainFile, systemCode, writeFileAtomic } from '../core/index.ts';

/** The text of a file of the home; undefined: there is none. @throws ArtistError ERR_READ */
export async function storedText(path: string, what: string): Promise<string | undefined> {
  return readPlainFile(path, 'utf8').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw readError(path, what, cause);
  });
}

/**
 * The text of a file that is made on first use and that only its owner may read. Of two processes that make it at once, one writes and both use the
 * same.
 *
 * @throws ArtistError ERR_READ, ERR_WRITE, ERR_DISK_FULL
 */
export async function madeOnce(path: string, what: string, make: () => string | Promise<string>): Promise<string> {
  const there = await storedText(path, what);
  if (there !== undefined) return there;
  const made = await make();
  try {
    await writeFileAtomic(path, made, { overwrite: false, private: true });
    return made;
  } catch (error) {
    const other = isArtistError(error, 'ERR_ALREADY_EXISTS') ? await storedText(path, what) : undefined;
    if (other !== undefined) return other;
    throw error;
  }
}
