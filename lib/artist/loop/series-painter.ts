import { ArtistError, type Clock, display, systemClock, withLock } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { type Series, type SeriesOptions, SeriesStore, seriesWork } from '../periods/series.ts';
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
}

/** A series with its painted and missing works. */
export interface SeriesProgress {
  series: Series;
  /** Newest first. */
  works: Artwork[];
  /** Indexes (from 0) without a work. */
  missing: number[];
}

const recorded = ({ derivation }: Artwork): { id?: string; index?: number } =>
  (derivation?.['series'] ?? {}) as { id?: string; index?: number };

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
  async progress(wanted: string): Promise<SeriesProgress> {
    const series = await this.store.find(wanted);
    const works: Artwork[] = [];
    for (let after: string | undefined; ; ) {
      const page = await this.#place.gallery.list({ limit: 200, after });
      works.push(...page.works.filter((work) => recorded(work).id === series.id));
      const oldest = page.works.at(-1);
      if (page.next === undefined || (oldest && Date.parse(oldest.createdAt) < series.createdAt)) break;
      after = page.next;
    }
    const there = new Set(works.map((work) => recorded(work).index));
    return { series, works, missing: Array.from({ length: series.works }, (_, index) => index).filter((index) => !there.has(index)) };
  }

  /**
   * Paints the missing works of a series one after another, including those in the trash. Only one process may paint a series at a time.
   *
   * @param wanted id or name
   * @param options options of Artist.create() for every work
   * @throws ArtistError ERR_NOT_FOUND when there is no such series, ERR_LOCKED while another process paints it, ERR_INVALID_ARGUMENT when it has
   *   ended or `count` is invalid; every error of Artist.create()
   */
  async paint(wanted: string, { count = Number.POSITIVE_INFINITY, onWork, ...options }: PaintSeriesOptions = {}): Promise<CreatedWork[]> {
    if (count !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(count) && count >= 1))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `count: expected an integer of at least 1, got ${display(count)}`);
    const series = await this.store.find(wanted);
    if (series.ended)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `series: expected one that goes on, got ${series.id} (${series.name}), which has ended`,
      );
    const lock = { purpose: `painting the series ${series.id}`, waitMs: 0, private: true, signal: options.signal };
    return withLock(this.store.lockOf(series), lock, async () => {
      const { missing } = await this.progress(series.id);
      const painted: CreatedWork[] = [];
      for (const index of missing.slice(0, count)) {
        const work = await this.#create({
          ...options,
          ...seriesWork(series, index),
          series: { id: series.id, index },
          allowDuplicate: true,
        });
        painted.push(work);
        await onWork?.(work, index);
      }
      return painted;
    });
  }
}
