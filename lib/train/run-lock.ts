import { open, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, isAlive, systemCode, writeError } from '../core/index.ts';

/**
 * Two processes in one run folder would write over each other's checkpoints. The lock names its process; one left by a dead process is taken over.
 *
 * @returns gives it back
 * @throws ArtistError ERR_LOCKED, ERR_DISK_FULL, ERR_WRITE
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'wx');
      await handle.write(String(process.pid));
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw writeError(path, error);
      const owner = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isAlive(owner))
        throw new ArtistError('ERR_LOCKED', `${folder}: process ${owner} is training in it. Wait for it to finish, or end it`);
      await unlink(path).catch(() => undefined); // somebody else may have been quicker: the next attempt decides
    }
  }
  throw new ArtistError('ERR_LOCKED', `${folder}: another process is training in it. Wait for it to finish`);
}
