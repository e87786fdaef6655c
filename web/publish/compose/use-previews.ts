import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import { type Prepared, type PreviewWish, previewPost } from '../../api/publish.ts';

/** What an account would post. While it is asked for again, the last answer stays. */
export interface Preview {
  prepared?: Prepared;
  /** Why nothing would go out. */
  error?: ApiError;
  isAwaited: boolean;
}

/** After the last change of a text. */
const restMs = 500;

/** What each account would post, asked of the server again after each change. @param onSeen is told each answer */
export function usePreviews(
  wish: PreviewWish,
  accounts: readonly string[],
  onSeen: (account: string, prepared: Prepared) => void,
): ReadonlyMap<string, Preview> {
  const works = [wish.work, ...wish.more].join(' ');
  const key = JSON.stringify(wish);
  const [state, setState] = useState<{ works: string; previews: ReadonlyMap<string, Preview & { key: string }> }>({
    works,
    previews: new Map(),
  });
  const known = state.works === works ? state.previews : new Map<string, Preview & { key: string }>();
  const latest = useRef(known);
  latest.current = known;
  useEffect(() => {
    const missing = accounts.filter((name) => latest.current.get(name)?.key !== key);
    if (missing.length === 0) return;
    const abort = new AbortController();
    const put = (name: string, preview: Preview): void =>
      setState((before) => {
        const kept = before.works === works ? before.previews : [];
        return { works, previews: new Map([...kept, [name, { ...preview, key }]]) };
      });
    const ask = (): void => {
      for (const name of missing)
        previewPost(wish, name, abort.signal).then(
          (prepared) => {
            onSeen(name, prepared);
            put(name, { prepared, isAwaited: false });
          },
          (error) => {
            if (!abort.signal.aborted) put(name, { error: error as ApiError, isAwaited: false });
          },
        );
    };
    const isFirst = missing.some((name) => !latest.current.has(name));
    const timer = setTimeout(ask, isFirst ? 0 : restMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, accounts.join(' ')]);
  return new Map(
    accounts.map((name): [string, Preview] => {
      const preview = known.get(name);
      return [name, { ...preview, isAwaited: preview?.key !== key }];
    }),
  );
}
