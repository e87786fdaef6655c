import { obstacleOf, type Post, queueWork } from '../../../lib/publish/index.ts';
import { accountsNamed, postView } from '../../../lib/service/index.ts';
import { list, toggle } from '../../flags/flags.ts';
import { moment } from '../../flags/publish/moment.ts';
import { captionFlag, togetherFlag } from '../../flags/publish/post-flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { openPublishing, worksOfPosts } from '../../steps/publishing.ts';

export const addCommand = command({
  optional: { works: worksPositional },
  flags: {
    query: queryFlag,
    to: list('Account; may be given several times. Default: all', undefined, (value) => value),
    at: moment('Not before this time, local unless it ends in Z or an offset: 2027-01-01T09:00'),
    together: togetherFlag,
    caption: captionFlag,
    again: toggle('Also works that the account has a post of already'),
    approve: toggle('Approve it: it goes out as soon as the rules permit'),
  },
  examples: [
    ['$0 publish add latest', 'A draft for each account; see publish approve'],
    ['$0 publish add 7qx 3hb k2m --to instagram --together', 'One post with three pictures'],
    ['$0 publish add latest --to mastodon --approve --at 2027-01-01T09:00', 'On New Year, to one account'],
  ],
  run: async ({ works, query, to, at, again = false, approve = false, together = false, caption }, context) => {
    const publishing = await openPublishing(context);
    const accounts = await accountsNamed(publishing.accounts, to);
    for (const account of accounts) {
      const obstacle = obstacleOf(account, publishing);
      if (obstacle !== undefined) context.warn(`${account.name}: its posts cannot go out yet. ${obstacle}`);
    }
    const gallery = await openGallery(context);
    const posts: Post[] = [];
    for (const [work, ...more] of await worksOfPosts(gallery, { works, query }, together)) {
      for (const account of accounts) {
        context.signal.throwIfAborted();
        posts.push(await queueWork(work, account, { ...publishing, more, caption, dueAt: at, approved: approve, again }));
      }
    }
    const drafts = posts.filter(({ state }) => state === 'draft').length;
    return {
      json: { posts: posts.map(postView) },
      text: posts.map(({ id }) => id),
      notes: [...posts.map((post) => postLine(post)), ...(drafts > 0 ? ['drafts wait for: ai-artist publish approve'] : [])],
    };
  },
});
