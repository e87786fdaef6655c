import type { Artwork } from './artwork.ts';
import { modelNameOf, nameOf } from './describe.ts';
import type { IndexRows, Row } from './indexing/index-rows.ts';

/** What a list shows of a work: small, and without paths. */
export interface WorkSummary {
  id: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  updatedAt?: string | undefined;
  /** Name of the picture's file, as its record has it. */
  file: string;
  /** Of the picture's file, lower-case hex. */
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  /** Title, else the beginning of the prompt, else the id. */
  name: string;
  title?: string | undefined;
  altText?: string | undefined;
  /** Its first 300 characters. */
  prompt?: string | undefined;
  model?: string | undefined;
  seed?: number | undefined;
  rating?: number | undefined;
  star: boolean;
  /** What a review decided. */
  flag?: 'pick' | 'reject' | undefined;
  hidden: boolean;
  tags: string[];
  collections: string[];
  trashedAt?: string | undefined;
  /** Number of candidates whose pictures were kept; 0: none. */
  candidates: number;
  hasLedger: boolean;
}

const longestPrompt = 300;

export function summaryOf(work: Artwork): WorkSummary {
  const { recipe, image } = work;
  return {
    id: work.id,
    createdAt: work.createdAt,
    updatedAt: work.updatedAt,
    file: work.file,
    sha256: image.sha256,
    bytes: image.bytes,
    width: image.width,
    height: image.height,
    name: nameOf(work),
    title: work.title,
    altText: work.altText,
    prompt: recipe?.prompt === undefined ? undefined : [...recipe.prompt.slice(0, 2 * longestPrompt)].slice(0, longestPrompt).join(''),
    model: modelNameOf(work),
    seed: recipe?.seed,
    rating: work.rating,
    star: work.star ?? false,
    flag: work.flag,
    hidden: work.hidden ?? false,
    tags: work.tags ?? [],
    collections: work.collections ?? [],
    trashedAt: work.trashedAt,
    candidates: work.candidates?.count ?? 0,
    hasLedger: work.curation !== undefined,
  };
}

/** Summaries that are kept, and how long without a look at the file, milliseconds: an editor may write in place, which the index does not notice. */
const [most, longestMs] = [20_000, 30_000];

/** Summaries of the works that were read last. One counts as long as the index has the same row. */
export class Summaries {
  readonly #known = new Map<string, { row: Row; summary: WorkSummary; at: number }>();

  get(content: IndexRows, id: string): WorkSummary | undefined {
    const known = this.#known.get(id);
    if (!known || known.row !== content.rows.get(id) || performance.now() - known.at > longestMs) return undefined;
    return known.summary;
  }

  /** @param row the row before the record was read */
  put(row: Row | undefined, summary: WorkSummary): void {
    if (!row) return;
    this.#known.delete(summary.id);
    this.#known.set(summary.id, { row, summary, at: performance.now() });
    if (this.#known.size <= most) return;
    for (const id of this.#known.keys()) return void this.#known.delete(id); // the oldest
  }
}
