import { answering, isArtistError } from '../../core/index.ts';
import type { Gallery } from '../gallery.ts';
import { inParallel } from '../indexing/scan.ts';
import { mendGallery } from './mend.ts';
import { type Finding, type VerifyOptions, verifyGallery } from './verify.ts';

export const checkPhases = ['files', 'repair', 'index', 'thumbnails'] as const;
export type CheckPhase = (typeof checkPhases)[number];

export interface CheckGalleryOptions extends Pick<VerifyOptions, 'hashes' | 'signal'> {
  /** Repairs what mendGallery() can, makes the index again, and makes missing thumbnails. Default false. */
  fix?: boolean;
  /** Moves works whose picture is gone to the trash. Default false. */
  drop?: boolean;
  onProgress?: ((phase: CheckPhase, done: number, total: number) => void) | undefined;
}

export interface CheckedGallery {
  works: number;
  /** Size of all files in the month folders. */
  bytes: number;
  /** What is wrong, without what was repaired. */
  findings: Finding[];
  /** One line for each repair. */
  mended: string[];
  /** Works in the index, those in the trash and damaged ones included. */
  indexed: number;
  /** The smallest thumbnails of shown works: how many are missing, and how many were made now. */
  thumbnails: { missing: number; made: number };
}

/**
 * Looks at everything that a gallery keeps: records and pictures as verifyGallery(), the index, the thumbnails.
 *
 * @throws ArtistError every error of verifyGallery(), mendGallery() and Gallery.refresh(); with `fix` those of Gallery.rebuild(); the signal's reason
 */
export const checkGallery = answering(
  'checkGallery',
  async (
    gallery: Gallery,
    { hashes, fix = false, drop = false, signal, onProgress }: CheckGalleryOptions = {},
  ): Promise<CheckedGallery> => {
    const tell = (phase: CheckPhase) => (done: number, total: number) => onProgress?.(phase, done, total);
    const { works, bytes, findings } = await verifyGallery(gallery, {
      ...(hashes !== undefined && { hashes }),
      signal,
      onProgress: tell('files'),
    });
    signal?.throwIfAborted();
    tell('repair')(0, findings.length);
    const { mended, left } = await mendGallery(gallery, findings, { fix, drop });
    signal?.throwIfAborted();
    const scan = { ...(signal && { signal }), onProgress: tell('index') };
    if (fix) await gallery.rebuild(scan);
    else await gallery.refresh({ ...scan, everyFile: true });
    const thumbnails = await checkThumbnails(gallery, { fix, signal, onProgress: tell('thumbnails') });
    return { works, bytes, findings: left, mended, indexed: gallery.state().works, thumbnails };
  },
);

/** Without `fix` counts alone. A picture that cannot be read has no thumbnail and is among the findings. */
async function checkThumbnails(
  gallery: Gallery,
  { fix, signal, onProgress }: { fix: boolean; signal: AbortSignal | undefined; onProgress: (done: number, total: number) => void },
): Promise<CheckedGallery['thumbnails']> {
  const ids = await gallery.select('');
  const found = { missing: 0, made: 0 };
  let done = 0;
  await inParallel(
    ids,
    async (id) => {
      if (!(await gallery.hasThumbnail(id))) {
        const isMade = fix && (await made(gallery, id));
        if (isMade) found.made++;
        else found.missing++;
      }
      if (++done % 100 === 0) onProgress(done, ids.length);
    },
    signal,
  );
  return found;
}

async function made(gallery: Gallery, id: string): Promise<boolean> {
  try {
    await gallery.thumbnail(id);
    return true;
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return false;
  }
}
