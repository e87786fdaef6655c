import { plainText } from '../../../lib/core/index.ts';
import { postView } from '../../../lib/service/index.ts';
import { text } from '../../flags/flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { shownTime } from '../../print/times.ts';
import { command } from '../../shell/command.ts';
import { findPost, openPublishing } from '../../steps/publishing.ts';

export const statusCommand = command({
  required: { post: text('Id of the post, its first or last characters, or latest') },
  examples: [['$0 publish status latest', 'Text, history and figures']],
  run: async ({ post: id }, context) => {
    const { outbox } = await openPublishing(context);
    const post = await findPost(outbox, id);
    const { content, history, work, picture } = post;
    return {
      json: { post: postView(post) },
      text: [
        postLine(post),
        `work ${work}, ${picture.type.slice('image/'.length)} ${picture.width}x${picture.height}`,
        plainText(content.text),
        `alt: ${plainText(content.altText)}`,
        ...history.map(({ at, state, note }) => `${shownTime(at)}  ${state}${note === undefined ? '' : `: ${plainText(note)}`}`),
      ],
    };
  },
});
