import { basename, join, parse } from 'node:path';
import { isArtistError } from '../../core/index.ts';
import { readRecipe } from '../../image/index.ts';
import { isCaptionList } from './caption-lists.ts';
import { type CaptionSource, oneLine, readText } from './caption-text.ts';
import type { FolderNames } from './folder-names.ts';

export interface FoundCaption {
  readonly text: string;
  readonly source: CaptionSource;
}

const captionEndings: readonly string[] = ['.txt', '.caption'];

/** Returns the picture name that a caption file belongs to; undefined if the name is not that of a caption file. */
export function captionOf(name: string): string | undefined {
  const { name: stem, ext } = parse(name);
  return captionEndings.includes(ext.toLowerCase()) && !isCaptionList(name) ? stem : undefined;
}

/**
 * Reads the caption file of a picture: `name.txt`, `name.caption` or `name.png.txt`, in any case. An empty file is an empty caption.
 *
 * @param names files of the picture's folder
 * @throws ArtistError ERR_READ when the file cannot be read; ERR_TRAIN_DATA when it is not text or too long
 */
export async function readSidecar(file: string, names: FolderNames): Promise<FoundCaption | undefined> {
  const { dir, name, base } = parse(file);
  const wanted = [name, base].flatMap((stem) => captionEndings.map((ending) => stem + ending)).filter((known) => !isCaptionList(known));
  const sidecar = names.first(wanted);
  if (sidecar === undefined) return undefined;
  const path = join(dir, sidecar);
  return { text: oneLine(path, await readText(path)), source: 'sidecar' };
}

/** Returns the prompt in the recipe of a painted picture, without LoRA tags. */
export async function captionOfRecipe(file: string): Promise<FoundCaption | undefined> {
  try {
    const found = await readRecipe(file);
    const text = (found?.recipe.prompt ?? '')
      .replace(/<(?:lora|lyco|hypernet):[^<>]*>/gi, '')
      .replace(/\s+/g, ' ')
      .replace(/(?:,\s*)+,/g, ',')
      .replace(/^[,\s]+|[,\s]+$/g, '');
    return text === '' ? undefined : { text: oneLine(file, text), source: 'recipe' };
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return undefined; // damaged or very long metadata: the picture has no caption of its own
  }
}

/** Makes a caption from a file name: "red-fox_02.png" gives "red fox"; names made by cameras and hashes give none. */
export function captionOfName(file: string): FoundCaption {
  const words = basename(file)
    .replace(/\.[^.]+$/, '')
    .replace(/[_\-+.]+/g, ' ')
    .replace(/[([{]\s*\d+\s*[)\]}]/g, ' ')
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word) && !/^(?:img|dsc[nf]?|pxl|p|image|picture|photo|scan|untitled|screenshot|copy)\d*$/i.test(word))
    .filter((word) => !/^(?=.*\d)[0-9a-f]{6,}$/i.test(word) && !/^[0-9A-HJKMNP-TV-Z]{26}$/.test(word));
  const text = words.join(' ').trim();
  return text === '' ? { text: '', source: 'none' } : { text, source: 'file-name' };
}
