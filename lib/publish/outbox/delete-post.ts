import { ArtistError, answering, isArtistError } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import type { Accounts } from '../accounts/account.ts';
import { openPublisher } from '../accounts/open-publisher.ts';
import { answeredByNetwork } from '../networks/network-failure.ts';
import type { Outbox } from './outbox.ts';
import { enter, type Post, worksOfPost } from './post.ts';

/**
 * Deletes a published post from its network, and its entry from the records of its works. A post that is gone already counts as deleted.
 *
 * @throws ArtistError ERR_CHANGED: it is not out; ERR_NOT_FOUND: its account is not connected; the errors of the network with their codes
 */
export const deletePost = answering(
  'deletePost',
  async (id: string, { outbox, accounts, gallery }: { outbox: Outbox; accounts: Accounts; gallery: Gallery }): Promise<Post> => {
    const { state, account: name, published, ...rest } = await outbox.get(id);
    if (state !== 'published' || !published)
      throw new ArtistError(
        'ERR_CHANGED',
        `post ${id}: expected one that is published, got one that is ${state}. See: ai-artist publish cancel`,
      );
    const account = await accounts.get(name);
    await answeredByNetwork(() => openPublisher(accounts, account).delete(published.uri));
    const deleted = await outbox.change(id, ['published'], (post, now) => enter(post, 'cancelled', now, 'deleted from the network'));
    for (const work of worksOfPost(rest)) {
      try {
        await gallery.update(work, ({ posts = [] }) => ({ posts: posts.filter((post) => post['id'] !== id) }));
      } catch (error) {
        if (!isArtistError(error, 'ERR_NOT_FOUND')) throw error; // the work was deleted too
      }
    }
    return deleted;
  },
);
