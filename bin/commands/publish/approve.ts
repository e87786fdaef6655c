import { counted } from '../../../lib/core/index.ts';
import type { Outbox, Post } from '../../../lib/publish/index.ts';
import { postView } from '../../../lib/service/index.ts';
import { list } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { findPost, openPublishing } from '../../steps/publishing.ts';

const posts = list('Ids of posts, their first or last characters, or latest', undefined, (value) => value);

async function each(
  ids: readonly string[],
  what: string,
  context: Context,
  change: (outbox: Outbox, id: string) => Promise<Post>,
): Promise<Outcome> {
  const { outbox } = await openPublishing(context);
  const found: Post[] = [];
  for (const id of ids) found.push(await findPost(outbox, id));
  const changed: Post[] = [];
  for (const { id } of found) changed.push(await change(outbox, id));
  return {
    json: { posts: changed.map(postView) },
    text: changed.map(({ id }) => id),
    notes: [`${counted(changed.length, 'post')} ${what}`],
  };
}

export const approveCommand = command({
  required: { posts },
  examples: [['$0 publish approve latest', 'It goes out as soon as the rules permit']],
  run: ({ posts: ids }, context) => each(ids, 'approved', context, (outbox, id) => outbox.approve(id)),
});

export const cancelCommand = command({
  required: { posts },
  examples: [['$0 publish cancel latest', 'A post that is out is deleted with publish delete']],
  run: ({ posts: ids }, context) => each(ids, 'cancelled', context, (outbox, id) => outbox.cancel(id)),
});
