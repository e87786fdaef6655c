import { resolve } from 'node:path';
import { type Clock, homeOf, isArtistError, isFile, type RandomSource } from '../core/index.ts';
import type { Artwork } from './artwork.ts';
import { changedSince, type GalleryMark, markOf, type WorkEvent } from './indexing/changed-works.ts';
import { Freshness } from './indexing/freshness.ts';
import { workFlags } from './indexing/index-lines.ts';
import { readWork, type ScanOptions } from './indexing/scan.ts';
import { WorkIndex } from './indexing/work-index.ts';
import type { Ranking } from './likeness/embeddings.ts';
import type { Count, FacetName, ListFacet, NewestCount } from './search/facets.ts';
import { findWork } from './search/find-work.ts';
import { listWorks, type PageOf, type Read, unknownFields } from './search/list-works.ts';
import type { ListOptions, Page } from './search/paging.ts';
import { settingsOf } from './search/search-text.ts';
import { type AnswerTo, type Asking, type Columns, type Question, Searches } from './search/searches.ts';
import type { RowPlace } from './search/selection.ts';
import type { GalleryStats } from './search/stats.ts';
import type { Layout } from './store/layout.ts';
import type { EncodeWork, ThumbnailFormat } from './store/pictures.ts';
import { type Thumbnail, Thumbnails } from './store/thumbnails.ts';
import { type ThumbnailSize, WorkFiles } from './store/work-files.ts';
import { AskingThread, type SearchLimits } from './thread/asking-thread.ts';
import { Summaries, summaryOf, type WorkSummary } from './work-summary.ts';

export interface GalleryOptions {
  /** Home folder; the gallery is its folder `gallery`. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** The folder of the gallery itself, instead of `<home>/gallery`. */
  folder?: string | undefined;
  clock?: Clock;
  random?: RandomSource;
  /** How long to wait for another process that writes, milliseconds. Default 10 000. */
  waitMs?: number;
  /**
   * For a process that serves many readers: reads use the index as it is and compare it with the files twice a second, without waiting for long;
   * searches run on a thread of their own, within these limits. Call close() at the end. Default: every read compares first.
   */
  serving?: SearchLimits | undefined;
  /** How pictures that were painted here are encoded when they are filed, for example to sign them. Default: PNG with recipe and AI label. */
  encode?: EncodeWork | undefined;
  /** Called with each work that was painted here, once it is filed. Must not throw. */
  onFiled?: ((work: Artwork) => void) | undefined;
  /** Called with what the owner should know, such as works that are gone from the disk. Default: a process warning. */
  onWarning?: (message: string) => void;
}

/** Options of reading methods: a gallery that serves can stop a search. */
interface ReadOptions {
  signal?: AbortSignal | undefined;
}

