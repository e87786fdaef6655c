/** Accounts and posts in every state, as a home has them after a while. Nothing of it makes the server call a network. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { Accounts, type NewPost, Outbox, type Post, type PostState } from '../../lib/publish/index.ts';

const dayMs = 86_400_000;

/** Stores an account without asking its network. */
export async function addAccount(home: string, about: Partial<Parameters<Accounts['save']>[0]> & { name: string }): Promise<void> {
  await new Accounts(home).save({
    ...{
      network: 'mastodon',
      server: 'https://example.social',
      handle: `@${about.name}@example.social`,
      url: null,
      secrets: { token: 'tooth-and-nail' },
    },
    ...{ connectedAt: Date.now() - 40 * dayMs, stopped: null },
    ...about,
  });
}

export interface Wished extends Partial<Omit<NewPost, 'picture' | 'content'>> {
  work: string;
  text?: string;
  altText?: string;
  state?: PostState;
  /** Changes the record after it was made. */
  change?: (post: Post, now: number) => void;
}

/** Adds a post in any state. */
export async function addPost(
  home: string,
  { work, text = 'A red fox', altText = 'A fox', state = 'draft', change, ...rest }: Wished,
): Promise<string> {
  const outbox = new Outbox(home);
  const bytes = new Uint8Array(
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a33' } })
      .png()
      .toBuffer(),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { id } = await outbox.add({
    ...{ work, account: 'mastodon', network: 'mastodon', unknownSources: [], dueAt: null, price: 0 },
    content: { text, altText, language: 'en', sensitive: false, visibility: 'public', madeWithAi: true },
    picture: { bytes, type: 'image/png', width: 8, height: 8, sha256 },
    approvedBy: null,
    ...rest,
  });
  await outbox.change(id, ['draft', 'approved'], (post, now) => {
    if (post.state !== state) post.history.push({ at: now, state });
    post.state = state;
    change?.(post, now);
  });
  return id;
}

/** A published post whose figures were all read, so that no sender asks for more. */
export const published =
  (figures: Post['metrics'][number]['figures'], days = 31) =>
  (post: Post, now: number): void => {
    const at = now - days * dayMs;
    post.published = { at, uri: `uri-${post.id}`, url: `https://example.social/@painter/${post.id}` };
    post.recorded = true;
    post.metrics = [{ age: '30d', at: now, figures }];
  };

/** A failure that waits for its next try. */
export const failing =
  (message: string, failures = 2) =>
  (post: Post, now: number): void => {
    post.failures = failures;
    post.failingSince = now - dayMs;
    post.nextAt = now + dayMs;
    post.problem = { code: 'ERR_NETWORK', message, retryable: true, at: now };
  };

/** What a person sees who has published for some weeks. */
export async function fillPosts(home: string, works: readonly string[]): Promise<string[]> {
  const work = (at: number): string => works[at % works.length] ?? '';
  await addAccount(home, { name: 'mastodon', handle: '@painter@example.social', url: 'https://example.social/@painter' });
  await addAccount(home, {
    ...{ name: 'insta', network: 'instagram', server: 'https://graph.instagram.com', handle: 'painter.of.owls' },
    secrets: { token: 'tooth-and-nail', userId: '1', expiresAt: Date.now() + 3.5 * dayMs },
  });
  await addAccount(home, {
    ...{ name: 'sky', network: 'bluesky', server: 'https://bsky.social', handle: '@painter.bsky.social' },
    stopped: { at: Date.now() - dayMs, code: 'ERR_UNAUTHENTICATED', message: 'bsky.social: expected a valid app password, got 401' },
  });
  const wishes: Wished[] = [
    { work: work(0), state: 'cancelled', text: 'Owl in the rain\n\nMade with AI (ai-artist-mini)\n\n#AIart #owl' },
    {
      work: work(1),
      state: 'published',
      text: 'Sailing ship at dawn\n\nMade with AI (ai-artist-mini)\n\n#AIart #ship',
      change: published({ likes: 31, shares: 4, replies: 0 }),
    },
    {
      work: work(2),
      state: 'published',
      account: 'insta',
      network: 'instagram',
      text: 'Old oak tree',
      change: published({ views: 1204, likes: 88, replies: 3, saves: 2 }),
    },
    { work: work(3), state: 'published', text: 'Lighthouse', change: published({ likes: 1, shares: 1, replies: 1 }) },
    {
      work: work(4),
      state: 'failed',
      text: 'Mountain lake, watercolour\n\nCredits: The Great Wave by Hokusai (CC-BY-4.0)\nMade with AI (ai-artist-mini)',
      change: (post, now) => {
        post.problem = {
          code: 'ERR_TOO_LARGE',
          message: 'example.social: expected a picture of at most 1048576 bytes, got 2400000. Post a smaller one',
          retryable: false,
          at: now,
        };
      },
    },
    { work: work(5), state: 'unknown', account: 'sky', network: 'bluesky', text: 'A fox in the snow' },
    {
      work: work(6),
      state: 'uploading',
      text: 'Ink drawing of an old oak tree',
      change: failing('example.social: expected an answer, got ECONNRESET'),
    },
    {
      work: work(7),
      state: 'approved',
      approvedBy: 'hand',
      dueAt: Date.UTC(2100, 0, 1, 9),
      text: 'New Year\n\nMade with AI (ai-artist-mini)\n\n#AIart',
    },
    { work: work(8), state: 'approved', approvedBy: 'hand', account: 'sky', network: 'bluesky', text: 'Two of today' },
    {
      work: work(9),
      text: 'Retro poster of a lighthouse, made from a print that nobody knows the terms of',
      unknownSources: ['LoRA retro: its file is not in this home'],
    },
    {
      work: work(10),
      text: 'Three owls on a branch\n\nMade with AI (ai-artist-mini)\n\n#AIart #owl #ink',
      altText: 'Three owls sit on a bare branch before a full moon',
    },
  ];
  const ids: string[] = [];
  for (const wish of wishes) ids.push(await addPost(home, wish));
  return ids;
}
