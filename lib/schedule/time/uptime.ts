import * as z from 'zod';
import { type Clock, homeOf, type StateDefinition, StateFile, type StateOptions, systemClock } from '../../core/index.ts';

/** Interval of heartbeats, milliseconds. */
export const uptimeBeatMs = 60_000;
/** A later heartbeat follows a gap: the machine slept, or the clock was set. */
const gapMs = 150_000;
const dayMs = 86_400_000;
const keptMs = 100 * dayMs;
const mostSpans = 5000;
/** After a longer pause old spans are kept: the clock may be years ahead for a moment. */
const longestPauseMs = 366 * dayMs;

const spanSchema = z.strictObject({
  from: z.int(),
  /** The last beat. */
  to: z.int(),
  /** Stopped on purpose: the time after it is no failure. */
  stopped: z.boolean(),
});
/** A span in which a schedule ran without a gap. Milliseconds since 1970. */
export type UptimeSpan = z.infer<typeof spanSchema>;

const definition: StateDefinition<{ spans: UptimeSpan[] }> = {
  kind: 'uptime',
  version: 1,
  schema: z.strictObject({ spans: z.array(spanSchema) }),
  initial: () => ({ spans: [] }),
  lists: { spans: {} },
};

/** Records when the schedule of a home ran, in its own file. */
export class UptimeBook {
  readonly #file: StateFile<{ spans: UptimeSpan[] }>;
  readonly #clock: Clock;

  constructor(home: string, { clock = systemClock, ...options }: StateOptions = {}) {
    this.#clock = clock;
    this.#file = new StateFile(homeOf(home).state('uptime.json'), definition, { clock, ...options });
  }

  /**
   * Spans, oldest first.
   *
   * @throws ArtistError every error of StateFile.read()
   */
  async spans(): Promise<UptimeSpan[]> {
    return (await this.#file.read()).spans;
  }

  /**
   * A schedule starts.
   *
   * @throws ArtistError every error of StateFile.update(), as in beat() and end()
   */
  begin(): Promise<void> {
    return this.#file.change(({ spans }) => {
      const now = this.#clock.now();
      spans.push({ from: now, to: now, stopped: false });
      const isPlausible = now - (spans.at(-2)?.to ?? now) < longestPauseMs;
      const kept = spans.filter(({ to }) => !isPlausible || now - to < keptMs).slice(-mostSpans);
      spans.splice(0, spans.length, ...kept);
    });
  }

  /** It still runs. */
  beat(): Promise<void> {
    return this.#file.change(({ spans }) => void this.#extend(spans));
  }

  /** It is stopped. */
  end(): Promise<void> {
    return this.#file.change(({ spans }) => {
      this.#extend(spans).stopped = true;
    });
  }

  #extend(spans: UptimeSpan[]): UptimeSpan {
    const now = this.#clock.now();
    const last = spans.at(-1);
    if (last && !last.stopped && now >= last.to && now - last.to <= gapMs) {
      last.to = now;
      return last;
    }
    const fresh = { from: now, to: now, stopped: false };
    spans.push(fresh);
    return fresh;
  }
}

/** How long the schedule ran within a period. */
export interface Uptime {
  /** Length of the period in days; shorter if the first start was later. */
  days: number;
  /** ISO start of the period; null if it never ran. */
  since: string | null;
  aliveSeconds: number;
  /** It was stopped on purpose. */
  stoppedSeconds: number;
  /** Time in which it should have run: the process died, or the machine was off or asleep. */
  lostSeconds: number;
  /** Alive ÷ the whole time; null if it never ran. */
  share: number | null;
  /** Alive ÷ (alive + lost): without deliberate stops. */
  shareWithoutStops: number | null;
}

/** `running`: a schedule runs now, so the time since its last heartbeat counts as running. */
export function uptimeOver(spans: readonly UptimeSpan[], now: number, days: number, running = false): Uptime {
  const ordered = spans.filter(({ from }) => from <= now).sort((a, b) => a.from - b.from);
  const first = ordered[0];
  const start = Math.max(now - days * dayMs, first?.from ?? now);
  let [alive, stopped, lost] = [0, 0, 0];
  let until = start;
  /** The gap that begins at `until`. */
  let byHand = true;
  const gap = (to: number): void => {
    if (byHand) stopped += Math.max(0, to - until);
    else lost += Math.max(0, to - until);
  };
  for (const [place, span] of ordered.entries()) {
    const isLast = place === ordered.length - 1;
    const to = Math.min(now, isLast && running && !span.stopped && now - span.to <= gapMs ? now : span.to);
    if (to < start) {
      byHand = span.stopped;
      continue;
    }
    if (span.from > until) gap(span.from);
    const from = Math.max(span.from, until);
    alive += Math.max(0, to - from);
    if (to >= until) {
      until = Math.max(until, to);
      byHand = span.stopped;
    }
  }
  gap(now);
  const whole = alive + stopped + lost;
  return {
    days,
    since: first === undefined ? null : new Date(start).toISOString(),
    aliveSeconds: alive / 1000,
    stoppedSeconds: stopped / 1000,
    lostSeconds: lost / 1000,
    share: first === undefined || whole === 0 ? null : alive / whole,
    shareWithoutStops: first === undefined || alive + lost === 0 ? null : alive / (alive + lost),
  };
}
