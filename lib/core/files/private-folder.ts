import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.ts';

/** Mode of a file that only its owner may read, for prompts, tokens and secrets. */
export const privateMode = 0o600;

/**
 * Makes a folder that only its owner may enter, and what is missing above it as the process's umask says. One that is there stays as it is.
 *
 * @throws every error of fs.mkdir()
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
}
