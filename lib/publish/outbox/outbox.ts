import { existsSync } from 'node:fs';
import {
  ArtistError,
  type Clock,
  createIds,
  type Home,
  homeOf,
  isArtistError,
  isUlid,
  namesIn,
  StateFile,
  systemClock,
  writeFileAtomic,
} from '../../core/index.ts';
import type { Derivative } from '../networks/publisher.ts';
import { enter, openStates, type Post, type PostState, picturesOfPost, postDefinition } from './post.ts';

/** A post as it is put into the outbox. */
export type NewPost = Pick<Post, 'work' | 'account' | 'network' | 'content' | 'unknownSources' | 'dueAt' | 'price'> & {
  picture: Derivative;
  /** Further pictures, each of a work of its own. */
  more?: readonly { work: string; altText: string; picture: Derivative }[];
  /** Approved already; null: it waits for a person. */
  approvedBy: 'hand' | 'rule' | null;
};

/** A record that cannot be read. */
export interface BrokenPost {
  id: string;
  code: string;
  message: string;
}

export interface OutboxOptions {
  clock?: Clock;
}

/** The posts of a home, a folder each. Any number of processes may use it. */
export class Outbox {
  readonly home: Home;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #files = new Map<string, StateFile<Post>>();

  constructor(home: string, { clock = systemClock }: OutboxOptions = {}) {
    this.home = homeOf(home);
    this.#clock = clock;
    this.#newId = createIds({ clock });
  }

  /**
   * Adds a post. When the promise is fulfilled, it and its picture survive a power cut.
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL
   */
  async add({ picture, more = [], approvedBy, ...rest }: NewPost): Promise<Post> {
    const id = this.#newId();
    const now = this.#clock.now();
    const state: PostState = approvedBy === null ? 'draft' : 'approved';
    const post: Post = {
      ...rest,
      id,
      createdAt: now,
      state,
      picture: recordOf(picture, 0),
      ...(more.length > 0 && { more: more.map((one, at) => ({ ...one, picture: recordOf(one.picture, at + 1) })) }),
      approved: approvedBy === null ? null : { at: now, by: approvedBy },
      media: null,
      armed: null,
      failures: 0,
      failingSince: null,
      nextAt: null,
      problem: null,
      published: null,
      recorded: false,
      metrics: [],
      history: [{ at: now, state }],
    };
    for (const [at, { bytes }] of [picture, ...more.map((one) => one.picture)].entries()) {
      const { file } = picturesOfPost(post)[at] as Post['picture'];
      await writeFileAtomic(this.home.post(id, file), bytes, { private: true });
    }
    return new StateFile(
      this.#recordOf(id),
      postDefinition(() => post),
      { clock: this.#clock },
    ).update(() => post);
  }

  #recordOf(id: string): string {
    return this.home.post(id, 'post.json');
  }

