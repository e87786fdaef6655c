/** What is needed now and then is read when it is: importing the package should cost nothing for it. */
import { ArtistError, answering, display } from '../core/index.ts';
import type { Exported, SiteOptions } from './export/site.ts';
import type { ZipOptions } from './export/zip.ts';
import type { Gallery } from './gallery.ts';
import type { ImportOptions, ImportResult } from './store/import-pictures.ts';
import type { Mended } from './store/mend.ts';
import type { Finding, Verified, VerifyOptions } from './store/verify.ts';

/**
 * The works as a website of one folder, without a server and without scripts: it can be opened from the disk. In the order of `ids`. It is built
 * beside its place and moved there when it is whole. An earlier site is replaced; a folder with anything else in it is not.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS: the folder holds other files; ERR_INVALID_ARGUMENT (url; the folder must stay), ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const exportSite = answering(
  'exportSite',
  async (gallery: Gallery, ids: readonly string[], out: string, options: SiteOptions = {}): Promise<Exported> => {
    return (await import('./export/site.ts')).exportSite(gallery, ids, out, options);
  },
);

/**
 * Pictures and records of works in one ZIP file, with their JSON-LD as `works.jsonld`. Written as a whole or not at all.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_UNSUPPORTED: more than the format holds; ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const exportZip = answering(
  'exportZip',
  async (gallery: Gallery, ids: readonly string[], out: string, options: ZipOptions = {}): Promise<Exported> => {
    return (await import('./export/zip.ts')).exportZip(gallery, ids, out, options);
  },
);

/**
 * Takes pictures from elsewhere in: a copy of each file, byte for byte, with the recipe that A1111, Forge, ComfyUI, InvokeAI, NovelAI, Fooocus,
 * SwarmUI, stable-diffusion.cpp or Draw Things wrote into it. They are dated by their files. One that cannot be read stops none of the others.
 *
 * @throws ArtistError ERR_READ: a path does not exist; ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED; the signal's reason
 */
export const importPictures = answering(
  'importPictures',
  async (gallery: Gallery, paths: readonly string[], options: ImportOptions = {}): Promise<ImportResult[]> => {
    // A text is a list of characters, and "/" one of them.
    if (!Array.isArray(paths))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `paths: expected a list of files and folders, got ${display(paths)}`);
    return (await import('./store/import-pictures.ts')).importPictures(gallery, paths, options);
  },
);

/**
 * Compares every record with the files: are the pictures there, are they those that were filed, does everything belong to something. Changes nothing.
 *
 * @throws ArtistError ERR_READ; the signal's reason
 */
export const verifyGallery = answering('verifyGallery', async (gallery: Gallery, options: VerifyOptions = {}): Promise<Verified> => {
  return (await import('./store/verify.ts')).verifyGallery(gallery, options);
});

/**
 * Puts right what verifyGallery() found: with `fix`, pictures without a record and those whose record is damaged become works again, from the recipes
 * in them, and what killed writes left is removed; with `drop`, works whose picture is gone go into the trash. What fails stops none of the others.
 *
 * @throws ArtistError ERR_READ
 */
export async function mendGallery(gallery: Gallery, findings: readonly Finding[], what: { fix: boolean; drop: boolean }): Promise<Mended> {
  return (await import('./store/mend.ts')).mendGallery(gallery, findings, what);
}
