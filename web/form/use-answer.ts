import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, ask, type RequestOptions } from '../api/client.ts';
import { onEvent } from '../api/events.ts';

export interface Answer<T> {
  /** The last answer; undefined: none has come yet. */
  value: T | undefined;
  error: ApiError | undefined;
  /** Asks again; the old answer is shown until the new one is there. */
  again: () => void;
}

/** Asks the server for something, and again at each of these events and when the connection was reset. `path` undefined: asks nothing. */
export function useAnswer<T>(path: string | undefined, query: RequestOptions['query'] = {}, events: readonly string[] = []): Answer<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: ApiError }>({ key: '' });
  const [count, setCount] = useState(0);
  const key = `${path} ${JSON.stringify(query)}`;
  const shown = useRef(key);
  shown.current = key;
  const again = useCallback(() => setCount((now) => now + 1), []);
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    ask<T>(path, { query, signal: abort.signal }).then(
      (value) => setState({ key, value }),
      (problem) => {
        if (!abort.signal.aborted) setState((before) => ({ ...(before.key === key ? before : {}), key, error: problem as ApiError }));
      },
    );
    return () => abort.abort();
  }, [key, count]);
  useEffect(() => {
    const stops = [...events, 'reset'].map((type) => onEvent(type, again));
    return () => {
      for (const stop of stops) stop();
    };
  }, [events.join()]);
  const isCurrent = state.key === key;
  return { value: isCurrent ? state.value : undefined, error: isCurrent ? state.error : undefined, again };
}
