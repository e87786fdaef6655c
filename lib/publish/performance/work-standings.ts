import { shownTimeZone } from '../../schedule/index.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { Post } from '../outbox/post.ts';
import { hourEffects } from './hours.ts';
import { mean, standingsOf } from './standing.ts';

/**
 * How each work did, over all accounts that it was posted to, without what the hour of posting explains; by the work's ULID.
 *
 * @param posts all posts of a home
 * @param timeZone IANA name, for the hour of day
 */
export function workStandings(posts: readonly Post[], timeZone: string): Map<string, number> {
  const values = new Map<string, number[]>();
  for (const account of new Set(posts.map((post) => post.account))) {
    const standings = standingsOf(posts.filter((post) => post.account === account));
    const effects = hourEffects(standings, timeZone);
    for (const { work, at, value } of standings) values.set(work, [...(values.get(work) ?? []), value - (effects.of(at)?.mean ?? 0)]);
  }
  return new Map([...values].map(([work, all]) => [work, mean(all)]));
}

/** How the works of a home did: workStandings() of its posts. @throws ArtistError ERR_READ */
export async function standingsIn(home: string): Promise<Map<string, number>> {
  return workStandings((await new Outbox(home).list()).posts, shownTimeZone());
}