/** The reading half of a gallery. */
export class GalleryReader {
  readonly folder: string;
  readonly layout: Layout;
  protected readonly files: WorkFiles;
  protected readonly index: WorkIndex;
  readonly #thumbnails: Thumbnails;
  readonly #searches = new Searches();
  readonly #summaries = new Summaries();
  readonly #thread: AskingThread | undefined;
  readonly #freshness: Freshness | undefined;
  /** Answers on this thread. */
  readonly #here: Asking = {
    ask: (question, signal) => this.#searches.answer(this.index.log.content, question, () => signal?.throwIfAborted()),
  };
  #warning: string | undefined;

  constructor(options: GalleryOptions = {}) {
    const { home, folder, waitMs, serving, onWarning = warnProcess } = options;
    this.folder = resolve(folder ?? homeOf(home).gallery);
    this.files = new WorkFiles(this.folder);
    this.layout = this.files.layout;
    const warn = (message: string): void => {
      if (this.#warning === message) return;
      this.#warning = message;
      onWarning(message);
    };
    this.index = new WorkIndex(this.files, { waitMs, warn });
    this.#thumbnails = new Thumbnails(this.files, warn);
    if (!serving) return;
    this.#freshness = new Freshness(this.index, warn);
    this.#thread = new AskingThread(() => this.index.log.content, serving);
  }

  /**
   * The id that `text` means: a ULID, a beginning or an end of one that no other work has (in any case), or "latest".
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_INVALID_ARGUMENT: several works match
   */
  async find(text: string): Promise<string> {
    await this.#ready();
    try {
      return findWork(this.index.log.content, text, this.folder);
    } catch (error) {
      // Another process may have filed it a moment ago.
      if (!this.#freshness || !isArtistError(error, 'ERR_NOT_FOUND')) throw error;
      await this.refresh();
      return findWork(this.index.log.content, text, this.folder);
    }
  }

  /**
   * A work with what its sidecar says now. `id` is anything that find() takes. The picture may be gone: see hasPicture().
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_READ
   */
  async get(id: string): Promise<Artwork> {
    return this.files.read(await this.find(id));
  }

  /** Whether lists show a work: it is neither in the trash nor damaged. As of the last call of another method. */
  isShown(id: string): boolean {
    return ((this.index.log.rows.get(id)?.flags ?? workFlags.damaged) & (workFlags.trashed | workFlags.damaged)) === 0;
  }

  /** Whether everyone may see a work: lists show it, and it is not hidden. As of the last call of another method. */
  isPublic(id: string): boolean {
    return this.isShown(id) && ((this.index.log.rows.get(id)?.flags ?? 0) & workFlags.hidden) === 0;
  }

  /** Works by whole ids, in the same order, without those that are gone or damaged. list() and verifyGallery() report these. */
  async getMany(ids: readonly string[]): Promise<Artwork[]> {
    return this.files.readMany(ids);
  }

  /** Absolute path of a work's picture. */
  pathOf({ id, file }: Pick<Artwork, 'id' | 'file'>): string {
    return this.files.pathOf(id, file);
  }

  async hasPicture(work: Artwork): Promise<boolean> {
    return isFile(work.path);
  }

  /**
   * One page of works, with what their sidecars say now.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query, limit, after), ERR_READ; ERR_BUSY of a gallery that serves
   */
  async list({ after, ...options }: ListOptions = {}): Promise<Page> {
    await this.#ready();
    const { next, ...page } = await listWorks(
      this.#asking(options),
      { ...options, after: after === undefined ? undefined : { id: after } },
      async (id) => {
        const read = await readWork(id, this.files.sidecarOf(id));
        return read?.sidecar ? { work: this.files.artworkOf(read.sidecar) } : read && { problem: read.problem };
      },
    );
    return { ...page, next: next?.id };
  }

  /**
   * One page of summaries, for lists. Of a gallery that serves, they are kept in memory: a record that an editor changed in place shows within 30
   * seconds. A page begins behind a place, that of the page before; the work itself may have left the list since.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query, limit), ERR_READ; ERR_BUSY of a gallery that serves; the signal's reason
   */
  async summaries(options: Omit<ListOptions, 'after'> & ReadOptions & { after?: RowPlace | undefined } = {}): Promise<PageOf<WorkSummary>> {
    await this.#ready();
    return listWorks(this.#asking(options), options, async (id) => this.#summary(id));
  }

  /**
   * The summary of a work by its whole id. See summaries().
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_READ
   */
  async summary(id: string): Promise<WorkSummary> {
    await this.#ready();
    const read = this.index.log.rows.has(id) ? await this.#summary(id) : undefined;
    return read?.work ?? summaryOf(await this.files.read(id)); // which says what is wrong with it
  }

  async #summary(id: string): Promise<Read<WorkSummary>> {
    const { content } = this.index.log;
    const known = this.#freshness && this.#summaries.get(content, id);
    if (known) return { work: known };
    const row = content.rows.get(id);
    const read = await readWork(id, this.files.sidecarOf(id));
    if (!read?.sidecar) return read && { problem: read.problem };
    const work = summaryOf(this.files.artworkOf(read.sidecar));
    this.#summaries.put(row, work);
    return { work };
  }

  /**
   * Ids of all works that a query finds, newest first by default.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query), ERR_READ; ERR_BUSY of a gallery that serves
   */
  async select(
    query: string,
    { trashed = false, hidden = true, sort = 'newest' }: Pick<ListOptions, 'trashed' | 'hidden' | 'sort'> = {},
  ): Promise<string[]> {
    return this.#ask({ kind: 'ids', query, trashed, hidden, sort });
  }

  /**
   * All works that a query finds, as columns: ids, aspect ratios and days, for a grid that knows its shape before it loads works.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query), ERR_READ; ERR_BUSY of a gallery that serves; the signal's reason
   */
  async columns({
    query = '',
    trashed = false,
    hidden = true,
    sort = 'newest',
    signal,
  }: Pick<ListOptions, 'query' | 'trashed' | 'hidden' | 'sort'> & ReadOptions = {}): Promise<Columns> {
    return this.#ask({ kind: 'columns', query, trashed, hidden, sort }, signal);
  }

  /**
   * Counts the works of a query by month, model, tag and so on.
   *
   * @throws ArtistError every error of columns()
   */
  async facets(
    facets: readonly FacetName[],
    { query = '', trashed = false, hidden = true, signal }: Pick<ListOptions, 'query' | 'trashed' | 'hidden'> & ReadOptions = {},
  ): Promise<{ total: number; facets: Partial<Record<FacetName, Count[]>> }> {
    return this.#ask({ kind: 'facets', query, trashed, hidden, facets }, signal);
  }

  /**
   * The tags or collections of all works out of the trash, each with the number of its works and the newest of them. In no order.
   * With `hidden: false`, hidden works do not count.
   *
   * @throws ArtistError every error of columns()
   */
  async newestOf(facet: ListFacet, { hidden = true }: Pick<ListOptions, 'hidden'> = {}): Promise<NewestCount[]> {
    return this.#ask({ kind: 'newest', query: '', trashed: false, hidden, facet });
  }

  /** See SimilarWorks.rank(). */
  async rank(question: Omit<Extract<Question, { kind: 'nearest' }>, 'kind'>, signal?: AbortSignal): Promise<Ranking> {
    return this.#ask({ kind: 'nearest', ...question }, signal);
  }

  /**
   * Fields of a query that neither the query language nor any work has, so most likely misspelt. Each with the nearest known field.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query), ERR_READ
   */
  async unknownFields(query: string): Promise<{ field: string; meant: string | undefined }[]> {
    await this.#ready();
    return unknownFields(this.index.log.content, query);
  }

  /**
   * Path of a small WebP or AVIF, made at the first call; the smallest WebP of a painted work is made when it is filed. Equal calls are joined,
   * and few are made at a time.
   *
   * @throws ArtistError ERR_NOT_FOUND: no such work, or its picture is gone; ERR_IMAGE_DECODE, ERR_DISK_FULL, ERR_WRITE; ERR_BUSY: hundreds wait
   */
  async thumbnail(id: string, size: ThumbnailSize = 320, format: ThumbnailFormat = 'webp'): Promise<string> {
    const thumbnail = await this.thumbnailToShow(id, size, format);
    if ('error' in thumbnail) throw thumbnail.error;
    return thumbnail.path;
  }

  /**
   * As thumbnail(); where the disk is full or cannot be written, the picture itself with that error.
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_IMAGE_DECODE, ERR_BUSY
   */
  async thumbnailToShow(id: string, size: ThumbnailSize, format: ThumbnailFormat): Promise<Thumbnail> {
    const full = await this.find(id);
    const { file } = await this.summary(full);
    return this.#thumbnails.of(full, this.files.pathOf(full, file), size, format);
  }

  /** Whether the smallest WebP of a work, by its whole id, is on the disk. */
  hasThumbnail(id: string): Promise<boolean> {
    return isFile(this.files.thumbnailOf(id, 320, 'webp'));
  }

  /**
   * Brings the index up to date with the files. Every list and search does this; it is quick when nothing changed, because only the modification
   * times of the month folders are compared. `everyFile` also finds sidecars that an editor changed in place.
   *
   * @throws ArtistError ERR_READ, ERR_LOCKED; the signal's reason
   */
  async refresh(options: ScanOptions = {}): Promise<void> {
    return this.index.refresh(options);
  }

  /**
   * Maps the SHA-256 of every picture to its work's id, works in the trash included.
   *
   * @throws ArtistError every error of refresh()
   */
  async hashes(): Promise<Map<string, string>> {
    await this.refresh();
    const { bytes } = this.index.log.content;
    return new Map(this.index.byBytes().flatMap(({ id, from, to }) => settingsOf(bytes, from, to, 'sha256').map((hash) => [hash, id])));
  }

  /**
   * Counts the works, by month, model, tag and so on.
   *
   * @throws ArtistError every error of refresh(); ERR_BUSY of a gallery that serves
   */
  async stats(): Promise<GalleryStats> {
    return this.#ask({ kind: 'stats' });
  }

  /**
   * The works that any process changed since an earlier call; cheap.
   *
   * @param since `mark` of that call; undefined: none, only the mark is wanted
   * @returns `works` undefined: too many changed, or the index was made anew, so read everything again
   * @throws ArtistError every error of refresh()
   */
  async changes(since: GalleryMark | undefined): Promise<{ mark: GalleryMark; works: WorkEvent[] | undefined }> {
    await this.refresh();
    const { content } = this.index.log;
    return { mark: markOf(content), works: since === undefined ? [] : changedSince(since, content) };
  }

  /** How the index stands, without a look at the files: works in it, works read while it is made, the last warning. */
  state(): { works: number; indexing: { done: number; total: number } | undefined; warning: string | undefined } {
    return { works: this.index.log.rows.size, indexing: this.index.progress, warning: this.#warning };
  }

  /** Ends the search thread of a gallery that serves. */
  async close(): Promise<void> {
    await this.#thread?.close();
  }

  /** Before a read: the index is up to date, or about to be. */
  #ready(): Promise<void> {
    return this.#freshness ? this.#freshness.ensure() : this.refresh();
  }

  async #ask<Q extends Question>(question: Q, signal?: AbortSignal): Promise<AnswerTo<Q>> {
    await this.#ready();
    return (this.#thread ?? this.#here).ask(question, signal);
  }

  /** The common pages need no search, so no thread. */
  #asking({ query = '', sort }: Pick<ListOptions, 'query' | 'sort'>): Asking {
    return this.#thread && (query.trim() !== '' || sort === 'rating') ? this.#thread : this.#here;
  }
}

function warnProcess(message: string): void {
  process.emitWarning(message, 'GalleryWarning');
}
