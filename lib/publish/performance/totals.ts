import type { NetworkName } from '../networks/network-names.ts';
import type { Metrics } from '../networks/publisher.ts';
import type { Post } from '../outbox/post.ts';

/** What the posts of one account brought together. */
export interface AccountTotals {
  account: string;
  network: NetworkName;
  /** Posts that are out. */
  published: number;
  /** Those of them whose figures were read. */
  measured: number;
  /** The sum of each figure, as last read, and how many posts have it. A figure that no post has is absent, which is not zero. */
  figures: Partial<Record<keyof Metrics, { sum: number; posts: number }>>;
}

/** The totals of each account that posts are out on, by name. */
export function totalsOf(posts: readonly Post[]): AccountTotals[] {
  const totals = new Map<string, AccountTotals>();
  for (const { account, network, state, metrics } of posts) {
    if (state !== 'published') continue;
    const total = totals.get(account) ?? { account, network, published: 0, measured: 0, figures: {} };
    totals.set(account, total);
    total.published += 1;
    const last = metrics.at(-1)?.figures;
    if (last) total.measured += 1;
    for (const [name, value] of Object.entries(last ?? {}) as [keyof Metrics, number | undefined][]) {
      if (value === undefined) continue;
      const { sum, posts: count } = total.figures[name] ?? { sum: 0, posts: 0 };
      total.figures[name] = { sum: sum + value, posts: count + 1 };
    }
  }
  return [...totals.values()].sort((a, b) => a.account.localeCompare(b.account));
}
