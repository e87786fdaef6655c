import { ulidTime } from '../../core/index.ts';
import type { IndexLog, Row } from '../store/index-file.ts';
import { workFlags } from '../store/index-file.ts';
import { assigned, separator, settingsMark, textKeys } from './search-text.ts';

export interface Count {
  name: string;
  works: number;
}

export interface GalleryStats {
  works: number;
  trashed: number;
  damaged: number;
  starred: number;
  /** Index 0: unrated, then 1 to 5. */
  ratings: number[];
  /** Mean of those that are rated; undefined: none is. */
  meanRating: number | undefined;
  /** UTC, `2026-11`, oldest first. */
  months: Count[];
  /** Most frequent first. */
  models: Count[];
  loras: Count[];
  samplers: Count[];
  sizes: Count[];
  tags: Count[];
  collections: Count[];
  /** ISO times of the first and the last work; undefined: there is none. */
  first: string | undefined;
  last: string | undefined;
}

const countedSettings = { model: 'models', lora: 'loras', sampler: 'samplers', size: 'sizes' } as const;

class Counter {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  byFrequency(): Count[] {
    return this.byName().sort((a, b) => b.works - a.works);
  }

  byName(): Count[] {
    return [...this.#counts].map(([name, works]) => ({ name, works })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Counts over the index. Names are in lower case, as the index has them. */
export function statsOf({ bytes }: IndexLog, rows: readonly Row[]): GalleryStats {
  const counters = { models: new Counter(), loras: new Counter(), samplers: new Counter(), sizes: new Counter(), tags: new Counter() };
  const [months, collections] = [new Counter(), new Counter()];
  const ratings = [0, 0, 0, 0, 0, 0];
  let [works, trashed, damaged, starred] = [0, 0, 0, 0];
  const times: string[] = [];
  for (const { id, from, to, rating, flags } of rows) {
    if ((flags & workFlags.damaged) !== 0) damaged++;
    else if ((flags & workFlags.trashed) !== 0) trashed++;
    else {
      works++;
      starred += flags & workFlags.star;
      ratings[rating] = (ratings[rating] ?? 0) + 1;
      times.push(id);
      months.add(new Date(ulidTime(id)).toISOString().slice(0, 7));
      const [text = '', settings = ''] = bytes.toString('utf8', from, to).split(settingsMark);
      for (const field of text.split(separator)) {
        if (field.startsWith(textKeys.tag)) counters.tags.add(field.slice(1));
        else if (field.startsWith(textKeys.collection)) collections.add(field.slice(1));
      }
      for (const field of settings.split(separator)) {
        const [key = '', value = ''] = field.split(assigned);
        if (Object.hasOwn(countedSettings, key)) counters[countedSettings[key as keyof typeof countedSettings]].add(value);
      }
    }
  }
  const rated = ratings.slice(1).reduce((sum, count) => sum + count, 0);
  const total = ratings.reduce((sum, count, value) => sum + count * value, 0);
  times.sort();
  const isoOf = (id: string | undefined): string | undefined => (id === undefined ? undefined : new Date(ulidTime(id)).toISOString());
  return {
    works,
    trashed,
    damaged,
    starred,
    ratings,
    meanRating: rated === 0 ? undefined : total / rated,
    months: months.byName(),
    models: counters.models.byFrequency(),
    loras: counters.loras.byFrequency(),
    samplers: counters.samplers.byFrequency(),
    sizes: counters.sizes.byFrequency(),
    tags: counters.tags.byFrequency(),
    collections: collections.byName(),
    first: isoOf(times[0]),
    last: isoOf(times.at(-1)),
  };
}
