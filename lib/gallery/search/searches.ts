import { ulidTime } from '../../core/index.ts';
import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { EmbeddingFile, type Ranking, type Vector } from '../likeness/embeddings.ts';
import { WordFacets } from '../words/word-facets.ts';
import type { WordIndex } from '../words/word-index.ts';
import { WordSearch } from '../words/word-search.ts';
import { type Count, type FacetCounts, type FacetName, Facets, type ListFacet, type NewestCount } from './facets.ts';
import { Matching } from './match.ts';
import type { SortOrder } from './paging.ts';
import { parseQuery } from './query.ts';
import { byIdOrder, type RowPlace, Selection } from './selection.ts';
import { type GalleryStats, statsOf } from './stats.ts';

/** Which works a question is about. */
export interface Selected {
  query: string;
  trashed: boolean;
  /** false: without hidden works, and without damaged records, which may be those of hidden ones. */
  hidden: boolean;
}

/** A question to an index. All of it can be sent to a thread. */
export type Question =
  | (Selected & { kind: 'page'; sort: SortOrder; after: RowPlace | undefined; limit: number })
  | (Selected & { kind: 'ids'; sort: SortOrder })
  | (Selected & { kind: 'columns'; sort: SortOrder })
  | (Selected & { kind: 'facets'; facets: readonly FacetName[] })
  | (Selected & { kind: 'newest'; facet: ListFacet })
  | { kind: 'stats' }
  | (Selected & { kind: 'nearest'; file: string; dimensions: number; vector: Vector; limit: number });

/** Places of works, for a page of an order. */
export interface PageOfIds {
  places: { id: string; rating: number }[];
  total: number;
  more: boolean;
}

/** All works of a query as columns of equal length, for a grid that knows its shape before it loads the works. */
export interface Columns {
  /** 26 Latin-1 bytes for each work. */
  ids: Uint8Array<ArrayBuffer>;
  /** Width divided by height; 0: unknown. */
  ratios: Float32Array<ArrayBuffer>;
  /** Days since 1970, UTC. */
  days: Uint16Array<ArrayBuffer>;
}

export interface Answers {
  page: PageOfIds;
  ids: string[];
  columns: Columns;
  facets: { total: number; facets: Partial<Record<FacetName, Count[]>> };
  newest: NewestCount[];
  stats: GalleryStats;
  nearest: Ranking;
}
export type AnswerTo<Q extends Question> = Answers[Q['kind']];

/** Answers questions to an index, on this thread or on another. */
export interface Asking {
  ask<Q extends Question>(question: Q, signal?: AbortSignal): Promise<AnswerTo<Q>>;
}

/** Queries whose results are kept up to date, and works in all of these results together. */
const [mostSelections, mostRows] = [64, 2_000_000];
/** Rows that a word index reads between two steps. */
const rowsAtOnce = 2000;
const idLength = 26;
const dayMs = 86_400_000;

/** Answers questions to the rows of an index. Results of the last queries are kept, and follow the changes of the index. */
export class Searches {
  readonly #selections = new Map<string, Selection>();
  readonly #facets = new Facets();
  readonly #vectors = new Map<string, EmbeddingFile>();
  /** Of the question that is being answered. */
  #goOn: () => void = () => undefined;
  readonly #words: WordIndex | undefined;

  /** @param words of the same index, for many searches; while it is not ready, the bytes are searched */
  constructor(words?: WordIndex) {
    this.#words = words;
  }

