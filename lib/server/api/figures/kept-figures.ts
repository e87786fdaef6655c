/** Figures of the gallery, measured in a process of their own and kept until the gallery changes. */
import type { GalleryMark } from '../../../gallery/index.ts';
import type { ServerContext } from '../../context.ts';
import { measured } from '../../measuring/measure.ts';
import type { MeasurementName, Measurements } from '../../measuring/requests.ts';

type Kept = Extract<MeasurementName, 'figures' | 'style' | 'map'>;

interface Entry {
  mark: GalleryMark;
  /** Monotonic, milliseconds: when it was asked for, and how long it took. */
  at: number;
  tookMs: number;
  value: Promise<{ at: string; answer: Measurements[Kept]['answer'] }>;
}

/** A gallery in which something happens all the time is not measured all the time: at least so long between two measurements. */
const leastMs = 5000;
/** Likewise, so many times as long as a measurement takes. */
const restFactor = 10;
/** Measurements that are kept: those of two visibilities, and of the spans of time that people look at. */
const mostKept = 32;
/** A measurement without the vectors of all works grows while the gallery does not change. */
const unfinishedMs = 15_000;

export class KeptFigures {
  readonly #context: ServerContext;
  /** By name and question; the one that was asked for longest ago comes first. */
  readonly #entries = new Map<string, Entry>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /**
   * A measurement of the gallery as it is now, or as it was a short time ago if it changes often.
   *
   * @returns `at`: when it was measured, ISO 8601
   * @throws every error of measured() and Gallery.changes()
   */
  async read<K extends Kept>(name: K, ask: Measurements[K]['ask']): Promise<{ at: string; answer: Measurements[K]['answer'] }> {
    const { gallery, clock } = this.#context;
    const { mark } = await gallery.changes(undefined);
    const key = JSON.stringify([name, ask]);
    const known = this.#entries.get(key);
    if (known && (await this.#isGood(known, mark))) {
      this.#keep(key, known);
      return known.value as never;
    }
    const began = clock.monotonic();
    const value = measured(name, ask, this.#context).then((answer) => ({ at: new Date(clock.now()).toISOString(), answer }));
    const entry: Entry = { mark, at: began, tookMs: Number.POSITIVE_INFINITY, value };
    this.#keep(key, entry);
    value.then(
      () => {
        entry.tookMs = clock.monotonic() - began;
      },
      () => {
        // The asker gets the error; the next one tries again.
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return value;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= mostKept) return;
      this.#entries.delete(oldest);
    }
  }

  async #isGood({ mark, at, tookMs, value }: Entry, now: GalleryMark): Promise<boolean> {
    if (tookMs === Number.POSITIVE_INFINITY) return true; // being measured
    const age = this.#context.clock.monotonic() - at;
    if (mark.content !== now.content || mark.changed !== now.changed) return age < Math.max(leastMs, restFactor * tookMs);
    const { answer } = await value;
    const unfinished = ('unplaced' in answer && answer.unplaced > 0) || ('compared' in answer && answer.compared < answer.works);
    return !unfinished || age < Math.max(unfinishedMs, restFactor * tookMs);
  }
}
