import * as z from 'zod';
import { type Clock, homeOf, type StateDefinition, StateFile, systemClock, ulidTime } from '../../core/index.ts';
import { type Ledger, ledgerOf } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';

/** Upper bounds of the histogram buckets, seconds. */
export const secondsBuckets = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800] as const;

/** How far back each count looks again: ids follow the filing time only as far as clocks agree. */
const againMs = 3_600_000;
const keptDays = 100;
const dayMs = 86_400_000;
const pageSize = 500;

const count = () => z.int().min(0);
const histogramSchema = z.strictObject({
  count: count(),
  sum: z.number().min(0),
  /** Count of each bucket alone (not cumulative); the last one has no upper bound. */
  classes: z.array(count()).length(secondsBuckets.length + 1),
});
export type SecondsHistogram = z.infer<typeof histogramSchema>;

const tallySchema = z.strictObject({
  /** Id of the latest counted work; empty: none. */
  through: z.string(),
  /** Ids of the counted works in the hour before it. */
  recent: z.array(z.string()),
  works: count(),
  candidates: count(),
  /** Rejected candidates by fault. */
  rejected: z.record(z.string(), count()),
  /** Rounds of curation by scorer. */
  rounds: z.record(z.string(), count()),
  wildCards: count(),
  candidateSeconds: histogramSchema,
  /** Painting time of all candidates of a work together. */
  workSeconds: histogramSchema,
  /** Works per UTC day. */
  days: z.record(z.string(), count()),
});
/** Totals over the ledgers of all works. The totals never go down; only `days` drops old entries. */
export type WorksTally = z.infer<typeof tallySchema>;

const noSeconds = (): SecondsHistogram => ({ count: 0, sum: 0, classes: Array.from({ length: secondsBuckets.length + 1 }, () => 0) });

const definition: StateDefinition<WorksTally> = {
  kind: 'works-tally',
  version: 1,
  schema: tallySchema,
  initial: () => ({
    through: '',
    recent: [],
    works: 0,
    candidates: 0,
    rejected: {},
    rounds: {},
    wildCards: 0,
    candidateSeconds: noSeconds(),
    workSeconds: noSeconds(),
    days: {},
  }),
};

function observe(histogram: SecondsHistogram, seconds: number): void {
  const at = secondsBuckets.findIndex((end) => seconds <= end);
  const place = at < 0 ? secondsBuckets.length : at;
  histogram.classes[place] = (histogram.classes[place] ?? 0) + 1;
  histogram.count++;
  histogram.sum += seconds;
}

const addOne = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** Seconds it took to paint all candidates; undefined: the ledger does not record it. */
export function paintingSeconds({ candidates }: Ledger): number | undefined {
  const known = candidates.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
  return known.length === 0 ? undefined : known.reduce((sum, seconds) => sum + seconds, 0);
}

function countWork(tally: WorksTally, ledger: Ledger, time: number): void {
  tally.works++;
  addOne(tally.rounds, ledger.curation);
  addOne(tally.days, new Date(time).toISOString().slice(0, 10));
  if (ledger.wildCard) tally.wildCards++;
  for (const { faults, seconds } of ledger.candidates) {
    tally.candidates++;
    for (const { fault } of faults) addOne(tally.rejected, fault);
    if (seconds !== undefined) observe(tally.candidateSeconds, seconds);
  }
  const whole = paintingSeconds(ledger);
  if (whole !== undefined) observe(tally.workSeconds, whole);
}

