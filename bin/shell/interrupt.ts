import { ArtistError } from '../../lib/core/index.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that aborts with ERR_ABORTED at the first Ctrl-C (or SIGTERM, SIGHUP), so that the work can stop without leaving a partial file.
 * The second one ends the process at once. `release()` removes the handlers.
 */
export function watchInterrupts(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      release();
      process.kill(process.pid, name);
      return;
    }
    controller.abort(new ArtistError('ERR_ABORTED', `cancelled by ${name === 'SIGINT' ? 'Ctrl-C' : name}`));
    onFirst();
  };
  const release = (): void => {
    for (const name of signals) process.off(name, onSignal);
  };
  for (const name of signals) process.on(name, onSignal);
  return { signal: controller.signal, release };
}

/** Waits until a signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}
