// Compiled, not run, by consumers.test.ts: what a CommonJS module writes against the published types.
import artist = require('ai-artist');
import galleries = require('ai-artist/gallery');

const error: artist.ArtistError = new artist.ArtistError('ERR_CONFIG', 'no');
const code: artist.ErrorCode = error.code;

export async function paint(): Promise<number> {
  const model = await artist.loadModel();
  const { images, seed } = await model.generate({ prompt: code });
  return images.length + seed;
}

export const works: galleries.Gallery = new galleries.Gallery({ folder: './works' });

// @ts-expect-error no such export
artist.noSuchExport();
// @ts-expect-error it has a door of its own
artist.Gallery;
