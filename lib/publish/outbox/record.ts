import { isArtistError } from '../../core/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type Post, worksOfPost } from './post.ts';

/** What the record of a work says about a post of it. */
function entryOf({ id, network, account, published, metrics }: Post): Record<string, unknown> {
  return {
    id,
    network,
    account,
    uri: published?.uri,
    ...(published?.url && { url: published.url }),
    at: new Date(published?.at ?? 0).toISOString(),
    ...(metrics.length > 0 && { metrics: metrics.map(({ age, at, figures }) => ({ age, at: new Date(at).toISOString(), ...figures })) }),
  };
}

/**
 * Writes a published post into the record of its works. Doing it again changes nothing. A work that was deleted meanwhile has none.
 *
 * @throws ArtistError every error of Gallery.update() but ERR_NOT_FOUND
 */
export async function recordPost(gallery: Gallery, post: Post): Promise<void> {
  for (const work of worksOfPost(post)) {
    try {
      await gallery.update(work, ({ posts = [] }: Artwork) => ({ posts: [...posts.filter(({ id }) => id !== post.id), entryOf(post)] }));
    } catch (error) {
      if (!isArtistError(error, 'ERR_NOT_FOUND')) throw error;
    }
  }
}
