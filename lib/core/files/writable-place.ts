import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';

/**
 * Whether a path is a file, a folder, or free.
 *
 * @throws ArtistError ERR_WRITE: a file is where a folder should be, or the path cannot be examined
 */
export async function kindOfPlace(file: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT') return 'nothing';
    const got = code === 'ENOTDIR' ? 'a file where a folder should be' : (code ?? String(cause));
    throw new ArtistError('ERR_WRITE', `${file}: expected a place that can be written, got ${got}`, { cause });
  }
}

/**
 * Checks that a folder, or its nearest existing parent, can be written, before minutes are spent on its content.
 *
 * @param file named in the message
 * @throws ArtistError ERR_WRITE
 */
export async function checkFolder(wanted: string, file: string): Promise<void> {
  let folder = wanted;
  while ((await kindOfPlace(folder)) === 'nothing' && folder !== path.dirname(folder)) folder = path.dirname(folder);
  if ((await kindOfPlace(folder)) === 'file')
    throw new ArtistError('ERR_WRITE', `${file}: expected a place that can be written, got a file where a folder should be (${folder})`);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new ArtistError('ERR_WRITE', `${file}: expected a place that can be written, got no permission to write in ${folder}`, { cause });
  }
}
