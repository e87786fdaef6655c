/** Changes of a single work. */
import { ArtistError } from '../../../core/index.ts';
import { type Artwork, type Gallery, importPicture, type SidecarChange } from '../../../gallery/index.ts';
import { fieldsFor, recordOf, type WorkChange } from './work-change.ts';

/** The versions of an If-Match header: `"abc", W/"def"`; undefined: any will do. */
function wantedVersions(header: string | undefined): string[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''));
}

/**
 * Changes the named fields of a work; all others stay, so two clients that change different fields at once both succeed.
 *
 * @param ifMatch the header: the change is made only if the work has one of these versions
 * @throws ArtistError ERR_CHANGED: it has another version; and every error of Gallery.update()
 */
export function changeWork(gallery: Gallery, id: string, change: WorkChange, ifMatch: string | undefined): Promise<Artwork> {
  const versions = wantedVersions(ifMatch);
  return gallery.update(id, (work) => {
    const { version } = recordOf(work);
    if (versions && !versions.includes(version))
      throw new ArtistError(
        'ERR_CHANGED',
        `If-Match: expected the version of ${id}, which is "${version}", got ${versions.map((each) => `"${each}"`).join(', ')}. Read the work again`,
      );
    return fieldsFor(work, change);
  });
}

/** Largest picture that is taken in, pixels. */
const mostPixels = 100_000_000;

/**
 * Files an uploaded picture; its kind is read from its content. A picture that the gallery has already is not filed again.
 *
 * @throws ArtistError every error of importPicture()
 */
export function takeIn(
  gallery: Gallery,
  { bytes, name, at }: { bytes: Uint8Array; name: string; at: number },
  about: SidecarChange,
): Promise<{ work: Artwork; filed: boolean }> {
  return importPicture(gallery, { bytes, name: name.split(/[\\/]/).at(-1) || 'upload', at, maxPixels: mostPixels }, about);
}
