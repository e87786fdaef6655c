import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, writeError } from '../core/index.ts';
import { verifyBackup } from './verify.ts';

/** As createBackup() names them: sorted by name, they are sorted by time. */
const named = /^ai-artist-\d{8}T\d{6}Z\.zip$/;

/**
 * Removes all backups of a folder but the newest, once the new one is found whole.
 *
 * @throws ArtistError every error of verifyBackup(); ERR_WRITE
 */
export async function removeOlder(folder: string, fresh: string, keep: number): Promise<string[]> {
  const backups = (await namesIn(folder, 'a folder of backups')).filter((name) => named.test(name)).sort();
  const older = backups.filter((name) => name !== fresh).slice(0, Math.max(0, backups.length - keep));
  if (older.length === 0) return [];
  await verifyBackup(join(folder, fresh));
  for (const name of older)
    await rm(join(folder, name)).catch((error: unknown) => {
      throw writeError(join(folder, name), error);
    });
  return older.map((name) => join(folder, name));
}
