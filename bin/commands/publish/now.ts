import { postView, publishNow } from '../../../lib/service/index.ts';
import { text } from '../../flags/flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { command } from '../../shell/command.ts';
import { findPost, openSender } from '../../steps/publishing.ts';

export const nowCommand = command({
  required: { post: text('Id of the post, its first or last characters, or latest') },
  examples: [
    ['$0 publish now latest', 'Approve it and publish it, whatever hour it is'],
    ['$0 publish add latest --to mastodon && $0 publish now latest', 'The newest work at once'],
  ],
  epilogue: 'Quiet hours and posts a day do not count; the switch publish off and the limit of money do.',
  run: async ({ post: id }, context) => {
    const sender = await openSender('ai-artist publish now', { ...context, note: () => undefined });
    const { id: full } = await findPost(sender.outbox, id);
    const post = await publishNow(full, sender, context);
    const isOut = post.state === 'published';
    return {
      json: { post: postView(post) },
      text: isOut ? [post.published?.url ?? post.id] : [],
      notes: [postLine(post)],
      status: isOut ? 0 : 1,
    };
  },
});
