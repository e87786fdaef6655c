/** Series: a fixed number of works on one subject or in one style, with defined variations. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ArtistError, type Clock, display, type Home, homeOf, resolveOptions, type StateDefinition, StateFile } from '../../core/index.ts';

const name = () => z.string().trim().min(1).max(2000);

const seriesFields = () => ({
  name: name(),
  /** Number of works in the series. */
  works: z.int().min(1).max(10_000),
  /** One: used for every work. Several: used in turn. None: chosen for each work, from `topic` if it is set. */
  subjects: z.array(name()).max(1000).default([]),
  topic: name().optional(),
  /** One: used for every work. Several: used in turn, changing after each round of the subjects. None: chosen for each work. */
  styles: z.array(name()).max(100).default([]),
  /** Seed of every work, so that only the words vary. Default: a different one for each. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 53 - 1)
    .optional(),
  /** Digest of the list of prompts that it is painted from, see paintList(). Default: none. */
  list: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

export const seriesOptions = z.strictObject(seriesFields()).check(({ value, issues }) => {
  if (value.subjects.length > 0 && value.topic !== undefined)
    issues.push({
      code: 'custom',
      path: ['topic'],
      input: value.topic,
      message: `expected to be left out with subjects, got ${display(value.topic)}`,
    });
});
export type SeriesOptions = z.input<typeof seriesOptions>;

const seriesSchema = z.strictObject({
  /** s1, s2 … */
  id: z.string().regex(/^s\d+$/),
  ...seriesFields(),
  createdAt: z.int().min(0),
  /** True: it gets no more works. */
  ended: z.boolean().default(false),
});
export type Series = z.output<typeof seriesSchema>;

const bookSchema = z.strictObject({ next: z.int().min(1), series: z.array(seriesSchema) });
type Book = z.output<typeof bookSchema>;
const bookState: StateDefinition<Book> = { kind: 'series', version: 1, schema: bookSchema, initial: () => ({ next: 1, series: [] }) };

/** The series of a home, in `<home>/state/series.json`. */
export class SeriesStore {
  readonly #file: StateFile<Book>;
  readonly #home: Home;

  constructor({ home, clock }: { home?: string | undefined; clock?: Clock | undefined } = {}) {
    this.#home = homeOf(home);
    this.#file = new StateFile(this.#home.state('series.json'), bookState, clock ? { clock } : {});
  }

  async list(): Promise<Series[]> {
    return (await this.#file.read()).series;
  }

  /**
   * Finds a series by id or name; of several with one name, the last.
   *
   * @throws ArtistError ERR_NOT_FOUND when there is none
   */
  async find(wanted: string): Promise<Series> {
    return find(await this.list(), wanted);
  }

  /** @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; every error of StateFile.update() */
  async start(options: SeriesOptions, now = Date.now()): Promise<Series> {
    const given = resolveOptions('series', seriesOptions, options);
    return this.#file.change((book) => {
      const series: Series = { ...given, id: `s${book.next++}`, createdAt: now, ended: false };
      book.series.push(series);
      return { ...series };
    });
  }

  /** @throws ArtistError ERR_NOT_FOUND when there is no such series; every error of StateFile.update() */
  async end(wanted: string): Promise<Series> {
    return this.#file.change((book) => {
      const series = find(book.series, wanted);
      series.ended = true;
      return { ...series };
    });
  }

  /** Path of the lock that is held while its works are painted, or the work at an index, so that no two processes paint the same. */
  lockOf({ id }: Series, index?: number): string {
    return this.#home.state(index === undefined ? `series-${id}.lock` : `series-${id}-${index}.lock`);
  }
}

function find(series: readonly Series[], wanted: string): Series {
  const found = series.find(({ id }) => id === wanted) ?? series.findLast((one) => one.name.toLowerCase() === wanted.trim().toLowerCase());
  if (found) return found;
  throw new ArtistError('ERR_NOT_FOUND', `${display(wanted)}: no such series. See: ai-artist series list`);
}

/** Subject, topic, style and seed of the work at an index; the same index always gives the same values. */
export function seriesWork(series: Series, index: number): { subject?: string; topic?: string; style?: string; seed: number } {
  const { subjects, styles, topic, id, createdAt } = series;
  const subject = subjects[index % subjects.length];
  // The style changes after each round of the subjects, so that each subject appears in each style.
  const style = styles[Math.floor(index / Math.max(1, subjects.length > 1 ? subjects.length : 1)) % styles.length];
  const drawn = createHash('sha256').update(`${id} ${createdAt} ${index}`).digest().readUInt32BE(0);
  return {
    ...(subject !== undefined && { subject }),
    ...(topic !== undefined && { topic }),
    ...(style !== undefined && { style }),
    seed: series.seed ?? drawn,
  };
}
