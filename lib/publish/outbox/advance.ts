import { readFile } from 'node:fs/promises';
import { ArtistError, type Clock, errorLine, isArtistError, type RandomSource, readError } from '../../core/index.ts';
import { type Failure, NetworkFailure } from '../networks/network-failure.ts';
import { type Derivative, type PostOrder, type Published, type Publisher, picturesOf } from '../networks/publisher.ts';
import type { PublicPlace } from '../public/place.ts';
import { putPublicPicture } from '../public/public-picture.ts';
import type { Outbox } from './outbox.ts';
import { enter, openStates, type Post, picturesOfPost, publicNameOf } from './post.ts';

/** Shortest time between a call whose answer was lost and the search for its post: the network may still be working on it. */
const settleMs = 90_000;
/** Waits between tries after failures: doubled from the first to the longest. */
const [firstWaitMs, longestWaitMs] = [30_000, 3_600_000];
/** A post that failed for this long is given up. */
const patienceMs = 7 * 86_400_000;
/** Waits between questions whether an upload was processed. */
const pollMs = 5_000;
/** Uploads of one post that a network may lose. */
const mostUploads = 5;
/** An upload that is not processed within this time is sent again. */
const processingMs = 3_600_000;

export interface AdvanceOptions {
  outbox: Outbox;
  publisher: Publisher;
  clock: Clock;
  random: RandomSource;
  /** Names this sender: what another one armed may be on the network. */
  sender: string;
  /** For networks that fetch the picture. */
  publicPlace: PublicPlace | undefined;
  /** Whether publishing may begin now. Asked at the last moment. */
  isPermitted: (post: Post) => Promise<boolean>;
}

/** The outcome of advance(): the post, and a failure that concerns the whole account. */
export interface Advanced {
  post: Post;
  accountFailure?: Failure;
}

/**
 * Takes a post as far as it goes now. Every state is on the disk before the call that it names: after a crash in between, the next sender sees
 * what may have happened. Only one process may do this for an account at a time.
 *
 * @throws ArtistError ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED: the outcome cannot be stored
 */
export async function advance(start: Post, options: AdvanceOptions): Promise<Advanced> {
  const { outbox, clock } = options;
  let post = start;
  for (;;) {
    if (post.nextAt !== null && post.nextAt > clock.now()) return { post };
    try {
      const next = await step(post, options);
      if (next === undefined) return { post };
      post = next;
    } catch (error) {
      if (isArtistError(error, 'ERR_CHANGED')) return { post: await outbox.get(post.id) }; // a person has cancelled it meanwhile
      const failure = failureOf(error);
      const noted = await noteFailure(await outbox.get(post.id), failure, options);
      return { post: noted, ...(stopsAccount(failure) && { accountFailure: failure }) };
    }
    if (!openStates.includes(post.state)) return { post };
  }
}

/** One step; undefined: nothing can be done now. */
async function step(post: Post, options: AdvanceOptions): Promise<Post | undefined> {
  const { outbox, publisher, isPermitted } = options;
  if (post.state === 'approved') {
    if (!(await isPermitted(post))) return undefined;
    return outbox.change(post.id, ['approved'], (draft, now) => enter(draft, 'uploading', now));
  }
  if (post.state === 'uploading') {
    const order = await reachable(post, await orderOf(post, options), options);
    const media = await publisher.upload(order);
    return outbox.change(post.id, ['uploading'], (draft, now) => {
      draft.media = media;
      succeed(draft);
      enter(draft, 'processing', now);
    });
  }
  if (post.state === 'processing') return afterProcessing(post, options);
  if (post.state === 'armed') return resolveArmed(post, options);
  return undefined;
}

async function afterProcessing(post: Post, options: AdvanceOptions): Promise<Post | undefined> {
  const { outbox, publisher, clock, sender, isPermitted } = options;
  const media = mediaOf(post);
  if (!(await publisher.isReady(media))) {
    const since = post.history.findLast(({ state }) => state === 'processing')?.at ?? clock.now();
    if (Math.abs(clock.now() - since) > processingMs) return sendAgain(post, options, 'the picture was not processed in time');
    return outbox.change(post.id, ['processing'], (draft, now) => {
      draft.nextAt = now + pollMs;
    });
  }
  if (!(await isPermitted(post))) return undefined;
  const armed = await outbox.change(post.id, ['processing'], (draft, now) => {
    draft.armed = { at: now, by: sender };
    succeed(draft);
    enter(draft, 'armed', now);
  });
  return publishArmed(armed, options, { isFirst: true });
}

/** The picture is sent once more. */
function sendAgain(post: Post, { outbox }: AdvanceOptions, note: string): Promise<Post> {
  return outbox.change(post.id, ['processing'], (draft, now) => {
    draft.media = null;
    enter(draft, 'uploading', now, note);
  });
}

/** @param isFirst no earlier try of this post has an unknown outcome */
async function publishArmed(post: Post, options: AdvanceOptions, { isFirst }: { isFirst: boolean }): Promise<Post> {
  const { outbox, publisher } = options;
  try {
    const published = await publisher.publish(await orderOf(post, options), mediaOf(post));
    return await notePublished(post, published, options);
  } catch (error) {
    if (!(error instanceof NetworkFailure) || error.failure.unsure || !isFirst) throw error;
    // Surely not published: it may be cancelled again, and a wrong text can be told from a lost answer.
    await outbox.change(post.id, ['armed'], (draft, now) => {
      draft.armed = null;
      enter(draft, 'processing', now);
    });
    throw error;
  }
}

