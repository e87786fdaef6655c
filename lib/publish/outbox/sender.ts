import { rm } from 'node:fs/promises';
import {
  ArtistError,
  acquireLock,
  type Clock,
  createIds,
  errorLine,
  exists,
  isArtistError,
  type Lock,
  type RandomSource,
  systemClock,
  systemRandom,
  type Timer,
} from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { type Account, Accounts } from '../accounts/account.ts';
import { openPublisher } from '../accounts/open-publisher.ts';
import type { Publisher } from '../networks/publisher.ts';
import type { PublicPlace } from '../public/place.ts';
import { removePublicPicture } from '../public/public-picture.ts';
import { advance } from './advance.ts';
import { metricDue } from './metrics-due.ts';
import { Outbox } from './outbox.ts';
import { openStates, type Post, type PostState, picturesOfPost, publicNameOf } from './post.ts';
import type { PostingRules } from './posting-rules.ts';
import { recordPost } from './record.ts';
import { holdOf, moneyHold } from './rules.ts';
import { announceSender } from './senders.ts';

export interface SenderOptions {
  home: string;
  /** What runs the sender, for people: `ai-artist serve`. Default: a program. */
  program?: string | undefined;
  gallery: Gallery;
  rules: PostingRules;
  /** Where networks that fetch pictures find them. */
  publicPlace?: PublicPlace | undefined;
  /** Called when a post is out, failed, or became unknown. */
  onPost: (post: Post) => void;
  warn: (line: string) => void;
  clock?: Clock;
  random?: RandomSource;
  /** Default: the client of the account's network. */
  open?: typeof openPublisher;
}

interface Opened {
  account: Account;
  publisher: Publisher;
}

/** How often changes of other processes and due posts are noticed, milliseconds. */
const lookMs = 10_000;
/** sendNow() waits this long for another process that posts to the account, and for the network, milliseconds. */
const lockWaitMs = 30_000;
const patienceMs = 120_000;
const ended: readonly PostState[] = ['published', 'failed', 'unknown'];
const withdrawn: readonly PostState[] = ['failed', 'cancelled'];
/** A try further away than the longest wait comes from a clock that was ahead. */
const farMs = 8 * 86_400_000;

/**
 * Publishes what is due, and reads the figures of what is out. Of several senders of a home, in any processes, only one works on an account at
 * a time: the holder of its lock.
 */
