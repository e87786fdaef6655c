import { postView } from '../../../lib/service/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { command } from '../../shell/command.ts';
import { findPost, openPublishing } from '../../steps/publishing.ts';

export const retryCommand = command({
  required: { post: text('Id of the post, its first or last characters, or latest') },
  flags: {
    absent: toggle('For an unknown post: you have looked, and it is not on the network'),
    published: text('For an unknown post: you have found it at this address'),
  },
  replaced: { published: ['absent'] },
  examples: [
    ['$0 publish retry latest', 'Try a failed post again'],
    ['$0 publish retry 01K9F --absent', 'Publish an unknown post once more'],
    ['$0 publish retry 01K9F --published https://example.social/@me/1', 'It is out after all'],
  ],
  run: async ({ post: id, absent = false, published }, context) => {
    const { outbox } = await openPublishing(context);
    const found = await findPost(outbox, id);
    const post =
      published === undefined
        ? await outbox.retry(found.id, { isAbsent: absent })
        : await outbox.settle(found.id, { uri: published.split('/').at(-1) ?? published, url: published });
    return { json: { post: postView(post) }, text: [post.id], notes: [postLine(post)] };
  },
});
