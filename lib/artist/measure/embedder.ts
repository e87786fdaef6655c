import { stat } from 'node:fs/promises';
import type { Clip } from '../../clip/index.ts';
import type { Embedder } from '../../gallery/index.ts';

/** A CLIP as the gallery wants it. Models of one name but of another size are two. */
export async function embedderOf(clip: Clip, signal: AbortSignal): Promise<Embedder> {
  const sizes = await Promise.all(clip.info.files.map(async (file) => (await stat(file)).size));
  return {
    model: `${clip.info.name}:${sizes.reduce((sum, size) => sum + size, 0)}`,
    dimensions: clip.info.dimensions,
    embed: (path) => clip.embedImage(path, { signal }),
  };
}
