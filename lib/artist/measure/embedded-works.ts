import { type Clip, type Embedding, similarity } from '../../clip/index.ts';
import { errorLine, isArtistError } from '../../core/index.ts';
import { ledgerOf, unpackEmbedding } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';

export interface EmbeddedWork {
  work: Artwork;
  embedding: Embedding;
}

export interface EmbedWorksOptions {
  signal: AbortSignal;
  /** Called for each work whose record or picture cannot be read; such works are left out. */
  warn: (line: string) => void;
  /** Called before each picture that has to be embedded. */
  onProgress?: (done: number, total: number) => void;
}

/** Works of a query, newest first, at most `limit`. Warns of each work whose record cannot be read. */
export async function worksOf(gallery: Gallery, query: string, limit: number, warn: (line: string) => void): Promise<Artwork[]> {
  const works: Artwork[] = [];
  let after: string | undefined;
  do {
    const page = await gallery.list({ query, limit: Math.min(200, limit - works.length), ...(after !== undefined && { after }) });
    works.push(...page.works);
    for (const { code, message } of page.problems) warn(`${code}: ${message}`);
    after = page.next;
  } while (after !== undefined && works.length < limit);
  return works;
}

/** The embedding that the ledger of a work has of its picture, by the CLIP of this name. */
export function storedEmbedding(work: Artwork, model: string): Embedding | undefined {
  const ledger = ledgerOf(work);
  if (!ledger || ledger.model !== model || ledger.winner === null) return undefined;
  const text = ledger.candidates[ledger.winner]?.embedding;
  return text === undefined ? undefined : unpackEmbedding(text);
}

/**
 * Embeds works with `clip`. If this CLIP scored the work when it was kept, the embedding comes from the ledger. Works without a readable picture
 * are left out, with a warning.
 *
 * @throws `signal.reason` when aborted
 */
export async function embedWorks(
  works: readonly Artwork[],
  clip: Clip,
  { signal, warn, onProgress }: EmbedWorksOptions,
): Promise<EmbeddedWork[]> {
  const embedded: EmbeddedWork[] = [];
  for (const [index, work] of works.entries()) {
    signal.throwIfAborted();
    const stored = storedEmbedding(work, clip.info.name);
    if (stored) {
      embedded.push({ work, embedding: stored });
      continue;
    }
    onProgress?.(index, works.length);
    try {
      embedded.push({ work, embedding: await clip.embedImage(work.path, { signal }) });
    } catch (error) {
      if (signal.aborted || !isArtistError(error)) throw error;
      warn(errorLine(error));
    }
  }
  return embedded;
}

/** The two most similar works and their cosine; undefined: fewer than two works. */
export function mostAlike(works: readonly EmbeddedWork[]): { ids: [string, string]; cosine: number } | undefined {
  let best: { ids: [string, string]; cosine: number } | undefined;
  for (const [index, a] of works.entries())
    for (const b of works.slice(index + 1)) {
      const cosine = similarity(a.embedding, b.embedding);
      if (!best || cosine > best.cosine) best = { ids: [a.work.id, b.work.id], cosine };
    }
  return best;
}
