import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import { ArtistError } from '../../core/index.ts';

/**
 * The real path of a work's picture, for readers. Who can write into the gallery, such as an archive that was unpacked there, must not be able to show
 * other files of this machine: a link that leads out of the picture's folder is refused.
 *
 * @throws ArtistError ERR_NOT_FOUND: it leads to another folder; every error of lstat() and realpath()
 */
export async function ownFile(path: string): Promise<string> {
  if (!(await lstat(path)).isSymbolicLink()) return path;
  const [real, folder] = await Promise.all([realpath(path), realpath(dirname(path))]);
  if (real.startsWith(`${folder}${sep}`)) return real;
  throw new ArtistError('ERR_NOT_FOUND', `${basename(path)}: expected a picture, got a link that leads to another folder`);
}
