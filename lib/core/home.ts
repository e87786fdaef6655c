import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The home folder: `given`, else AI_ARTIST_HOME, else ~/.ai-artist. Absolute. An empty value counts as none. */
export function homeFolder(given?: string): string {
  return resolve(given || process.env['AI_ARTIST_HOME'] || join(homedir(), '.ai-artist'));
}
