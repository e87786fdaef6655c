/** Functions that are public but seldom the first thing a program does: their code is loaded when they are called. */
import { answering } from '../core/index.ts';
import type { Artwork } from '../gallery/index.ts';
import type { Artist, ArtistOptions } from './loop/artist.ts';
import type { ReproduceOptions, Reproduction } from './reproduce/reproduce.ts';

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
export const createArtist = answering('createArtist', async (options: ArtistOptions = {}): Promise<Artist> => {
  return (await import('./demanded.ts')).createArtist(options);
});

/**
 * Paints a work again from its recipe and compares the pixels with the stored picture.
 *
 * @throws ArtistError ERR_UNSUPPORTED: no recipe, or it was made from more than a text; ERR_READ: its picture is gone;
 *   ERR_MODEL_NOT_FOUND: a file that has to be named; what loadModel(), generate() and upscale() throw
 */
export const reproduce = answering('reproduce', async (work: Artwork, options: ReproduceOptions = {}): Promise<Reproduction> => {
  return (await import('./demanded.ts')).reproduce(work, options);
});
