/** Posts and accounts of networks, and what can be done with them. */
import type { PreparedView } from '../../lib/server/api/publish/adding.ts';
import type { PostPage, TotalsAnswer } from '../../lib/server/api/publish/reading.ts';
import type { AccountView, PostView } from '../../lib/server/api/publish/views.ts';
import { ask, postOnce } from './client.ts';

export type Post = PostView;
export type Account = AccountView;
export type PostState = Post['state'];
export type { PostPage };
export type Totals = TotalsAnswer['accounts'][number];
/** Figures of a post by name; one that its network does not have is absent. */
export type Figures = Post['metrics'][number]['figures'];

export interface AccountsAnswer {
  accounts: Account[];
  /** Whether all publishing is stopped. */
  isOff: boolean;
}

/** What a change of posts is told by, and one of accounts or of the switch. */
export const postEvents = ['post', 'publishing'] as const;

export const readPosts = (query: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<PostPage> =>
  ask<PostPage>('publish/posts', { query, signal });

async function changed(id: string, what: string, body?: unknown): Promise<Post> {
  return (await ask<{ post: Post }>(`publish/posts/${id}/${what}`, { method: 'POST', body })).post;
}

/** @param dueAt not before this time, ISO 8601; null: as soon as the rules permit; undefined: as it is */
export const approvePost = (id: string, dueAt?: string | null): Promise<Post> =>
  changed(id, 'approve', dueAt === undefined ? {} : { dueAt });
export const cancelPost = (id: string): Promise<Post> => changed(id, 'cancel');
/** Publishes at once, and waits for it: up to two minutes. */
export const publishNow = (id: string): Promise<Post> => changed(id, 'now');
/** @param found what a person saw who looked for an unknown post: that it is not there, or its address */
export const retryPost = (id: string, found: { absent: true } | { published: string } | undefined): Promise<Post> =>
  changed(id, 'retry', found ?? {});
export const deletePost = async (id: string): Promise<Post> =>
  (await ask<{ post: Post }>(`publish/posts/${id}`, { method: 'DELETE' })).post;
export const switchPublishing = (isOff: boolean): Promise<unknown> => ask('publish/switch', { method: 'PUT', body: { isOff } });

/** What a post is to be; see POST /api/v1/publish/preview. */
export interface PreviewWish {
  work: string;
  more: readonly string[];
  caption?: string;
  altTexts?: Readonly<Record<string, string>>;
}
export interface QueueWish extends PreviewWish {
  accounts: readonly [string];
  approve: boolean;
  again: boolean;
  dueAt?: string;
}
export type Prepared = PreparedView;

export const previewPost = (wish: PreviewWish, account: string, signal: AbortSignal): Promise<Prepared> =>
  ask<Prepared>('publish/preview', { method: 'POST', body: { ...wish, account }, signal });

/** @throws ApiError */
export async function queuePosts(wish: QueueWish): Promise<Post> {
  const { posts } = await postOnce<{ posts: [Post] }>('publish/posts', wish);
  return posts[0];
}
