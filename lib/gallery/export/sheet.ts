/** Contact sheets of works: one picture, or a PDF of several pages. */
import { extname, resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, answering, checkReplaceable, display, isArtistError, resolveOptions, writeOutput } from '../../core/index.ts';
import { decodeImage } from '../../image/index.ts';
import type { Gallery } from '../gallery.ts';
import { type PdfPage, pdfOf } from './pdf.ts';
import { type PageLayout, rowsOf, type SheetWork, sheetPage } from './sheet-page.ts';
import type { Exported } from './site.ts';

/** Sizes of paper, points. */
const papers = { a4: { width: 595, height: 842 }, letter: { width: 612, height: 792 } } as const;
export const paperSizes = ['a4', 'letter'] as const;

/** Works on one picture; a PDF has pages. */
const mostOnPicture = 1000;
const mostInPdf = 10_000;
/** Pixels of a page for each point: 150 to an inch. */
const density = 150 / 72;
/** Widest a picture of a sheet becomes for many works, pixels. */
const widest = 4800;

const sheetOptions = z.strictObject({
  /** Above the works. Default: Gallery. */
  title: z.string().default('Gallery'),
  /** Of a PDF. Default a4. */
  paper: z.enum(paperSizes).default('a4'),
  /** Works side by side, 1..20. Default: 4 on paper; on a picture as many as make it about square. */
  columns: z.int().min(1).max(20).optional(),
  /** Replaces an existing file. Default false. */
  overwrite: z.boolean().default(false),
});

export type SheetOptions = z.input<typeof sheetOptions> & {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
};
type Wishes = z.output<typeof sheetOptions>;

export interface ExportedSheet extends Exported {
  pages: number;
}

function layoutFor({ paper, columns }: Wishes, isPdf: boolean, count: number): PageLayout {
  if (!isPdf) {
    const across = Math.min(columns ?? Math.ceil(Math.sqrt(count * 1.3)), count);
    const cell = Math.max(96, Math.min(320, Math.floor(widest / across) - 16));
    // Room for the title.
    const width = Math.max(across * (cell + 16) - 16 + 48, 480);
    return { width, height: undefined, margin: 24, columns: across, cell, gap: 16 };
  }
  const [width, height] = [papers[paper].width, papers[paper].height].map((points) => Math.round(points * density)) as [number, number];
  const [margin, gap, across] = [75, 24, columns ?? 4];
  return { width, height, margin, gap, columns: across, cell: Math.floor((width - 2 * margin - (across - 1) * gap) / across) };
}

/**
 * Draws works with title, rating and id as a contact sheet: one picture (.png, .jpg, .webp) of up to 1000, or a PDF of up to 10,000 on pages of A4 or
 * Letter at 150 dots per inch. Only one page of pictures is in memory. Works whose pictures are gone or unreadable are left out and listed.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: no works, too many, or another ending; ERR_ALREADY_EXISTS, ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const exportSheet = answering(
  'exportSheet',
  async (gallery: Gallery, ids: readonly string[], out: string, given: SheetOptions = {}): Promise<ExportedSheet> => {
    const { signal, onProgress, ...options } = given;
    const wishes = resolveOptions('exportSheet', sheetOptions, options);
    const path = resolve(out);
    const ending = extname(path).toLowerCase();
    if (!['.pdf', '.png', '.jpg', '.jpeg', '.webp'].includes(ending))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `out: expected a name ending in .pdf, .png, .jpg or .webp, got ${display(out)}`);
    const isPdf = ending === '.pdf';
    const most = isPdf ? mostInPdf : mostOnPicture;
    if (ids.length === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', 'works: expected at least one work, got none');
    if (ids.length > most)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `works: expected at most ${most} on a sheet, got ${ids.length}${isPdf ? '' : '. A name in .pdf has room for more'}`,
      );
    await checkReplaceable(path, { as: 'file', overwrite: wishes.overwrite });
    const layout = layoutFor(wishes, isPdf, ids.length);
    const perPage = layout.height === undefined ? ids.length : rowsOf({ ...layout, height: layout.height }) * layout.columns;
    const pages = Math.ceil(ids.length / perPage);
    const result: ExportedSheet = { path, works: 0, missing: [], pages };
    const drawn: PdfPage[] = [];
    for (let page = 0; page < pages; page++) {
      const works: SheetWork[] = [];
      for (const id of ids.slice(page * perPage, (page + 1) * perPage)) {
        signal?.throwIfAborted();
        onProgress?.(page * perPage + works.length, ids.length);
        const one = await shown(gallery, id, result);
        if (one) works.push(one);
      }
      result.works += works.length;
      const image = await sheetPage(works, layout, wishes.title, pages > 1 ? `${page + 1} / ${pages}` : '');
      if (!isPdf) await image.save(path, { overwrite: wishes.overwrite });
      else drawn.push({ jpeg: await image.toBuffer('jpeg', { quality: 88 }), width: image.width, height: image.height });
    }
    if (isPdf) await writeOutput(path, Buffer.concat(pdfOf(drawn, papers[wishes.paper], wishes.title)), { overwrite: wishes.overwrite });
    return result;
  },
);

/** A work with its thumbnail; undefined, and listed: it is gone or cannot be read. */
async function shown(gallery: Gallery, id: string, result: Exported): Promise<SheetWork | undefined> {
  try {
    return { work: await gallery.get(id), picture: await decodeImage(await gallery.thumbnail(id, 320)) };
  } catch (error) {
    if (isArtistError(error, 'ERR_NOT_FOUND')) result.missing.push(id);
    else if (isArtistError(error)) result.damaged = [...(result.damaged ?? []), { id, message: error.message }];
    else throw error;
    return undefined;
  }
}
