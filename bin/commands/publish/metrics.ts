import type { Post } from '../../../lib/publish/index.ts';
import { postView } from '../../../lib/service/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { findPost, openPublishing } from '../../steps/publishing.ts';

function figuresLine({ id, account, metrics }: Post): string {
  const last = metrics.at(-1);
  const figures = Object.entries(last?.figures ?? {}).map(([name, value]) => `${value} ${name}`);
  const shown = !last ? 'no figures yet' : figures.length === 0 ? 'the network has no figures' : figures.join(', ');
  return `${id}  ${account.padEnd(10)} ${last ? `after ${last.age}: ` : ''}${shown}`;
}

export const metricsCommand = command({
  optional: { post: text('Id of a post, its first or last characters, or latest. Default: all that are out') },
  examples: [['$0 publish metrics', 'The newest figures of each post']],
  epilogue:
    'Read 1, 6, 24 and 72 hours, 7 and 30 days after a post went out, by publish run. A figure that a network does not have is absent.',
  run: async ({ post: id }, context) => {
    const { outbox } = await openPublishing(context);
    const posts =
      id === undefined ? (await outbox.list()).posts.filter(({ state }) => state === 'published') : [await findPost(outbox, id)];
    return {
      json: { posts: posts.map((post) => ({ id: post.id, work: post.work, account: post.account, metrics: postView(post).metrics })) },
      text: posts.map(figuresLine),
    };
  },
});
