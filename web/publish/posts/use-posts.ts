/** The posts that the address asks for: loaded page by page, then again when an event says that some are others. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import { onEvent } from '../../api/events.ts';
import { type Post, type PostPage, postEvents, readPosts } from '../../api/publish.ts';
import type { Answer } from '../../form/use-answer.ts';
import { tellError } from '../../parts/notices.tsx';

const pageSize = 50;
/** The server takes as many in one request. */
const mostAtOnce = 500;
const soonMs = 300;

/** The pages that were loaded, as one. */
export interface Posts extends Answer<PostPage> {
  more: () => void;
  /** Shows a post as an answer told it. */
  keep: (post: Post) => void;
}

/** @param query state, account and work, as the server takes them */
export function usePosts(query: Record<string, string | undefined>): Posts {
  const key = JSON.stringify(query);
  const [state, setState] = useState<{ key: string; page?: PostPage; error?: ApiError }>({ key: '' });
  const shown = useRef(state);
  shown.current = state;
  const running = useRef<AbortController | undefined>(undefined);
  const load = useCallback((): void => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    const { page, key: of } = shown.current;
    const loaded = of === key ? (page?.posts.length ?? 0) : 0;
    readPosts({ ...query, limit: Math.min(mostAtOnce, Math.max(pageSize, loaded)) }, abort.signal).then(
      (first) => setState(({ page: now, key: kept }) => ({ key, page: kept === key && now ? joined(first, now) : first })),
      (error) => {
        if (!abort.signal.aborted) setState((before) => ({ ...(before.key === key ? before : {}), key, error: error as ApiError }));
      },
    );
  }, [key]);
  useEffect(() => {
    load();
    let soon: number | undefined;
    const loadSoon = (): void => {
      soon ??= window.setTimeout(() => {
        soon = undefined;
        load();
      }, soonMs);
    };
    const stops = [...postEvents, 'reset'].map((type) => onEvent(type, loadSoon));
    return () => {
      running.current?.abort();
      clearTimeout(soon);
      for (const stop of stops) stop();
    };
  }, [load]);
  const change = (with_: (page: PostPage) => PostPage): void =>
    setState((before) => (before.key === key && before.page ? { ...before, page: with_(before.page) } : before));
  const more = (): void => {
    const { page } = shown.current;
    if (!page || page.next === null) return;
    readPosts({ ...query, before: page.next, limit: pageSize }).then(
      (older) => change((now) => ({ ...now, posts: withoutTwins([...now.posts, ...older.posts]), next: older.next })),
      tellError,
    );
  };
  const keep = (post: Post): void => change((now) => ({ ...now, posts: now.posts.map((one) => (one.id === post.id ? post : one)) }));
  const isCurrent = state.key === key;
  return { value: isCurrent ? state.page : undefined, error: isCurrent ? state.error : undefined, again: load, more, keep };
}

const withoutTwins = (posts: readonly Post[]): Post[] => [...new Map(posts.map((post) => [post.id, post])).values()];

/** The newest posts again; older ones that were loaded before stay. */
function joined(first: PostPage, now: PostPage): PostPage {
  const oldest = first.posts.at(-1)?.id;
  const older = oldest === undefined || first.next === null ? [] : now.posts.filter(({ id }) => id < oldest);
  return { ...first, posts: [...first.posts, ...older], next: older.length > 0 ? now.next : first.next };
}
