import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { type Hold, holdsOf, type Post } from '../../../publish/index.ts';
import type { Publishing } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import { type Clean, type PostView, postSchema, shownPost } from './views.ts';

export const tags = ['publish'];
/** Longest name of an account. */
export const accountName = z.string().min(1).max(64);
export const onePost = z.object({ post: postSchema });
/** Parameters of a route of one post. */
export const whichPost = z.strictObject({ post: z.string().min(1).max(100).describe('Id of a post') });

/** What the routes of publishing work with. */
export interface Desk {
  publishing: Publishing;
  context: ServerContext;
  clean: Clean;
  /** Posts as clients see them. @param all posts of the home, which each reason for waiting needs. Default: they are read where one waits */
  view: (posts: readonly Post[], all?: readonly Post[]) => Promise<PostView[]>;
  viewOne: (post: Post) => Promise<PostView>;
}

export function deskOf(publishing: Publishing, context: ServerContext, clean: Clean): Desk {
  const holdsIn = async (all: readonly Post[] | undefined) =>
    holdsOf(all ?? (await publishing.outbox.list()).posts, publishing, context.clock.now());
  const view: Desk['view'] = async (posts, all) => {
    const holds = posts.some(({ state }) => state === 'approved') ? await holdsIn(all) : new Map<string, Hold>();
    return posts.map((post) => shownPost(post, holds, clean));
  };
  const viewOne: Desk['viewOne'] = async (post) => {
    const [shown] = await view([post]);
    if (!shown) throw new ArtistError('ERR_INTERNAL', `post ${post.id}: expected a view of it, got none`);
    return shown;
  };
  return { publishing, context, clean, view, viewOne };
}
