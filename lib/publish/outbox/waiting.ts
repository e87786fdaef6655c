import { exists } from '../../core/index.ts';
import type { Accounts } from '../accounts/account.ts';
import type { Outbox } from './outbox.ts';
import type { Post } from './post.ts';
import type { PostingRules } from './posting-rules.ts';
import { holdOf } from './rules.ts';

/**
 * Why approved posts do not go out now, by id; a post that is not named goes out with the next look of a sender.
 *
 * @param posts all posts of the home
 * @throws ArtistError ERR_READ, ERR_DAMAGED
 */
export async function whyWaiting(
  posts: readonly Post[],
  { outbox, accounts, rules }: { outbox: Outbox; accounts: Accounts; rules: PostingRules },
  now: number,
): Promise<Map<string, string>> {
  const isOff = await exists(outbox.home.publishingOff);
  const known = new Map((await accounts.list()).map((account) => [account.name, account]));
  const reasonOf = (post: Post): string | undefined => {
    const account = known.get(post.account);
    if (isOff) return 'publishing is off';
    if (!account) return 'its account is not connected';
    if (account.stopped) return `its account has stopped: ${account.stopped.message}`;
    const own = posts.filter((other) => other.account === post.account);
    const hold = holdOf(post, own, rules, now);
    return (
      hold &&
      `${hold.reason}${hold.until === null ? '' : `, until ${new Date(hold.until).toISOString().slice(0, 16).replace('T', ' ')} UTC`}`
    );
  };
  const reasons = posts.filter(({ state }) => state === 'approved').map((post): [string, string | undefined] => [post.id, reasonOf(post)]);
  return new Map(reasons.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
