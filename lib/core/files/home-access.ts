import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ArtistError } from '../errors.ts';
import type { Home } from '../home.ts';
import { checkFolder, kindOfPlace } from './writable-place.ts';

const another = 'Choose another one with AI_ARTIST_HOME or --home';

async function allows(folder: string, mode: number): Promise<boolean> {
  try {
    await access(folder, mode);
    return true;
  } catch {
    return false; // no permission, or a file system that is mounted read-only
  }
}

/**
 * Checks a home before it is used for long. One that does not exist yet is made by the first write.
 *
 * @returns why it can only be read, such as `no permission to write in /mnt/art`; undefined: it can be written
 * @throws ArtistError ERR_WRITE: it is not a folder, or does not exist and cannot be made; ERR_READ: it cannot be read
 */
export async function whyReadOnly(home: Home): Promise<string | undefined> {
  const { folder } = home;
  const kind = await kindOfPlace(folder);
  if (kind === 'file') throw new ArtistError('ERR_WRITE', `home: expected a folder, got a file: ${folder}. ${another}`);
  if (kind === 'nothing') {
    await checkFolder(folder, `home: ${folder}`);
    return undefined;
  }
  if (!(await allows(folder, constants.R_OK | constants.X_OK)))
    throw new ArtistError('ERR_READ', `home: expected a folder that can be read, got no permission to read ${folder}. ${another}`);
  const state = home.stateFolder;
  for (const needed of (await kindOfPlace(state)) === 'nothing' ? [folder] : [folder, state])
    if (!(await allows(needed, constants.W_OK | constants.X_OK))) return `no permission to write in ${needed}`;
  return undefined;
}
