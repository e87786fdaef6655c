import { exists } from '../../core/index.ts';
import { formatMinute } from '../../schedule/index.ts';
import type { Accounts } from '../accounts/account.ts';
import type { Outbox } from './outbox.ts';
import type { Post } from './post.ts';
import type { PostingRules } from './posting-rules.ts';
import { type Hold, holdOf } from './rules.ts';
import { runningSenders } from './senders.ts';

const nobodySends = 'nothing that sends posts is running: start ai-artist serve, ai-artist schedule start or ai-artist publish run';

/**
 * Why approved posts do not go out now, by id; a post that is not named goes out with the next look of a sender.
 *
 * @param posts all posts of the home
 * @throws ArtistError ERR_READ, ERR_DAMAGED
 */
export async function holdsOf(
  posts: readonly Post[],
  { outbox, accounts, rules }: { outbox: Outbox; accounts: Accounts; rules: PostingRules },
  now: number,
): Promise<Map<string, Hold>> {
  const isOff = await exists(outbox.home.publishingOff);
  const isSent = (await runningSenders(outbox.home)).length > 0;
  const known = new Map((await accounts.list()).map((account) => [account.name, account]));
  const byPerson = (reason: string): Hold => ({ reason, until: null });
  const holdOn = (post: Post): Hold | undefined => {
    const account = known.get(post.account);
    if (isOff) return byPerson('publishing is off');
    if (!account) return byPerson('its account is not connected');
    if (account.stopped) return byPerson(`its account has stopped: ${account.stopped.message}`);
    const own = posts.filter((other) => other.account === post.account);
    return holdOf(post, own, rules, now) ?? (isSent ? undefined : byPerson(nobodySends));
  };
  const holds = posts.filter(({ state }) => state === 'approved').map((post): [string, Hold | undefined] => [post.id, holdOn(post)]);
  return new Map(holds.filter((entry): entry is [string, Hold] => entry[1] !== undefined));
}

/** `quiet hours, until 2026-12-03 07:00 +01:00`. @param timeZone zone of the time; for programs UTC */
export function holdText({ reason, until }: Hold, timeZone = 'UTC'): string {
  return `${reason}${until === null ? '' : `, until ${formatMinute(until, timeZone)}`}`;
}
