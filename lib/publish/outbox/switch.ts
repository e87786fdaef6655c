import { rm } from 'node:fs/promises';
import { answering, homeOf, writeError, writeFileAtomic } from '../../core/index.ts';

/**
 * Switches all publishing of a home off or on, for every process: a file means off. Returns its path.
 *
 * @throws ArtistError ERR_WRITE, ERR_DISK_FULL
 */
export const setPublishingOff = answering('setPublishingOff', async (home: string, off: boolean): Promise<string> => {
  const path = homeOf(home).publishingOff;
  if (off) await writeFileAtomic(path, 'Nothing is posted while this file exists. ai-artist publish on removes it.\n');
  else
    await rm(path, { force: true }).catch((error: unknown) => {
      throw writeError(path, error);
    });
  return path;
});