  /**
   * @param goOn called between the steps of a search; it throws to stop it
   * @throws ArtistError ERR_INVALID_ARGUMENT (query, vector), ERR_READ; and every error of `goOn`
   */
  async answer<Q extends Question>(content: IndexRows, question: Q, goOn: () => void): Promise<AnswerTo<Q>> {
    return (await this.#answer(content, question, goOn)) as AnswerTo<Q>;
  }

  async #answer(content: IndexRows, question: Question, goOn: () => void): Promise<Answers[Question['kind']]> {
    switch (question.kind) {
      case 'page':
        return this.#page(content, question, goOn);
      case 'ids':
        return this.select(content, question, goOn)
          .inOrder(question.sort)
          .map(({ id }) => id);
      case 'columns':
        return this.#columns(content, this.select(content, question, goOn).inOrder(question.sort), goOn);
      case 'facets': {
        const { byId } = this.select(content, question, goOn);
        return { total: byId.length, facets: this.#counts(content, goOn).count(content, byId, question.facets) };
      }
      case 'newest':
        return this.#counts(content, goOn).newest(content, this.select(content, question, goOn).byId, question.facet);
      case 'stats':
        return statsOf(content, this.select(content, { query: '', trashed: false, hidden: true }, goOn).byId, this.#counts(content, goOn));
      case 'nearest':
        return this.#nearest(content, question, goOn);
    }
  }

  /** The rows a query finds. Rows of damaged records are found only without conditions, so that lists can report them. */
  select(content: IndexRows, { query, trashed, hidden }: Selected, goOn: () => void): Selection {
    this.#goOn = goOn;
    const key = `${trashed} ${hidden}\n${query.trim()}`;
    const known = this.#selections.get(key);
    if (known) this.#selections.delete(key); // and last again: the one that was not used for longest is dropped first
    const selection = (known ?? this.#newSelection(query, trashed, hidden)).update(content);
    this.#selections.set(key, selection);
    this.#dropOld();
    return selection;
  }

  #newSelection(query: string, trashed: boolean, hidden: boolean): Selection {
    const clauses = parseQuery(query);
    const matching = new Matching(clauses);
    const isWanted = (flags: number): boolean =>
      ((flags & workFlags.trashed) !== 0) === trashed &&
      (hidden || (flags & (workFlags.hidden | workFlags.damaged)) === 0) &&
      (clauses.length === 0 || (flags & workFlags.damaged) === 0);
    const words = this.#words;
    const goOn = (): void => this.#goOn();
    return new Selection({
      all: (content) =>
        words?.follow(content)
          ? new WordSearch(words, content).find(matching.matchers, isWanted, goOn)
          : matching
              .all(content, [...content.rows.values()], goOn)
              .filter(({ flags }) => isWanted(flags))
              .sort(byIdOrder),
      one: (content, row) => isWanted(row.flags) && matching.one(content, row),
    });
  }

  /** What counts works. A word index is made ready for it: that takes less time than counting without it. */
  #counts(content: IndexRows, goOn: () => void): FacetCounts {
    const words = this.#words;
    if (!words) return this.#facets;
    if (!words.follow(content)) while (words.build(rowsAtOnce)) goOn();
    return new WordFacets(words, this.#facets);
  }

  #dropOld(): void {
    let rows = 0;
    for (const { byId } of this.#selections.values()) rows += byId.length;
    for (const [key, { byId }] of this.#selections) {
      if (this.#selections.size <= 1 || (this.#selections.size <= mostSelections && rows <= mostRows)) return;
      this.#selections.delete(key);
      rows -= byId.length;
    }
  }

  #page(content: IndexRows, { sort, after, limit, ...selected }: Extract<Question, { kind: 'page' }>, goOn: () => void): PageOfIds {
    const selection = this.select(content, selected, goOn);
    const place = after && { id: after.id, rating: after.rating ?? content.rows.get(after.id)?.rating };
    const { rows, more } = selection.page(sort, place, limit);
    return { places: rows.map(({ id, rating }) => ({ id, rating })), total: selection.byId.length, more };
  }

  #columns(content: IndexRows, rows: readonly Row[], goOn: () => void): Columns {
    const ids = Buffer.from(new ArrayBuffer(rows.length * idLength));
    const counts = this.#counts(content, goOn);
    const [ratios, days] = [new Float32Array(rows.length), new Uint16Array(rows.length)];
    for (const [index, row] of rows.entries()) {
      if (index % 10_000 === 0) goOn();
      ids.write(row.id, index * idLength, 'latin1');
      ratios[index] = counts.ratioOf(content, row);
      days[index] = Math.floor(ulidTime(row.id) / dayMs);
    }
    return { ids: new Uint8Array(ids.buffer), ratios, days };
  }

  async #nearest(content: IndexRows, question: Extract<Question, { kind: 'nearest' }>, goOn: () => void): Promise<Ranking> {
    const { file: path, dimensions, vector, limit, query, trashed, hidden } = question;
    const file = this.#vectors.get(path) ?? new EmbeddingFile(path, dimensions);
    this.#vectors.set(path, file);
    await file.refresh();
    goOn();
    const unseen = workFlags.damaged | workFlags.trashed | (hidden ? 0 : workFlags.hidden);
    if (query.trim() === '' && !trashed)
      // Building a hundred thousand ids would cost more than the search.
      return file.rank(vector, limit, (id) => ((content.rows.get(id)?.flags ?? unseen) & unseen) === 0);
    return file.rank(
      vector,
      limit,
      this.select(content, { query, trashed, hidden }, goOn).byId.map(({ id }) => id),
    );
  }
}
