import { stat } from 'node:fs/promises';
import { type Clip, type Embedding, loadClip } from '../lib/clip/index.ts';
import { ArtistError, systemCode } from '../lib/core/index.ts';
import type { ArtImage } from '../lib/image/index.ts';

/** The option of create and score. */
export const clipDescription =
  'CLIP that scores: a file or folder of your own. Default: the bundled one, for pictures of the bundled painter';

export function openClip(path: string | undefined, signal: AbortSignal): Promise<Clip> {
  return loadClip({ ...(path !== undefined && { model: path }), signal });
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND: a mistyped name is told before minutes of painting */
export async function checkClipPath(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  await stat(path).catch((error: unknown) => {
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `--clip: expected a file or folder, got ${path} (${systemCode(error) ?? String(error)})`, {
      cause: error,
    });
  });
}

export interface Scores {
  /** Name of the CLIP model. */
  name: string;
  bundled: boolean;
  /** Cosine of each picture with the prompt. */
  similarities: number[];
  embeddings: Embedding[];
  /** The prompt is longer than the model reads. */
  truncated: boolean;
}

/** Compares finished pictures with the prompt they were painted for. Throws what loadClip(), embedText() and embedImages() throw. */
export async function scoreImages(
  images: readonly ArtImage[],
  prompt: string,
  { clip: path, signal }: { clip: string | undefined; signal: AbortSignal },
): Promise<Scores> {
  const clip = await openClip(path, signal);
  try {
    const text = await clip.embedText(prompt, { signal });
    const embeddings = await clip.embedImages(images, { signal });
    return {
      name: clip.info.name,
      bundled: path === undefined,
      similarities: embeddings.map((embedding) => clip.similarity(embedding, text)),
      embeddings,
      truncated: text.truncated,
    };
  } finally {
    await clip.dispose();
  }
}
