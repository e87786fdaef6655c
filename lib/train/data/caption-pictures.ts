/** Captions for pictures without one: the tags that are closest by CLIP. */
import path from 'node:path';
import { ArtistError, readPlainFile, systemCode, writeOutput } from '../../core/index.ts';
import { decodeImage, type RawImage } from '../../image/index.ts';
import { scanFolder } from './scan-folder.ts';

const mostTags = 5000;

/** The methods used of a Clip; loadClip() returns one. */
export interface CaptionClip<E> {
  embedImage(image: RawImage, options: { signal: AbortSignal }): PromiseLike<E>;
  embedTexts(texts: readonly string[], options: { signal: AbortSignal }): PromiseLike<readonly E[]>;
  similarity(a: E, b: E): number;
  dispose(): Promise<void>;
}

export interface CaptionPicturesOptions {
  /** Text file with the tags to choose from, one per line, 2..5000. */
  tags: string;
  /** Number of tags per caption, 1..50. */
  count: number;
  /** First words of each caption. */
  prefix?: string | undefined;
  /** Sentence for CLIP, with the tag at {}. */
  template: string;
  /** Write nothing. */
  dryRun: boolean;
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface SuggestedCaption {
  picture: string;
  caption: string;
  /** Best first, with the cosine between picture and tag. */
  tags: { tag: string; similarity: number }[];
  /** The caption file; absent when nothing was written. */
  file?: string;
}

async function readTags(file: string): Promise<string[]> {
  const content = await readPlainFile(file, 'utf8').catch((error: unknown) => {
    throw new ArtistError('ERR_READ', `tags: expected a text file with a tag a line, got ${file} (${systemCode(error) ?? String(error)})`, {
      cause: error,
    });
  });
  const tags = [...new Set(content.split(/\r?\n/).map((line) => line.trim()))].filter((line) => line !== '');
  if (tags.length >= 2 && tags.length <= mostTags) return tags;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `tags: expected 2..${mostTags} different lines, got ${tags.length} in ${file}`);
}

/**
 * Writes fox.txt beside fox.png for each picture of a folder without a caption. A caption file that appears in the meantime is not
 * overwritten.
 *
 * @param open loads the CLIP; called only if a picture has no caption
 * @returns the captions, and the number of pictures that already had one
 * @throws ArtistError ERR_READ when the tags cannot be read; ERR_INVALID_ARGUMENT when there are too few or too many; and every error of
 *   `open`, scanFolder() and writeOutput()
 */
export async function captionPictures<E>(
  folder: string,
  open: () => Promise<CaptionClip<E>>,
  { tags: file, count, prefix, template, dryRun, signal, onProgress }: CaptionPicturesOptions,
): Promise<{ suggested: SuggestedCaption[]; had: number }> {
  const tags = await readTags(file);
  const { pictures } = await scanFolder(folder, { signal });
  const silent = pictures.filter(({ caption }) => caption.source === 'file-name' || caption.source === 'none');
  const suggested: SuggestedCaption[] = [];
  if (silent.length === 0) return { suggested, had: pictures.length };
  const clip = await open();
  try {
    const embedded = await clip.embedTexts(
      tags.map((tag) => template.replace('{}', tag)),
      { signal },
    );
    for (const picture of silent) {
      signal.throwIfAborted();
      onProgress?.(suggested.length, silent.length);
      const seen = await clip.embedImage(await decodeImage(picture.file), { signal });
      const best = tags
        .flatMap((tag, at) => (embedded[at] === undefined ? [] : [{ tag, similarity: clip.similarity(seen, embedded[at]) }]))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, count);
      const caption = [...(prefix === undefined ? [] : [prefix]), ...best.map(({ tag }) => tag)].join(', ');
      const written = path.join(path.dirname(picture.file), `${path.parse(picture.file).name}.txt`);
      if (!dryRun) await writeOutput(written, `${caption}\n`, { overwrite: false });
      suggested.push({ picture: picture.name, caption, tags: best, ...(!dryRun && { file: written }) });
    }
    return { suggested, had: pictures.length - silent.length };
  } finally {
    await clip.dispose();
  }
}