/** The smallest ULID of a time: 48 bits of time as ten characters, then zeros. */
function ulidAt(time: number): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let rest = Math.max(0, Math.floor(time));
  let text = '';
  for (let place = 0; place < 10; place++) {
    text = (alphabet[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return text + '0'.repeat(16);
}

const againFrom = (through: string): string => (through === '' ? '' : ulidAt(ulidTime(through) - againMs));

/**
 * Adds up the ledgers, each work once, in a file of the home, so that the totals survive restarts and no restart reads all works again. Imported
 * pictures have no ledger and do not count; neither does a work that was moved to the trash before it was counted.
 */
export class WorksBook {
  readonly #gallery: Gallery;
  readonly #file: StateFile<WorksTally>;
  readonly #clock: Clock;
  #counting: Promise<WorksTally> | undefined;

  constructor(home: string, gallery: Gallery, { clock = systemClock }: { clock?: Clock } = {}) {
    this.#gallery = gallery;
    this.#clock = clock;
    this.#file = new StateFile(homeOf(home).state('works-tally.json'), definition, { clock });
  }

  /**
   * The last stored totals, without counting new works.
   *
   * @throws every error of StateFile.read()
   */
  known(): Promise<WorksTally> {
    return this.#file.read();
  }

  /**
   * Counts the new works and returns the totals. Concurrent calls share one count.
   *
   * @throws every error of Gallery.list() and StateFile.update(); `signal.reason` when aborted
   */
  count(signal?: AbortSignal): Promise<WorksTally> {
    this.#counting ??= this.#count(signal).finally(() => {
      this.#counting = undefined;
    });
    return this.#counting;
  }

  async #count(signal: AbortSignal | undefined): Promise<WorksTally> {
    let tally = await this.#file.read();
    if (tally.through !== '' && ulidTime(tally.through) > this.#clock.now() + againMs) tally = await this.#goBack();
    let after: string | undefined = againFrom(tally.through);
    while (after !== undefined) {
      signal?.throwIfAborted();
      const page = await this.#gallery.list({ sort: 'oldest', limit: pageSize, ...(after !== '' && { after }) });
      const counted = new Set(tally.recent);
      const fresh = page.works.filter(({ id }) => !counted.has(id));
      if (fresh.length > 0)
        tally = await this.#file.update((state) => {
          this.#add(state, fresh);
          return state;
        });
      after = page.next;
    }
    return tally;
  }

  /** Resets `through` to now. A work was filed while the clock was ahead; newer works have smaller ids and must still count. */
  async #goBack(): Promise<WorksTally> {
    const through = ulidAt(this.#clock.now());
    const { works } = await this.#gallery.list({ sort: 'oldest', limit: pageSize, after: againFrom(through) });
    const counted = works.map(({ id }) => id).filter((id) => id <= through);
    return this.#file.update((state) => ({ ...state, through, recent: counted }));
  }

  #add(state: WorksTally, works: readonly Artwork[]): void {
    const from = againFrom(state.through);
    const counted = new Set(state.recent);
    for (const work of works) {
      // Another process has already counted it.
      if (counted.has(work.id) || work.id < from) continue;
      counted.add(work.id);
      if (work.id > state.through) state.through = work.id;
      const ledger = ledgerOf(work);
      if (ledger) countWork(state, ledger, ulidTime(work.id));
    }
    const oldest = againFrom(state.through);
    state.recent = [...counted].filter((id) => id >= oldest);
    // Keep a number of days, not an age: a clock that is briefly years ahead must not delete all earlier days.
    for (const day of Object.keys(state.days).sort().slice(0, -keptDays)) delete state.days[day];
  }
}

/** Works per day over the last `days` whole days and today, or since the first day if that is shorter; null: none was painted. */
export function worksPerDay({ days: counts }: WorksTally, now: number, days: number): number | null {
  const from = new Date(now - days * dayMs).toISOString().slice(0, 10);
  const today = new Date(now + dayMs).toISOString().slice(0, 10);
  const within = Object.entries(counts).filter(([day]) => day > from && day <= today);
  const first = Object.keys(counts).sort()[0];
  if (first === undefined || within.length === 0) return null;
  const sum = within.reduce((total, [, works]) => total + works, 0);
  const since = Math.max(Date.parse(first), now - days * dayMs);
  return sum / Math.max(1, (now - since) / dayMs);
}
