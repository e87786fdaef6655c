import { useEffect, useState } from 'preact/hooks';
import { type Post, readPosts } from '../../api/publish.ts';
import type { Unit } from './draft.ts';

/** As many as the server takes in one request: a work has far fewer. */
const most = 500;

/** Posts of these works that are out or in the queue; undefined: not known yet. */
export function useEarlier(works: readonly string[]): readonly Post[] | undefined {
  const [posts, setPosts] = useState<readonly Post[] | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    Promise.all(works.map((work) => readPosts({ work, limit: most }, abort.signal))).then(
      (pages) => setPosts(pages.flatMap((page) => page.posts).filter(({ state }) => state !== 'cancelled' && state !== 'failed')),
      () => undefined, // the server refuses a second post of a work by itself
    );
    return () => abort.abort();
  }, [works.join(' ')]);
  return posts;
}

/** The post of one of these works that an account has already. */
export const earlierOf = (posts: readonly Post[] | undefined, unit: Unit, account: string): Post | undefined =>
  posts?.find(
    (post) => post.account === account && [post.work, ...(post.more ?? []).map(({ work }) => work)].some((work) => unit.includes(work)),
  );
