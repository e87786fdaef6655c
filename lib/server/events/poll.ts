import { type Clock, errorLine, type Timer } from '../../core/index.ts';

/**
 * Looks again and again until the returned function is called. A look that fails is reported once, and tried again.
 *
 * @param everyMs from the end of a look to the next
 */
export function poll(
  look: () => Promise<void>,
  { everyMs, clock, warn, what }: { everyMs: number; clock: Clock; warn: (line: string) => void; what: string },
): () => void {
  let timer: Timer | undefined;
  let stopped = false;
  let trouble = '';
  const turn = async (): Promise<void> => {
    try {
      await look();
      trouble = '';
    } catch (error) {
      const line = errorLine(error);
      if (line !== trouble && !stopped) warn(`events: ${what} cannot be watched: ${line}`);
      trouble = line;
    }
    if (!stopped) timer = clock.timer(everyMs, () => void turn(), { unref: true });
  };
  void turn();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}
