import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ArtistError } from './errors.ts';

/** Home folder of the user: $HOME, and where that is empty or no full path, the one that the system knows. */
function ownHome(): string {
  const [named, known] = [homedir(), knownHome()];
  const home = [named, known].find((folder) => folder !== undefined && isAbsolute(folder));
  if (home !== undefined) return home;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `HOME: expected a full path, got ${JSON.stringify(named)}. Set AI_ARTIST_HOME, or give a home`,
  );
}

function knownHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // a user that the system has no record of, as in some containers
  }
}

/** `~` and `~/x` as a shell reads them: in a file of variables, in systemd and in code no shell does. */
export function expandTilde(path: string): string {
  return path === '~' || /^~[\\/]/.test(path) ? join(ownHome(), path.slice(1)) : path;
}

/**
 * The home folder: `given`, else AI_ARTIST_HOME, else ~/.ai-artist. Absolute. An empty value counts as none.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: none is given, and this user has no home folder
 */
export function homeFolder(given?: string): string {
  const chosen = given || process.env['AI_ARTIST_HOME'];
  return resolve(chosen ? expandTilde(chosen) : join(ownHome(), '.ai-artist'));
}
