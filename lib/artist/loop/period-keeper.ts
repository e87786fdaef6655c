/** The current period: what works take from it, and when it ends. */
import { ArtistError, type Clock, errorLine, isArtistError, systemClock } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { builtInStyles, promptFamilies } from '../../prompt/index.ts';
import { periodChanged } from '../hooks/messages.ts';
import { type EmbeddedWork, embedWorks } from '../measure/embedded-works.ts';
import type { Period } from '../periods/period.ts';
import { type Retrospective, retrospect, ruleThatHolds, worksOfPeriod } from '../periods/retrospective.ts';
import { PeriodStore } from '../periods/store.ts';
import type { Workplace } from '../workplace.ts';
import { loraPlace } from './plan-prompt.ts';
import type { Settled } from './settle.ts';

export class PeriodKeeper {
  readonly store: PeriodStore;
  readonly #place: Workplace;
  readonly #clock: Clock;

  constructor(place: Workplace) {
    this.#place = place;
    this.#clock = place.clock ?? systemClock;
    this.store = new PeriodStore({
      home: place.home,
      clock: this.#clock,
      onChange: (period, change) => place.hooks.tell(periodChanged(period, change)),
    });
  }

  /**
   * The period that a work without a prompt belongs to. A period whose end date has passed is ended first.
   *
   * @throws every error of StateFile.read(); `signal.reason` when aborted
   */
  async current(signal: AbortSignal): Promise<Period | undefined> {
    for (;;) {
      const period = await this.store.current();
      if (!period?.ends.some((rule) => 'at' in rule && rule.at <= this.#clock.now())) return period;
      if (!(await this.#tryToEnd(period, signal))) return period;
    }
  }

  /** Call after a work: ends the period if one of its end rules holds. */
  async afterWork(period: Period, signal: AbortSignal): Promise<void> {
    if (period.ends.length > 0) await this.#tryToEnd(period, signal);
  }

  /** Returns false, with a warning, if a rule cannot be measured: the work must not fail for that. */
  async #tryToEnd(period: Period, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#endWhereDue(period, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      this.#place.warn(`whether the period ${period.id} is over will be seen at the next work: ${errorLine(error)}`);
      return false;
    }
  }

  /**
   * The facts of a period: measured now or, if it has ended, as recorded at its end.
   *
   * @throws ArtistError ERR_NOT_FOUND when there is no such period, ERR_INVALID_ARGUMENT when it has not begun
   */
  async retrospective(wanted: string, signal: AbortSignal): Promise<Retrospective> {
    const period = await this.store.find(wanted);
    if (period.startedAt === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `period: expected one that has begun, got ${period.id} (${period.name})`);
    if (period.retrospective) return period.retrospective as Retrospective;
    const { works, scorer } = await this.#embed(await worksOfPeriod(this.#place.gallery, period), signal);
    return retrospect(period, { works, scorer, now: this.#clock.now() });
  }

  /** Ends a period by hand and records its retrospective. A period that has not begun is removed. */
  async end(wanted: string, signal: AbortSignal): Promise<Period> {
    const { id, startedAt } = await this.store.find(wanted);
    return this.store.end(id, 'by hand', startedAt === undefined ? {} : await this.retrospective(id, signal));
  }

  async #endWhereDue(period: Period, signal: AbortSignal): Promise<void> {
    const works = await worksOfPeriod(this.#place.gallery, period);
    const embed = (some: readonly Artwork[]) => this.#embed(some, signal);
    const rule = await ruleThatHolds(period.ends, { now: this.#clock.now(), works, embed });
    if (rule !== undefined) await this.store.end(period.id, rule, await this.retrospective(period.id, signal));
  }

  async #embed(works: readonly Artwork[], signal: AbortSignal): Promise<{ works: EmbeddedWork[]; scorer: string }> {
    const { studio, clip, warn } = this.#place;
    const lease = await studio.clip(clip, signal);
    try {
      return { works: await embedWorks(works, lease.thing, { signal, warn }), scorer: lease.thing.info.name };
    } finally {
      await lease.release();
    }
  }
}

type Styles = Settled['prompt']['styles'];

/** All custom and built-in styles, with weight 0 for all but the wanted ones. */
function only(wanted: Period['styles'], own: Styles): Styles {
  const builtIn = promptFamilies.flatMap((family) => builtInStyles(family)).map(({ name }) => ({ name, weight: 0 }));
  const isWanted = (name: string): boolean => wanted.some((style) => style.name.toLowerCase() === name.toLowerCase());
  const others = [...builtIn, ...own].filter(({ name }) => !isWanted(name)).map((style) => ({ ...style, weight: 0 }));
  return [
    ...others,
    ...wanted.map(({ name, weight }) => ({ ...own.find((style) => style.name.toLowerCase() === name.toLowerCase()), name, weight })),
  ];
}

/** A work's settings with the topics, styles and LoRAs of the period. A style that the caller named stays. */
export function drawFrom(period: Period, settled: Settled, home: string): Settled {
  const { wishes, prompt, paint } = settled;
  const { topics, styles, loras } = period;
  const own = paint.loras ?? [];
  const added = loras.map(({ path, weight }) => ({ path: loraPlace(path, home), weight }));
  return {
    ...settled,
    prompt: {
      ...prompt,
      ...(topics.length > 0 && { only: topics }),
      ...(styles.length > 0 && wishes.style === undefined && { styles: only(styles, prompt.styles) }),
    },
    ...(added.length > 0 && { paint: { ...paint, loras: [...own, ...added] } }),
  };
}
