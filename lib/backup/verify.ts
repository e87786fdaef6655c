import { answering } from '../core/index.ts';
import { BackupArchive } from './archive.ts';
import type { BackupManifest } from './format.ts';

export interface BackupOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a whole backup and compares each file with its SHA-256.
 *
 * @throws ArtistError ERR_READ; ERR_DAMAGED: it is no backup, was cut off or changed; ERR_NEWER_VERSION; the signal's reason
 */
export const verifyBackup = answering('verifyBackup', async (path: string, options: BackupOptions = {}): Promise<BackupManifest> => {
  const archive = await BackupArchive.open(path);
  try {
    let done = 0;
    await archive.readAll(async () => {
      options.onProgress?.(done++, archive.manifest.files.length);
      return async () => undefined;
    }, options.signal);
    return archive.manifest;
  } finally {
    archive.close();
  }
});
