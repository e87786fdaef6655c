import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import type { Gallery } from '../gallery.ts';
import { EmbeddingFile, embeddingsFile, type Ranking, type Vector } from './embeddings.ts';

/** Computes vectors of pictures: a CLIP, passed in so that the gallery does not need the addon. */
export interface Embedder {
  /** Names the model. Vectors of two models are never mixed. */
  model: string;
  dimensions: number;
  /** The vector of a picture file. */
  embed: (path: string) => Promise<Vector>;
  /** The vector that the record of a work has, by the same model; undefined: none, so its picture is embedded. */
  known?: ((work: Artwork) => Vector | undefined) | undefined;
}

export interface EmbedOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface EmbedResult {
  /** Number of works that got a vector. */
  embedded: number;
  /** Works whose pictures are gone or cannot be read. */
  failed: { id: string; message: string }[];
}

export interface SimilarWork {
  work: Artwork;
  similarity: number;
}

/** Vectors written at a time; a crash loses at most these. */
const batch = 32;

/** The vectors of a gallery by one CLIP. */
export class SimilarWorks {
  readonly #gallery: Gallery;
  readonly #embedder: Embedder;
  readonly #file: EmbeddingFile;

  constructor(gallery: Gallery, embedder: Embedder) {
    this.#gallery = gallery;
    this.#embedder = embedder;
    this.#file = new EmbeddingFile(embeddingsFile(gallery.layout.cache, embedder.model, embedder.dimensions), embedder.dimensions);
  }

  /**
   * Computes missing vectors, newest works first.
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED; the signal's reason. Vectors computed before an error are kept.
   */
  async embedMissing({ signal, onProgress }: EmbedOptions = {}): Promise<EmbedResult> {
    await this.#file.refresh();
    const missing = (await this.#gallery.select('')).filter((id) => !this.#file.has(id));
    const result: EmbedResult = { embedded: 0, failed: [] };
    for (let at = 0; at < missing.length; at += batch) {
      const entries: { id: string; vector: Vector }[] = [];
      for (const id of missing.slice(at, at + batch)) {
        signal?.throwIfAborted();
        onProgress?.(at + entries.length, missing.length);
        try {
          const work = await this.#gallery.get(id);
          entries.push({ id, vector: this.#embedder.known?.(work) ?? (await this.#embedder.embed(work.path)) });
        } catch (error) {
          signal?.throwIfAborted();
          if (!(error instanceof ArtistError)) throw error;
          result.failed.push({ id, message: `${error.code}: ${error.message}` });
        }
      }
      await this.#gallery.whileLocked('keeping embeddings', async () => {
        await this.#file.refresh();
        await this.#file.append(entries);
      });
      result.embedded += entries.length;
    }
    return result;
  }

  /**
   * The works most like a vector, best first, among those that a query finds.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query, vector), ERR_READ
   */
  async nearest(vector: Vector, { limit = 20, query = '' }: { limit?: number; query?: string } = {}): Promise<SimilarWork[]> {
    const { best: found } = await this.rank(vector, { limit, query });
    const works = new Map((await this.#gallery.getMany(found.map(({ id }) => id))).map((work) => [work.id, work]));
    return found.flatMap(({ id, similarity }) => {
      const work = works.get(id);
      return work ? [{ work, similarity }] : [];
    });
  }

  /**
   * As nearest(), with ids instead of works, and with the spread of all likenesses.
   *
   * @throws ArtistError every error of nearest(); ERR_BUSY of a gallery that serves; the signal's reason
   */
  async rank(
    vector: Vector,
    { limit = 20, query = '', hidden = true, signal }: { limit?: number; query?: string; hidden?: boolean; signal?: AbortSignal } = {},
  ): Promise<Ranking> {
    const { path: file, dimensions } = this.#file;
    return this.#gallery.rank({ file, dimensions, vector, limit, query, trashed: false, hidden }, signal);
  }

  /** The unit vectors of works, without those that have none. */
  async vectors(ids: readonly string[]): Promise<Map<string, Vector>> {
    await this.#file.refresh();
    return new Map(
      ids.flatMap((id): [string, Vector][] => {
        const vector = this.#file.vectorOf(id);
        return vector ? [[id, vector]] : [];
      }),
    );
  }

  /** The unit vector of a work, as embedMissing() made it; undefined if it has none. */
  async vectorOf(id: string): Promise<Vector | undefined> {
    await this.#file.refresh();
    return this.#file.vectorOf(id);
  }
}
