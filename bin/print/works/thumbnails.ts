/** Small pictures of works, in rows, where the terminal can draw them. */
import { type Artwork, type Gallery, thumbnailSizes } from '../../../lib/gallery/index.ts';
import { decodeImage, drawSheet, type PlacedPicture, resizeImage, sizeWithin } from '../../../lib/image/index.ts';
import type { Context } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import { noPictures, showPicture, showsPictures } from '../terminal-preview.ts';

/** Longest edge of a picture, and what is between two, pixels. */
const edge = 128;
const gap = 8;
/** Columns of the terminal for one picture, at least. */
const narrowest = 18;

/** The end of an id names a work, too. */
const shortId = ({ id }: Artwork): string => id.slice(-8);

async function placed(work: Artwork, gallery: Gallery, index: number, context: Context): Promise<PlacedPicture[]> {
  try {
    const image = await decodeImage(await gallery.thumbnail(work.id, thumbnailSizes[0]));
    const { width, height } = sizeWithin(image, edge);
    const left = index * (edge + gap) + Math.floor((edge - width) / 2);
    return [{ image: await resizeImage(image, width, height), left, top: Math.floor((edge - height) / 2) }];
  } catch (error) {
    context.log.debug(`no thumbnail of ${work.id}: ${String(error)}`);
    return []; // its place stays empty: the list below says what is wrong with it
  }
}

/** Draws the works in rows, each with the end of its id below; where the terminal shows no pictures, a warning is all. */
export async function showThumbnails(context: Context, works: readonly Artwork[], gallery: Gallery): Promise<void> {
  if (context.quiet) return;
  if (!showsPictures(context)) return context.warn(`--thumbnails: ${noPictures}; ${t.gallery.withoutPictures}`);
  const across = Math.max(1, Math.floor((process.stderr.columns ?? 80) / narrowest));
  const width = across * (edge + gap) - gap;
  for (let at = 0; at < works.length; at += across) {
    const row = works.slice(at, at + across);
    const pictures = (await Promise.all(row.map((work, index) => placed(work, gallery, index, context)))).flat();
    const sheet = await drawSheet({ width, height: edge, background: '#000000', pictures, drawing: [] });
    const cells = await showPicture(context, sheet, across);
    const column = Math.floor((cells?.columns ?? 0) / across);
    context.note(
      row
        .map((work) => shortId(work).padEnd(column))
        .join('')
        .trimEnd(),
    );
  }
}
