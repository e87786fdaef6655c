import { useCallback, useEffect, useState } from 'preact/hooks';
import type { HealthRun } from '../../lib/server/api/health/views.ts';
import { ask } from '../api/client.ts';
import { tellError } from '../parts/notices.tsx';

export type { HealthRun };
export type RunWish = Partial<Pick<HealthRun, 'of' | 'fix' | 'drop'>> & { hashes?: boolean };

interface RunControl {
  /** The check that runs, or the last one; null: there was none. */
  run: HealthRun | null;
  isRunning: boolean;
  begin(wish: RunWish): void;
  cancel(): void;
}

const pollMs = 700;

/** Follows the check that runs in the server, also one that another browser began. @param onEnd when one has ended */
export function useRun(onEnd: () => void): RunControl {
  const [run, setRun] = useState<HealthRun | null>(null);
  const isRunning = run?.state === 'running';
  const read = useCallback(() => ask<{ run: HealthRun | null }>('health/run').then((answer) => setRun(answer.run), tellError), []);
  useEffect(() => {
    read();
  }, []);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(read, pollMs);
    return () => {
      clearInterval(timer);
      onEnd();
    };
  }, [isRunning]);
  return {
    run,
    isRunning,
    begin: (wish) => {
      ask<HealthRun>('health/run', { method: 'POST', body: wish }).then(setRun, (error: unknown) => {
        tellError(error);
        // Another browser may have begun one (409).
        read();
      });
    },
    cancel: () => {
      ask<{ run: HealthRun | null }>('health/run/cancel', { method: 'POST' }).then((answer) => setRun(answer.run), tellError);
    },
  };
}
