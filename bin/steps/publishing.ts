import { ArtistError, counted } from '../../lib/core/index.ts';
import { type Artwork, type Gallery, selectWorks } from '../../lib/gallery/index.ts';
import type { Outbox, Post, PostSender } from '../../lib/publish/index.ts';
import * as service from '../../lib/service/index.ts';
import { postLine } from '../print/publish-lines.ts';
import type { Context } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';

/** What the commands of `publish` work with. */
export async function openPublishing({ config, signal, warn }: Pick<Context, 'config' | 'signal' | 'warn'>): Promise<service.Publishing> {
  return service.openPublishing(await config(), { signal, warn });
}

/** A post by its id, its first or last characters, or `latest`. @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT: several fit */
export async function findPost(outbox: Outbox, text: string): Promise<Post> {
  const ids = await outbox.ids();
  const wanted = text.toUpperCase();
  const [found, ...more] = text === 'latest' ? ids.slice(-1) : ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  if (more.length > 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `post: expected characters of one id, got ${text}, which fits ${counted(more.length + 1, 'post')}`,
    );
  return outbox.get(found ?? text);
}

/**
 * The works of each post: one work each, or all `together` in one post.
 *
 * @throws ArtistError every error of selectWorks()
 */
export async function worksOfPosts(
  gallery: Gallery,
  chosen: Parameters<typeof selectWorks>[1],
  together: boolean,
): Promise<[Artwork, ...Artwork[]][]> {
  const works: Artwork[] = [];
  for (const id of await selectWorks(gallery, chosen)) works.push(await gallery.get(id));
  const [first, ...others] = works;
  if (first === undefined) return [];
  return together ? [[first, ...others]] : works.map((work) => [work]);
}

/** A sender of this home; it tells the log what happens to posts. @param program what runs it, for people */
export async function openSender(program: string, context: Pick<Context, 'home' | 'config' | 'note' | 'warn'>): Promise<PostSender> {
  const { config, note, warn } = context;
  const onPost = (post: Post): void => (post.state === 'published' ? note(postLine(post)) : warn(postLine(post)));
  return service.openSender({ loaded: await config(), program, gallery: await openGallery(context), onPost, warn });
}
