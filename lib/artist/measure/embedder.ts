import { stat } from 'node:fs/promises';
import type { Clip } from '../../clip/index.ts';
import type { Embedder } from '../../gallery/index.ts';
import { storedEmbedding } from './embedded-works.ts';

/** Adapts a CLIP model for the gallery's search. The size is part of its key, so that two models of one name differ. */
export async function embedderOf(clip: Clip, signal: AbortSignal): Promise<Embedder> {
  const sizes = await Promise.all(clip.info.files.map(async (file) => (await stat(file)).size));
  return {
    model: `${clip.info.name}:${sizes.reduce((sum, size) => sum + size, 0)}`,
    dimensions: clip.info.dimensions,
    embed: (path) => clip.embedImage(path, { signal }),
    known: (work) => storedEmbedding(work, clip.info.name),
  };
}
