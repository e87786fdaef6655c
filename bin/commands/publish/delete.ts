import { deletePost } from '../../../lib/publish/index.ts';
import { postView } from '../../../lib/service/index.ts';
import { text } from '../../flags/flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { findPost, openPublishing } from '../../steps/publishing.ts';

export const deleteCommand = command({
  required: { post: text('Id of the post, its first or last characters, or latest') },
  examples: [['$0 publish delete latest', 'The work stays in the gallery']],
  run: async ({ post: id }, context) => {
    const publishing = await openPublishing(context);
    const { id: full } = await findPost(publishing.outbox, id);
    const post = await deletePost(full, { ...publishing, gallery: await openGallery(context) });
    return { json: { post: postView(post) }, text: [post.id], notes: [postLine(post)] };
  },
});
