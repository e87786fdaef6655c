import * as z from 'zod';
import {
  ArtistError,
  type Clock,
  display,
  homeOf,
  resolveOptions,
  type StateDefinition,
  StateFile,
  systemClock,
} from '../../core/index.ts';
import { type Period, type PeriodOptions, periodOptions, periodSchema } from './period.ts';

const bookSchema = z.strictObject({ next: z.int().min(1), periods: z.array(periodSchema) });
type Book = z.output<typeof bookSchema>;
const bookState: StateDefinition<Book> = { kind: 'periods', version: 1, schema: bookSchema, initial: () => ({ next: 1, periods: [] }) };

const isOpen = ({ startedAt, endedAt }: Period): boolean => startedAt !== undefined && endedAt === undefined;

/** If no period is open, begins the first waiting one that is due. */
function advance(periods: Period[], now: number): void {
  if (periods.some(isOpen)) return;
  const due = periods.find(({ startedAt, starts }) => {
    if (startedAt !== undefined) return false;
    if (starts === undefined) return true;
    if ('at' in starts) return starts.at <= now;
    return periods.some(({ id, endedAt }) => id === starts.after && endedAt !== undefined);
  });
  if (due) due.startedAt = now;
}

export interface PeriodStoreOptions {
  home?: string | undefined;
  clock?: Clock | undefined;
  /** Called with each period that began or ended through this store, once that is stored. Must not throw. */
  onChange?: ((period: Period, change: 'started' | 'ended') => void) | undefined;
}

/** The periods of a home, in `<home>/state/periods.json`. At most one is open at a time. */
export class PeriodStore {
  readonly #file: StateFile<Book>;
  readonly #clock: Clock;
  readonly #onChange: PeriodStoreOptions['onChange'];

  constructor({ home, clock = systemClock, onChange }: PeriodStoreOptions = {}) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#file = new StateFile(homeOf(home).state('periods.json'), bookState, { clock });
  }

  /**
   * All periods, in the order they were made.
   *
   * @throws every error of StateFile.read()
   */
  async list(): Promise<Period[]> {
    return (await this.#file.read()).periods;
  }

  /**
   * Finds a period by id or name; of several with one name, the last.
   *
   * @throws ArtistError ERR_NOT_FOUND when there is none
   */
  async find(wanted: string): Promise<Period> {
    return find(await this.list(), wanted);
  }

  /** The open period; first begins one that is due. Writes only if something changes. */
  async current(): Promise<Period | undefined> {
    const periods = await this.list();
    const open = periods.find(isOpen);
    if (open) return open;
    advance(periods, this.#clock.now());
    if (!periods.some(isOpen)) return undefined;
    return this.#change((book) => {
      advance(book.periods, this.#clock.now());
      return book.periods.find(isOpen);
    });
  }

  /** Changes the book, and tells which periods began and ended by that. */
  async #change<R>(change: (book: Book) => R): Promise<R> {
    let changed: [Period, 'started' | 'ended'][] = [];
    const result = await this.#file.change((book) => {
      const before = new Map(book.periods.map(({ id, startedAt, endedAt }) => [id, { startedAt, endedAt }]));
      const made = change(book);
      changed = book.periods.flatMap((period): typeof changed => {
        const was = before.get(period.id);
        if (period.endedAt !== was?.endedAt) return [[structuredClone(period), 'ended']];
        return period.startedAt === was?.startedAt ? [] : [[structuredClone(period), 'started']];
      });
      return structuredClone(made);
    });
    for (const [period, what] of changed) this.#onChange?.(period, what);
    return result;
  }

  /**
   * Begins a period, or plans it for later: see `starts`.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid or another period is open, ERR_NOT_FOUND when the period in `starts.after`
   *   does not exist; every error of StateFile.update()
   */
  async start(options: PeriodOptions): Promise<Period> {
    const { starts, ...given } = resolveOptions('period', periodOptions, options);
    return this.#change((book) => {
      advance(book.periods, this.#clock.now());
      const open = book.periods.find(isOpen);
      if (open && starts === undefined)
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `name: expected no other period, got ${open.id} (${open.name}), which goes on. End it, or let this one begin after it: --after ${open.id}`,
        );
      const after = starts && 'after' in starts ? { after: find(book.periods, starts.after).id } : starts;
      const period: Period = { ...given, id: `p${book.next}`, ...(after && { starts: after }) };
      book.next++;
      book.periods.push(period);
      advance(book.periods, this.#clock.now());
      return { ...period };
    });
  }

  /**
   * Ends a period and begins the next one that is due. A period that has not begun is removed; one that has ended stays as it is.
   *
   * @throws ArtistError ERR_NOT_FOUND when there is no such period; every error of StateFile.update()
   */
  async end(id: string, endedBy: string, retrospective: Record<string, unknown>): Promise<Period> {
    return this.#change((book) => {
      const period = find(book.periods, id);
      if (period.startedAt === undefined) book.periods.splice(book.periods.indexOf(period), 1);
      else if (period.endedAt === undefined) Object.assign(period, { endedAt: this.#clock.now(), endedBy, retrospective });
      advance(book.periods, this.#clock.now());
      return { ...period };
    });
  }
}

function find(periods: readonly Period[], wanted: string): Period {
  const period =
    periods.find(({ id }) => id === wanted) ?? periods.findLast(({ name }) => name.toLowerCase() === wanted.trim().toLowerCase());
  if (period) return period;
  const known = periods.slice(-5).map(({ id, name }) => `${id} (${name})`);
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `${display(wanted)}: no such period${known.length > 0 ? `. There: ${known.join(', ')}` : ''}. See: ai-artist period list`,
  );
}
