import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isArtistError, readPlainFile, writeError } from '../../core/index.ts';
import type { Gallery } from '../gallery.ts';
import { picturePattern } from './layout.ts';
import { changeableFields, readSidecarObject, type SidecarChange } from './sidecar.ts';
import type { Finding } from './verify.ts';

export interface Mended {
  /** One line for each repair. */
  mended: string[];
  left: Finding[];
}

/**
 * Puts right what verifyGallery() found: with `fix`, pictures without a record and those whose record is damaged become works again, from the recipes
 * in them, and what killed writes left is removed; with `drop`, works whose picture is gone go into the trash. What fails stops none of the others.
 *
 * @throws ArtistError ERR_READ
 */
export async function mendGallery(
  gallery: Gallery,
  findings: readonly Finding[],
  { fix, drop }: { fix: boolean; drop: boolean },
): Promise<Mended> {
  const result: Mended = { mended: [], left: [] };
  for (const finding of findings) {
    try {
      const done = await mendOne(gallery, finding, { fix, drop });
      if (done === undefined) result.left.push(finding);
      else result.mended.push(`${finding.path}: ${done}`);
    } catch (error) {
      if (!isArtistError(error)) throw error;
      result.left.push({ ...finding, message: `${finding.message}; not mended: ${error.code}: ${error.message}` });
    }
  }
  return result;
}

/** A description of the repair; undefined if there was none. */
async function mendOne(gallery: Gallery, finding: Finding, { fix, drop }: { fix: boolean; drop: boolean }): Promise<string | undefined> {
  const { kind, path, id } = finding;
  if (kind === 'picture-missing' && drop && id !== undefined) {
    await gallery.trash(id);
    return 'the work is in the trash';
  }
  if (!fix) return undefined;
  if (kind === 'leftover') {
    await rm(path, { force: true }).catch((error: unknown) => {
      throw writeError(path, error);
    });
    return 'removed';
  }
  if (kind === 'orphan' && !path.includes('.candidates.')) {
    await gallery.adopt(path);
    return 'is a work again';
  }
  return kind === 'damaged' && id !== undefined ? remakeRecord(gallery, path, id) : undefined;
}

/** Makes the sidecar again from the recipe in the picture, with the valid fields of the old one, which is kept under a hidden name. */
async function remakeRecord(gallery: Gallery, path: string, id: string): Promise<string | undefined> {
  const folder = dirname(path);
  const picture = (await readdir(folder)).find((name) => picturePattern.exec(name)?.[1] === id);
  if (picture === undefined) return undefined;
  const about = salvaged(await readPlainFile(path, 'utf8').catch(() => ''), path);
  const aside = join(folder, `.${id}.json.damaged`);
  await rename(path, aside).catch((error: unknown) => {
    throw writeError(path, error);
  });
  await gallery.adopt(join(folder, picture));
  if (Object.keys(about).length > 0) await gallery.update(id, about);
  return `made again from the picture${Object.keys(about).length > 0 ? `, with ${Object.keys(about).join(', ')} of the old one` : ''}. The old one: ${aside}`;
}

function salvaged(text: string, path: string): SidecarChange {
  try {
    return changeableFields(readSidecarObject(path, text));
  } catch {
    return {}; // expected: the sidecar is damaged
  }
}