  #file(id: string): StateFile<Post> {
    let file = this.#files.get(id);
    if (!file) {
      const options = { clock: this.#clock, onRepair: () => this.#doubted.add(id) };
      file = new StateFile(
        this.#recordOf(id),
        postDefinition(() => this.#refuse(id)),
        options,
      );
      this.#files.set(id, file);
    }
    return file;
  }

  /** There is no record, or a damaged one without a backup. */
  #refuse(id: string): never {
    if (existsSync(this.#recordOf(id)))
      throw new ArtistError(
        'ERR_DAMAGED',
        `${this.#recordOf(id)}: expected the record of a post, got one that is damaged, and no backup. Look at the account`,
      );
    throw new ArtistError('ERR_NOT_FOUND', `post: expected one of this home, got ${id}. See: ai-artist publish queue`);
  }

  /** Posts whose record was damaged and replaced by an older one: what happened since is not known. */
  readonly #doubted = new Set<string>();

  /**
   * One post.
   *
   * @throws ArtistError ERR_NOT_FOUND, and every error of StateFile.read()
   */
  async get(id: string): Promise<Post> {
    if (!isUlid(id)) throw new ArtistError('ERR_NOT_FOUND', `post: expected the id of a post, got ${id}. See: ai-artist publish queue`);
    const post = await this.#file(id).read();
    if (!this.#doubted.has(id)) return post;
    const doubted = await this.#file(id).update((current) => {
      if (openStates.includes(current.state)) enter(current, 'unknown', this.#clock.now(), 'its record was damaged: an older one is used');
      return current;
    });
    this.#doubted.delete(id);
    return doubted;
  }

  /**
   * All posts, oldest first, and the records that cannot be read.
   *
   * @throws ArtistError ERR_READ
   */
  async list(): Promise<{ posts: Post[]; broken: BrokenPost[] }> {
    const posts: Post[] = [];
    const broken: BrokenPost[] = [];
    for (const id of await this.ids()) {
      try {
        posts.push(await this.get(id));
      } catch (error) {
        if (isArtistError(error, 'ERR_NOT_FOUND')) continue; // a picture without a record: its process died before the post existed
        if (!isArtistError(error)) throw error;
        broken.push({ id, code: error.code, message: error.message });
      }
    }
    return { posts, broken };
  }

  /** Ids of all posts, oldest first. @throws ArtistError ERR_READ */
  async ids(): Promise<string[]> {
    return (await namesIn(this.home.outbox, 'the outbox')).filter(isUlid).sort();
  }

  /**
   * Changes a post that is in one of these states.
   *
   * @throws ArtistError ERR_CHANGED: it is in another state; every error of get() and StateFile.update()
   */
  async change(id: string, from: readonly PostState[], change: (post: Post, now: number) => void): Promise<Post> {
    await this.get(id);
    return this.#file(id).update((post) => {
      if (!from.includes(post.state))
        throw new ArtistError('ERR_CHANGED', `post ${id}: expected one that is ${from.join(' or ')}, got one that is ${post.state}`);
      change(post, this.#clock.now());
      return post;
    });
  }

  /** Lets a draft go out. `dueAt`: not before this time. */
  approve(id: string, { by = 'hand', dueAt }: { by?: 'hand' | 'rule'; dueAt?: number | null } = {}): Promise<Post> {
    return this.change(id, ['draft', 'approved'], (post, now) => {
      post.approved = { at: now, by };
      if (dueAt !== undefined) post.dueAt = dueAt;
      if (post.state === 'draft') enter(post, 'approved', now);
    });
  }

  /** Withdraws a post that was not begun to be published. */
  cancel(id: string): Promise<Post> {
    return this.change(id, ['draft', 'approved', 'uploading', 'processing', 'failed', 'unknown'], (post, now) => {
      enter(post, 'cancelled', now, post.state === 'unknown' ? 'it may be on the network' : undefined);
      // What is left to do, if anything, does not wait for the next try.
      post.nextAt = null;
    });
  }

  /**
   * Tries again a post that failed. An unknown one only if a person has looked and found that it is not there.
   *
   * @throws ArtistError ERR_CHANGED, ERR_INVALID_ARGUMENT
   */
  retry(id: string, { isAbsent = false } = {}): Promise<Post> {
    return this.change(id, ['failed', 'unknown', 'approved', 'uploading', 'processing'], (post, now) => {
      if (post.state === 'unknown' && !isAbsent)
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `post ${id}: expected to be told that it is not on the network, got a post that may be there. Look at the account, then add --absent, or --published URL if it is there`,
        );
      post.failures = 0;
      post.failingSince = null;
      post.nextAt = null;
      if (post.state !== 'failed' && post.state !== 'unknown') return;
      post.media = null;
      post.armed = null;
      enter(post, 'approved', now, post.state === 'unknown' ? 'a person has looked: it is not on the network' : undefined);
    });
  }

  /** Settles an unknown post that a person has found on the network. */
  settle(id: string, { uri, url }: { uri: string; url: string }): Promise<Post> {
    return this.change(id, ['unknown'], (post, now) => {
      post.published = { at: post.armed?.at ?? now, uri, url };
      enter(post, 'published', now, 'a person has found it');
    });
  }
}

/** picture.png, picture-2.png */
const recordOf = ({ bytes, type, width, height, sha256 }: Derivative, at: number): Post['picture'] => ({
  file: `picture${at === 0 ? '' : `-${at + 1}`}.${type.slice('image/'.length)}`,
  type,
  width,
  height,
  sha256,
  bytes: bytes.length,
});
