import { randomBytes } from 'node:crypto';
import { ArtistError, answering, homeOf, isArtistError, readError, readPlainFile, systemCode, writeFileAtomic } from '../../core/index.ts';

/** The key of a home for its watermarks. */
export interface WatermarkKey {
  /** 32 bytes. */
  secret: Uint8Array;
}

async function storedKey(path: string): Promise<WatermarkKey | undefined> {
  const text = await readPlainFile(path, 'utf8').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw readError(path, 'the key of the watermarks', cause);
  });
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}\n?$/.test(text))
    throw new ArtistError(
      'ERR_DAMAGED',
      `${path}: expected 64 hexadecimal digits, got other text. Restore it, or move it away to start with a new key`,
    );
  return { secret: Buffer.from(text.trim(), 'hex') };
}

/** The key of a home if it has one. @throws ArtistError ERR_READ, ERR_DAMAGED */
export const knownWatermarkKey = (home?: string): Promise<WatermarkKey | undefined> => storedKey(homeOf(home).watermarkKey);

/**
 * The key of a home, made on first use in a file that only its owner may read. Of two processes that make it at once, both use the same.
 *
 * @param home default: AI_ARTIST_HOME, else ~/.ai-artist
 * @throws ArtistError ERR_READ, ERR_DAMAGED, ERR_WRITE, ERR_DISK_FULL
 */
export const openWatermarkKey = answering('openWatermarkKey', async (home?: string): Promise<WatermarkKey> => {
  const path = homeOf(home).watermarkKey;
  const there = await storedKey(path);
  if (there) return there;
  const secret = randomBytes(32);
  try {
    await writeFileAtomic(path, `${secret.toString('hex')}\n`, { overwrite: false, private: true });
    return { secret };
  } catch (error) {
    const other = isArtistError(error, 'ERR_ALREADY_EXISTS') ? await storedKey(path) : undefined;
    if (other) return other;
    throw error;
  }
});