function notePublished(post: Post, { uri, url }: Published, { outbox }: AdvanceOptions, note?: string): Promise<Post> {
  return outbox.change(post.id, ['armed'], (draft, now) => {
    draft.published = { at: post.armed?.at ?? now, uri, url: url ?? null };
    succeed(draft);
    enter(draft, 'published', now, note);
  });
}

/** The outcome of an earlier try is not known: it is looked for, and published again only where that makes no second post. */
async function resolveArmed(post: Post, options: AdvanceOptions): Promise<Post | undefined> {
  const { outbox, publisher, clock, sender } = options;
  const { at, by } = post.armed ?? { at: 0, by: '' };
  const sinceMs = clock.now() - at;
  if (by !== sender) {
    // Another sender's call may still be on its way. A clock that was set back tells nothing: wait from now on.
    const leftMs = sinceMs < 0 ? settleMs : settleMs - sinceMs;
    return outbox.change(post.id, ['armed'], (draft, now) => {
      draft.armed = { at, by: sender };
      draft.nextAt = leftMs > 0 ? now + leftMs : null;
    });
  }
  const found = await publisher.find(await orderOf(post, options), mediaOf(post));
  if (found !== 'absent' && found !== 'unsure') return notePublished(post, found, options, 'found on the network');
  if (found === 'absent' || (sinceMs >= 0 && sinceMs < publisher.repeatableMs)) return publishArmed(post, options, { isFirst: false });
  return outbox.change(post.id, ['armed'], (draft, now) => {
    enter(draft, 'unknown', now, 'the answer was lost, and the network cannot say whether it is there. Look at the account');
  });
}

/** Failures of the disk, which may have room again later. */
const local: readonly string[] = ['ERR_DISK_FULL', 'ERR_WRITE', 'ERR_LOCKED'];

/** An error that is not of the network says nothing about whether the network has acted. */
function failureOf(error: unknown): Failure {
  if (error instanceof NetworkFailure) return error.failure;
  if (isArtistError(error)) return { code: error.code, message: error.message, retryable: local.includes(error.code), unsure: true };
  return { code: 'ERR_INTERNAL', message: errorLine(error), retryable: false, unsure: true };
}

/** Failures that every other post of the account would have too. */
const stopsAccount = ({ code, retryable }: Failure): boolean => !retryable && (code === 'ERR_UNAUTHENTICATED' || code === 'ERR_FORBIDDEN');

/** @throws ArtistError every error of Outbox.change() */
function noteFailure(post: Post, failure: Failure, { outbox, random }: AdvanceOptions): Promise<Post> {
  return outbox.change(post.id, openStates, (draft, now) => {
    const { code, message, retryable, unsure, waitMs = 0 } = failure;
    const isArmed = draft.state === 'armed';
    draft.problem = { code, message, retryable, at: now };
    if (stopsAccount(failure)) return; // it goes on when the account is connected again
    draft.failures++;
    draft.failingSince ??= now;
    const isPatient = Math.abs(now - draft.failingSince) < patienceMs;
    if (code === 'ERR_NOT_FOUND' && draft.state === 'processing' && draft.failures < mostUploads) {
      draft.media = null;
      draft.nextAt = now + backOff(draft.failures, random);
      enter(draft, 'uploading', now, 'the network has the picture no more');
    } else if (isPatient && (retryable || (unsure && isArmed)))
      draft.nextAt = now + Math.max(waitMs, backOff(draft.failures, random), isArmed ? settleMs : 0);
    else enter(draft, isArmed ? 'unknown' : 'failed', now, message);
  });
}

/** Milliseconds. Doubled with each failure, spread by a fifth in both directions. */
function backOff(failures: number, random: RandomSource): number {
  return Math.round(Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 20)) * (0.8 + 0.4 * random()));
}

function succeed(post: Post): void {
  post.failures = 0;
  post.failingSince = null;
  post.nextAt = null;
  post.problem = null;
}

function mediaOf({ id, media }: Post): string {
  if (media === null) throw new ArtistError('ERR_INTERNAL', `post ${id}: expected an upload, got none`);
  return media;
}

/** @throws ArtistError ERR_READ: a picture of it is gone */
async function orderOf(post: Post, { outbox, clock }: AdvanceOptions): Promise<PostOrder> {
  const { id, work, content, armed, more = [] } = post;
  const read = async ({ file, type, width, height, sha256 }: Post['picture']): Promise<Derivative> => {
    const path = outbox.home.post(id, file);
    try {
      return { bytes: new Uint8Array(await readFile(path)), type, width, height, sha256 };
    } catch (error) {
      throw readError(path, 'the picture of a post', error);
    }
  };
  const others = await Promise.all(more.map(async (one) => ({ ...one, picture: await read(one.picture) })));
  const picture = await read(post.picture);
  return { id, work, content, picture, ...(others.length > 0 && { more: others }), armedAt: armed?.at ?? clock.now() };
}

/** The order with public addresses of its pictures, where the network fetches them. @throws NetworkFailure */
async function reachable(post: Post, order: PostOrder, { publisher, publicPlace }: AdvanceOptions): Promise<PostOrder> {
  if (!publisher.needsPublicPicture) return order;
  const files = picturesOfPost(post);
  const pictures = picturesOf(order);
  const urls: string[] = [];
  for (const [at, { picture }] of pictures.entries())
    urls.push(await putPublicPicture({ name: publicNameOf(post, files[at] ?? post.picture), picture }, post.network, publicPlace));
  const [pictureUrl = '', ...others] = urls;
  const more = order.more?.map((one, at) => ({ ...one, pictureUrl: others[at] ?? '' }));
  return { ...order, pictureUrl, ...(more && { more }) };
}
