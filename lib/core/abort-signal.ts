import * as z from 'zod';
import { ArtistError } from './errors.ts';
import { display } from './options.ts';

/** An option that takes an AbortSignal. The check looks at its methods, not its class, so signals of other realms and of polyfills pass. */
export const abortSignal = (): z.ZodType<AbortSignal, AbortSignal> =>
  z.custom<AbortSignal>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      'aborted' in value &&
      'addEventListener' in value &&
      typeof value.addEventListener === 'function',
    { error: (issue) => `expected an AbortSignal, got ${display(issue.input)}` },
  );

/**
 * A signal that aborts with the first of several signals, and on release(), which stops work that still runs. Unlike AbortSignal.any() it
 * leaves no listener on a signal that lives for months.
 */
export function linkSignals(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stops = signals.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  });
  const release = (): void => {
    for (const stop of stops) stop();
    controller.abort(new ArtistError('ERR_ABORTED', 'the work is over'));
  };
  return { signal: controller.signal, release };
}
