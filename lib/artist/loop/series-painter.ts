import { ArtistError, type Clock, display, isArtistError, lockOwner, systemClock, withLock } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { type Series, type SeriesOptions, SeriesStore, seriesWork } from '../periods/series.ts';
import { type SeriesProgress, seriesProgress, workOfSeries } from '../periods/series-progress.ts';
import type { Workplace } from '../workplace.ts';
import type { CreateOptions } from './create-options.ts';
import type { CreatedWork } from './created-work.ts';

/** Options that the series decides itself. */
type Decided = 'prompt' | 'subject' | 'topic' | 'style' | 'inspire' | 'seed' | 'series' | 'gallery' | 'allowDuplicate';

export interface PaintSeriesOptions extends Omit<CreateOptions, Decided> {
  /** Most works to paint now. Default: all missing ones. */
  count?: number | undefined;
  /** Called after each work is filed. */
  onWork?: ((work: CreatedWork, index: number) => void | Promise<void>) | undefined;
  /** Called when a work fails; the next one is painted all the same. Default: the error ends the call. */
  onFailure?: ((error: unknown, index: number) => void) | undefined;
  /** Options of the work at an index, for a series that is painted from a list. */
  each?: ((index: number) => CreateOptions) | undefined;
}

/** Longer than an unnamed lock is respected. */
const leftLockMs = 60_000;

/** Errors that the next work would meet, too. */
const endsAll = ['ERR_ABORTED', 'ERR_DISPOSED', 'ERR_DISK_FULL', 'ERR_WRITE'] as const;

/** The series of a home: starts them, paints them and reports their progress. */
export class SeriesPainter {
  readonly store: SeriesStore;
  readonly #place: Workplace;
  readonly #create: (options: CreateOptions) => PromiseLike<CreatedWork>;
  readonly #clock: Clock;

  constructor(place: Workplace, create: (options: CreateOptions) => PromiseLike<CreatedWork>) {
    this.#place = place;
    this.#create = create;
    this.#clock = place.clock ?? systemClock;
    this.store = new SeriesStore({ home: place.home, clock: this.#clock });
  }

  /** @throws every error of SeriesStore.start() */
  start(options: SeriesOptions): Promise<Series> {
    return this.store.start(options, this.#clock.now());
  }

  /** @throws ArtistError ERR_NOT_FOUND when there is no such series; every error of Gallery.list() */
  progress(wanted: string): Promise<SeriesProgress> {
    return seriesProgress(this.store, this.#place.gallery, wanted);
  }

  /**
   * Paints the missing works of a series one after another, including those in the trash. Only one process may do this for a series at a time; works that a job of a queue paints meanwhile are passed over.
   *
   * @param wanted id or name
   * @param options options of Artist.create() for every work
   * @throws ArtistError ERR_NOT_FOUND when there is no such series, ERR_LOCKED while another process paints it, ERR_INVALID_ARGUMENT when it has
   *   ended or `count` is invalid; every error of Artist.create()
   */
  async paint(
    wanted: string,
    { count = Number.POSITIVE_INFINITY, onWork, onFailure, each, ...options }: PaintSeriesOptions = {},
  ): Promise<CreatedWork[]> {
    if (count !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(count) && count >= 1))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `count: expected an integer of at least 1, got ${display(count)}`);
    const series = await this.#open(wanted, each !== undefined);
    const lock = { purpose: `painting the series ${series.id}`, waitMs: 0, private: true, signal: options.signal };
    return withLock(this.store.lockOf(series), lock, async () => {
      const { missing } = await this.progress(series.id);
      const painted: CreatedWork[] = [];
      for (const index of missing) {
        if (painted.length >= count) break;
        const work = await this.#paintMissing(series, index, { ...options, ...each?.(index) }).catch((error: unknown) => {
          if (!onFailure || options.signal?.aborted || endsAll.some((code) => isArtistError(error, code))) throw error;
          onFailure(error, index);
        });
        if (!work) continue;
        painted.push(work);
        await onWork?.(work, index);
      }
      return painted;
    });
  }

  /**
   * Paints one work of a series, unless it is there or another process paints it in the meantime; waits for that.
   *
   * @param place id of the series, and index of the work
   * @param paint paints it with these options of create(), and returns it
   * @returns the work, painted now or before
   * @throws ArtistError ERR_NOT_FOUND when there is no such series, ERR_INVALID_ARGUMENT when it has ended; every error of `paint`; the signal's
   *   reason
   */
  async paintOne(
    { id, index }: { id: string; index: number },
    signal: AbortSignal,
    paint: (options: CreateOptions) => Promise<Artwork>,
  ): Promise<Artwork> {
    const series = await this.#open(id);
    const lock = { purpose: `painting work ${index + 1} of the series ${id}`, waitMs: Number.POSITIVE_INFINITY, private: true, signal };
    return withLock(this.store.lockOf(series, index), lock, async () => {
      const there = await workOfSeries(this.#place.gallery, series, index);
      return there ?? paint(placed(series, index));
    });
  }

  /** @returns undefined: another process paints it, or has painted it since */
  async #paintMissing(series: Series, index: number, options: CreateOptions): Promise<CreatedWork | undefined> {
    // Only lists are painted by one process alone: there, a lock that is held was left by one that was killed, some before they had written their name.
    const waitMs = series.list === undefined ? 0 : leftLockMs;
    const lock = { purpose: `painting work ${index + 1} of the series ${series.id}`, waitMs, private: true, signal: options.signal };
    try {
      return await withLock(this.store.lockOf(series, index), lock, async () => {
        if (await workOfSeries(this.#place.gallery, series, index)) return undefined;
        const place = placed(series, index);
        return this.#create({ ...options, ...place, ...(series.list !== undefined && { seed: options.seed ?? place.seed }) });
      });
    } catch (error) {
      if (isArtistError(error, 'ERR_LOCKED') && (await lockOwner(this.store.lockOf(series, index)))) return undefined;
      throw error;
    }
  }

  async #open(wanted: string, fromList = false): Promise<Series> {
    const series = await this.store.find(wanted);
    if (series.list !== undefined && !fromList)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `series: expected one with subjects and styles, got ${series.id} (${series.name}), which is painted from a list: ai-artist create --prompts ${series.name}`,
      );
    if (!series.ended) return series;
    throw new ArtistError('ERR_INVALID_ARGUMENT', `series: expected one that goes on, got ${series.id} (${series.name}), which has ended`);
  }
}

/** Options of create() for a work of a series. */
const placed = (series: Series, index: number): CreateOptions => ({
  ...seriesWork(series, index),
  series: { id: series.id, index },
  allowDuplicate: true,
});
