/** The figures of a gallery, for pages that show how the artist develops. Everything is read from the files; it takes seconds for a large one. */
import { loadClip } from '../../clip/index.ts';
import { isArtistError } from '../../core/index.ts';
import { type Gallery, SimilarWorks } from '../../gallery/index.ts';
import { ScheduleStore } from '../../schedule/index.ts';
import { embedderOf } from '../measure/embedder.ts';
import { type EvolutionSpan, evolutionSpans } from '../measure/evolution.ts';
import { type Choosing, choosingOf } from './choosing.ts';
import { placeOnMap } from './map.ts';
import { type Recommendations, recommendationsOf } from './recommendations.ts';
import {
  type Day,
  daysOf,
  isoDay,
  ratingCounts,
  type ShareKind,
  type Shares,
  type Spread,
  shareKinds,
  sharesOver,
  spreadsOf,
} from './spreads.ts';
import { type Placed, type StyleSpan, styleSpans } from './style-spans.ts';
import { type DayRange, isWithin, readFacts } from './work-facts.ts';

/** Newest works whose records are read, and rated ones. */
const mostRead = 10_000;
/** How long pictures without a vector are embedded before an answer, milliseconds. */
const embedMs = 10_000;

export interface FigureOptions {
  home: string;
  gallery: Gallery;
  /** false: without hidden works. */
  hidden: boolean;
  /** Works of these days; of the map: all. */
  range?: DayRange;
  signal: AbortSignal;
  warn: (line: string) => void;
}

/** Runs of the schedule that ended on a day. */
export type RunDay = { day: string; seconds: number } & Record<'done' | 'partial' | 'failed' | 'missed' | 'cancelled', number>;

export interface Figures {
  /** Works in all, and those whose records were read: the newest. */
  works: number;
  read: number;
  days: Day[];
  runs: RunDay[];
  shares: Record<EvolutionSpan, Record<ShareKind, Shares>>;
  spreads: Spread[];
  ratings: number[];
  choosing: Choosing;
  recommendations: Recommendations;
}

async function runDays(home: string, range: DayRange): Promise<RunDay[]> {
  const { history } = await new ScheduleStore(home).read();
  const days = new Map<string, RunDay>();
  for (const { endedAt, outcome, count, seconds } of history) {
    const day = new Date(endedAt).toISOString().slice(0, 10);
    if (!isWithin(day, range)) continue;
    const known = days.get(day) ?? { day, seconds: 0, done: 0, partial: 0, failed: 0, missed: 0, cancelled: 0 };
    days.set(day, known);
    known[outcome] += count;
    known.seconds += seconds;
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** @throws every error of Gallery.list() and ScheduleStore.read() */
export async function readFigures({ home, gallery, hidden, range = {}, warn }: FigureOptions): Promise<Figures> {
  const days = (await gallery.columns({ hidden })).days.filter((day) => isWithin(isoDay(day), range));
  const { newest, rated } = await readFacts({ gallery, most: mostRead, hidden, range, warn });
  const sharesBy = (by: EvolutionSpan) => Object.fromEntries(shareKinds.map((kind) => [kind, sharesOver(newest, kind, by)]));
  return {
    works: days.length,
    read: newest.length,
    days: daysOf(days, newest),
    runs: await runDays(home, range),
    shares: Object.fromEntries(evolutionSpans.map((by) => [by, sharesBy(by)])) as Figures['shares'],
    spreads: spreadsOf(newest),
    ratings: ratingCounts(rated),
    choosing: choosingOf(newest, rated),
    recommendations: recommendationsOf(rated, newest),
  };
}

interface Vectors {
  /** Names the CLIP. */
  model: string;
  of: (ids: readonly string[]) => Promise<Map<string, Float32Array>>;
}

/** The vectors of the gallery by the bundled CLIP; what is missing is made now, as far as there is time. */
async function withVectors<T>({ gallery, signal, warn }: FigureOptions, use: (vectors: Vectors) => Promise<T>): Promise<T> {
  const clip = await loadClip({ signal });
  try {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(embedMs)]);
    const embedder = await embedderOf(clip, inTime);
    const works = new SimilarWorks(gallery, embedder);
    try {
      await works.embedMissing({ signal: inTime });
    } catch (error) {
      signal.throwIfAborted();
      // Out of time, or a gallery that cannot be written: the works without a vector are left out.
      if (!inTime.aborted && !isArtistError(error)) throw error;
      if (!inTime.aborted) warn(`figures: ${isArtistError(error) ? error.message : ''}`);
    }
    return await use({ model: embedder.model, of: (ids) => works.vectors(ids) });
  } finally {
    await clip.dispose();
  }
}

export interface StyleFigures {
  /** The CLIP. */
  scorer: string;
  /** Works in all, and those that were compared: the newest that have a vector. */
  works: number;
  compared: number;
  /** Oldest first. */
  spans: StyleSpan[];
}

/** @throws every error of loadClip(), Gallery.list() and SimilarWorks.vectors() */
export async function readStyle(options: FigureOptions, by: EvolutionSpan): Promise<StyleFigures> {
  const { gallery, hidden, warn, range: { from, to } = {} } = options;
  return withVectors(options, async ({ model, of }) => {
    // With the works before the first day: novelty is the distance to them.
    const { newest } = await readFacts({ gallery, most: mostRead, hidden, range: { to }, warn });
    const vectors = await of(newest.map(({ id }) => id));
    const placed = newest.flatMap((facts): Placed[] => {
      const vector = vectors.get(facts.id);
      return vector ? [{ facts, vector }] : [];
    });
    return { scorer: model, works: newest.length, compared: placed.length, spans: styleSpans(placed, by, from) };
  });
}

export interface WorkMap {
  /** Newest first; those without a vector are left out. */
  ids: string[];
  x: Float32Array;
  y: Float32Array;
  /** Works that have no vector yet, or whose pictures cannot be read. */
  unplaced: number;
}

/** @throws every error of loadClip(), Gallery.select() and placeOnMap() */
export async function readMap(options: FigureOptions): Promise<WorkMap> {
  const { gallery, hidden, home } = options;
  return withVectors(options, async ({ model, of }) => {
    // The axes are those of all works, so that the map is one for all who look at it.
    const all = await gallery.select('');
    const vectors = await of(all);
    const ids = all.filter((id) => vectors.has(id));
    const places = await placeOnMap(
      ids.map((id) => vectors.get(id) as Float32Array),
      { home, model },
    );
    const shown = hidden ? undefined : new Set(await gallery.select('', { hidden: false }));
    const kept = ids.flatMap((id, index) => (!shown || shown.has(id) ? [index] : []));
    return {
      ids: kept.map((index) => ids[index] as string),
      x: Float32Array.from(kept, (index) => places.x[index] as number),
      y: Float32Array.from(kept, (index) => places.y[index] as number),
      unplaced: (shown?.size ?? all.length) - kept.length,
    };
  });
}
