import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isArtistError, namesIn, writeError } from '../core/index.ts';
import { BackupArchive } from './archive.ts';
import type { BackupManifest } from './format.ts';
import { verifyBackup } from './verify.ts';

/** As createBackup() names them: sorted by name, they are sorted by time. */
const named = /^ai-artist-\d{8}T\d{6}Z\.zip$/;

/** The record of a home's identity, which is made once and never changes. */
const identityOf = ({ files }: BackupManifest): string | undefined => files.find(({ path }) => path === 'state/home.json')?.sha256;

function isOfSameHome(one: BackupManifest, other: BackupManifest): boolean {
  const [own, its] = [identityOf(one), identityOf(other)];
  return own === undefined && its === undefined ? one.host === other.host && one.from === other.from : own === its;
}

/** What a file lists; undefined: it is no whole backup, and not ours to remove. */
async function listOf(path: string): Promise<BackupManifest | undefined> {
  try {
    const archive = await BackupArchive.open(path);
    archive.close();
    return archive.manifest;
  } catch (error) {
    if (isArtistError(error)) return undefined;
    throw error;
  }
}

/**
 * Removes the backups of the same home in a folder but the newest, once the new one is found whole. Those of other homes, and what is no whole
 * backup, stay.
 *
 * @throws ArtistError every error of verifyBackup(); ERR_WRITE
 */
export async function removeOlder(folder: string, fresh: string, keep: number): Promise<string[]> {
  const names = (await namesIn(folder, 'a folder of backups')).filter((name) => named.test(name) && name < fresh).sort();
  if (names.length < keep) return [];
  const own = await verifyBackup(join(folder, fresh));
  const before: string[] = [];
  for (const name of names) {
    const list = await listOf(join(folder, name));
    if (list && isOfSameHome(list, own)) before.push(name);
  }
  const older = before.slice(0, Math.max(0, before.length + 1 - keep));
  for (const name of older)
    await rm(join(folder, name)).catch((error: unknown) => {
      throw writeError(join(folder, name), error);
    });
  return older.map((name) => join(folder, name));
}
