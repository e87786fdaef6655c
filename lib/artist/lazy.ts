/** Functions that are public but seldom the first thing a program does: their code is loaded when they are called. */
import type { Artist, ArtistOptions } from './loop/artist.ts';

/**
 * An artist of a home folder: chooses, paints, keeps the best and files it, with models that stay loaded between works.
 *
 *     await using artist = await createArtist({ home: './my-artist' });
 *     const { work } = await artist.create({ subject: 'a lighthouse at night' });
 *
 * Nothing is loaded before the first work.
 *
 * @throws ArtistError ERR_CONFIG naming file and line, ERR_READ, ERR_INVALID_ARGUMENT
 */
export async function createArtist(options: ArtistOptions = {}): Promise<Artist> {
  return (await import('./loop/artist.ts')).createArtist(options);
}
