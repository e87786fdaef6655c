import { ArtistError } from '../../core/index.ts';
import type { SimulateOptions } from './simulate.ts';

export interface DrawnWorksOptions {
  /** Beginning of the simulation, milliseconds since 1970. */
  from: number;
  days: number;
  /** Of a work, on average; each takes between half and one and a half of it. */
  seconds: number;
  /** Share of the tries that fail, 0..1. */
  failureRate: number;
}

/** How long the simulation runs until Ctrl-C and the other requests of a server are heard, milliseconds. */
const pauseEveryMs = 10;

/** Works of a simulation that take random times and fail now and then. Tells once a second which day it is, and ends with the signal's reason. */
export function drawnWorks(
  { from, days, seconds, failureRate }: DrawnWorksOptions,
  signal: AbortSignal,
  onDay: (day: number, days: number) => void,
): NonNullable<SimulateOptions['work']> {
  let [told, paused] = [performance.now(), performance.now()];
  return async ({ startedAt }, random) => {
    const now = performance.now();
    if (now - told > 1000) {
      told = now;
      onDay(Math.floor((startedAt - from) / 86_400_000), days);
    }
    if (now - paused > pauseEveryMs) {
      await new Promise((resolve) => setImmediate(resolve));
      paused = performance.now();
    }
    signal.throwIfAborted();
    const took = seconds * (0.5 + random());
    return random() < failureRate ? { seconds: took, error: new ArtistError('ERR_GENERATE', 'simulated failure') } : { seconds: took };
  };
}