export class PostSender {
  readonly outbox: Outbox;
  readonly accounts: Accounts;
  readonly #options: SenderOptions;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #name = createIds()();
  readonly #stop = new AbortController();
  /** Posts with nothing left to do. */
  readonly #done = new Set<string>();
  #timer: Timer | undefined;
  #presence: Promise<Lock | undefined> | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions) {
    const { home, clock = systemClock, random = systemRandom } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.outbox = new Outbox(home, { clock });
    this.accounts = new Accounts(home, { clock });
  }

  /** Works until close(), and keeps the process alive. */
  start(): void {
    this.#presence ??= this.#announce();
    void this.#lookAndWait();
  }

  /** What cannot be announced sends all the same. */
  async #announce(): Promise<Lock | undefined> {
    try {
      return await announceSender(this.outbox.home, this.#options.program ?? 'a program');
    } catch (error) {
      this.#options.warn(`publishing: ${errorLine(error)}`);
      return undefined;
    }
  }

  async #lookAndWait(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.#options.warn(`publishing: ${errorLine(error)}`);
    }
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#clock.timer(lookMs, () => void this.#lookAndWait());
  }

  /** Does what is due now, for all accounts that no other process works on. */
  look(): Promise<void> {
    const turn = this.#turn.then(() => this.#look());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #look(): Promise<void> {
    // Posts of an account that is not connected wait; without accounts not even the posts are read.
    const connected = new Set(await this.accounts.names());
    if (connected.size === 0) return;
    const byAccount = new Map<string, string[]>();
    for (const id of await this.outbox.ids()) {
      if (this.#done.has(id)) continue;
      const post = await this.#read(id);
      if (!post || isDone(post)) this.#done.add(id);
      else if (connected.has(post.account)) byAccount.set(post.account, [...(byAccount.get(post.account) ?? []), id]);
    }
    await Promise.all([...byAccount].map(([name, ids]) => this.#workOn(name, ids)));
  }

  /** Undefined for a record that cannot be read: it is told once. */
  async #read(id: string): Promise<Post | undefined> {
    try {
      return await this.outbox.get(id);
    } catch (error) {
      if (!isArtistError(error)) throw error;
      // Without a record: its process died before the post existed.
      if (error.code !== 'ERR_NOT_FOUND') this.#options.warn(`publishing: ${error.message}`);
      return undefined;
    }
  }

  async #workOn(name: string, ids: readonly string[]): Promise<void> {
    try {
      const work = async ({ account, publisher }: Opened): Promise<void> => this.#workLocked(account, publisher, ids);
      await this.#locked(name, 0, work);
    } catch (error) {
      if (isArtistError(error, 'ERR_LOCKED')) return; // another process works on it
      this.#options.warn(`publishing to ${name}: ${errorLine(error)}`);
    }
  }

  /** @throws ArtistError ERR_LOCKED; every error of Accounts.get() and of `work` */
  async #locked<T>(name: string, waitMs: number, work: (opened: Opened) => Promise<T>): Promise<T> {
    const path = this.outbox.home.accountLock(name);
    const lock = await acquireLock(path, { purpose: `posting to ${name}`, waitMs, private: true });
    try {
      const account = await this.accounts.get(name);
      return await work({ account, publisher: (this.#options.open ?? openPublisher)(this.accounts, account) });
    } finally {
      await lock.release();
    }
  }

  async #workLocked(account: Account, publisher: Publisher, ids: readonly string[]): Promise<void> {
    if (account.stopped) return;
    const posts = new Map<string, Post>();
    for (const id of ids) posts.set(id, await this.outbox.get(id));
    const isPermitted = async (post: Post): Promise<boolean> => {
      if (await this.#isOff()) return false;
      return post.state !== 'approved' || holdOf(post, [...posts.values()], this.#options.rules, this.#clock.now()) === undefined;
    };
    for (const id of ids) {
      if (this.#stop.signal.aborted) return;
      const post = await this.outbox.get(id);
      if (post.state === 'published') await this.#follow(post, publisher);
      if (post.state === 'cancelled') await this.#clearCancelled(post, publisher);
      if (!openStates.includes(post.state)) continue;
      const { after, goOn } = await this.#advance(post, publisher, isPermitted);
      posts.set(id, after);
      if (!goOn) return;
    }
  }

  async #isOff(): Promise<boolean> {
    return this.#stop.signal.aborted || (await exists(this.outbox.home.publishingOff));
  }

  /**
   * Publishes one post at once, whatever hour it is and however many there were, and waits for it, up to two minutes. The kill switch and the limit
   * of money still count.
   *
   * @throws ArtistError ERR_LOCKED: another process posts to the account; ERR_CHANGED: it is not approved; ERR_FORBIDDEN: the account is stopped, or
   *   publishing is off; ERR_RATE_LIMIT: the money is spent
   */
  async sendNow(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<Post> {
    const { account: name, state } = await this.outbox.get(id);
    if (!openStates.includes(state))
      throw new ArtistError('ERR_CHANGED', `post ${id}: expected one that is approved, got one that is ${state}`);
    return this.#locked(name, lockWaitMs, async ({ account, publisher }) => {
      if (account.stopped)
        throw new ArtistError(
          'ERR_FORBIDDEN',
          `account ${name}: expected one that works, got one that has stopped: ${account.stopped.message}`,
        );
      await this.#checkNow(id, name);
      const end = this.#clock.monotonic() + patienceMs;
      for (;;) {
        const { after, goOn } = await this.#advance(await this.outbox.get(id), publisher, async () => !(await this.#isOff()));
        const leftMs = (after.nextAt ?? 0) - this.#clock.now();
        if (!goOn || !openStates.includes(after.state) || after.nextAt === null || this.#clock.monotonic() + leftMs > end) return after;
        await this.#clock.sleep(Math.max(0, leftMs), { signal });
      }
    });
  }

  async #checkNow(id: string, account: string): Promise<void> {
    const { publishingOff } = this.outbox.home;
    if (await exists(publishingOff))
      throw new ArtistError(
        'ERR_FORBIDDEN',
        `publishing: expected it to be on, got the file ${publishingOff}, which switches it off. Remove it`,
      );
    const { posts } = await this.outbox.list();
    const post = await this.outbox.get(id);
    const hold = moneyHold(
      post,
      posts.filter((other) => other.account === account),
      this.#options.rules,
      this.#clock.now(),
    );
    if (hold) throw new ArtistError('ERR_RATE_LIMIT', `post ${id}: ${hold.reason}`);
  }

  /** `goOn` is false if the account has to be left alone. */
  async #advance(
    start: Post,
    publisher: Publisher,
    isPermitted: (post: Post) => Promise<boolean>,
  ): Promise<{ after: Post; goOn: boolean }> {
    const isFar = start.nextAt !== null && start.nextAt > this.#clock.now() + farMs;
    const post = isFar ? await this.outbox.change(start.id, openStates, forgetWait) : start;
    const options = {
      outbox: this.outbox,
      publisher,
      clock: this.#clock,
      random: this.#random,
      sender: this.#name,
      isPermitted,
      publicPlace: this.#options.publicPlace,
    };
    const { post: after, accountFailure } = await advance(post, options);
    if (after.state === 'published') await this.#follow(after, publisher);
    if (after.state !== start.state && ended.includes(after.state)) this.#options.onPost(after);
    if (withdrawn.includes(after.state))
      await this.#removePublic(after, publisher).catch((error: unknown) => {
        this.#options.warn(`public pictures of post ${after.id}: ${errorLine(error)}`);
      });
    if (!accountFailure) return { after, goOn: true };
    const { code, message } = accountFailure;
    await this.accounts.stop(after.account, { code, message });
    this.#options.warn(`publishing to ${after.account} has stopped: ${message}`);
    return { after, goOn: false };
  }

  /** After publishing: the record of the work, the picture, the figures. */
  async #follow(post: Post, publisher: Publisher): Promise<void> {
    let current = post;
    if (!current.recorded) {
      await recordPost(this.#options.gallery, current);
      for (const picture of picturesOfPost(current)) {
        await rm(this.outbox.home.post(current.id, picture.file), { force: true });
      }
      await this.#removePublic(current, publisher);
      current = await this.outbox.change(current.id, ['published'], (draft) => {
        draft.recorded = true;
      });
    }
    const { age } = metricDue(current, this.#clock.now());
    if (age === undefined || !current.published || (current.nextAt !== null && current.nextAt > this.#clock.now())) return;
    const { uri } = current.published;
    try {
      const figures = await publisher.metrics(uri);
      const measured = await this.outbox.change(current.id, ['published'], (draft, now) => {
        draft.metrics.push({ age, at: now, figures });
        draft.nextAt = null;
      });
      await recordPost(this.#options.gallery, measured);
    } catch (error) {
      // Asked again in the next hour; the post itself is out.
      await this.outbox.change(current.id, ['published'], (draft, now) => {
        draft.nextAt = now + 900_000;
      });
      this.#options.warn(`figures of post ${current.id} on ${current.account}: ${errorLine(error)}`);
    }
  }

  /** Nobody needs to fetch the pictures of this post any more. @throws NetworkFailure */
  async #removePublic(post: Post, publisher: Publisher): Promise<void> {
    if (!publisher.needsPublicPicture) return;
    for (const picture of picturesOfPost(post)) await removePublicPicture(publicNameOf(post, picture), this.#options.publicPlace);
  }

  /** A person may cancel a post while its pictures are public: no sender has seen that. */
  async #clearCancelled(post: Post, publisher: Publisher): Promise<void> {
    if (isDone(post) || (post.nextAt !== null && post.nextAt > this.#clock.now())) return;
    try {
      await this.#removePublic(post, publisher);
      await this.outbox.change(post.id, ['cancelled'], (draft) => {
        draft.recorded = true;
      });
    } catch (error) {
      await this.outbox.change(post.id, ['cancelled'], (draft, now) => {
        draft.nextAt = now + 900_000;
      });
      this.#options.warn(`public pictures of post ${post.id}: ${errorLine(error)}`);
    }
  }

  /** Ends after the call that is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#turn;
    await (await this.#presence)?.release();
  }
}

function forgetWait(post: Post): void {
  post.nextAt = null;
}

/** Nothing is left to do: it is out and all figures were taken or missed, or it ended otherwise and nothing of it is public. */
function isDone(post: Post): boolean {
  if (post.state === 'cancelled') return post.recorded || !post.history.some(({ state }) => state === 'uploading');
  if (post.state !== 'published') return false;
  return post.recorded && post.metrics.some(({ age }) => age === '30d');
}
