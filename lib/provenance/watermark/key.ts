import { randomBytes } from 'node:crypto';
import { ArtistError, answering, homeOf } from '../../core/index.ts';
import { madeOnce, storedText } from '../made-once.ts';

/** The key of a home for its watermarks. */
export interface WatermarkKey {
  /** 32 bytes. */
  secret: Uint8Array;
}

const what = 'the key of the watermarks';

function keyIn(text: string, path: string): WatermarkKey {
  if (/^[0-9a-f]{64}\n?$/.test(text)) return { secret: Buffer.from(text.trim(), 'hex') };
  throw new ArtistError(
    'ERR_DAMAGED',
    `${path}: expected 64 hexadecimal digits, got other text. Restore it, or move it away to start with a new key`,
  );
}

/** The key of a home if it has one. @throws ArtistError ERR_READ, ERR_DAMAGED */
export async function knownWatermarkKey(home?: string): Promise<WatermarkKey | undefined> {
  const path = homeOf(home).watermarkKey;
  const text = await storedText(path, what);
  return text === undefined ? undefined : keyIn(text, path);
}

/**
 * The key of a home, made on first use in a file that only its owner may read. Of two processes that make it at once, both use the same.
 *
 * @param home default: AI_ARTIST_HOME, else ~/.ai-artist
 * @throws ArtistError ERR_READ, ERR_DAMAGED, ERR_WRITE, ERR_DISK_FULL
 */
export const openWatermarkKey = answering('openWatermarkKey', async (home?: string): Promise<WatermarkKey> => {
  const path = homeOf(home).watermarkKey;
  return keyIn(await madeOnce(path, what, () => `${randomBytes(32).toString('hex')}\n`), path);
});
