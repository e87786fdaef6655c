import { seededRandom } from '../../lib/core/index.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
import { Accounts, type Post, type PostingRules, PostSender } from '../../lib/publish/index.ts';
import { type Failure, NetworkFailure } from '../../lib/publish/networks/network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from '../../lib/publish/networks/publisher.ts';
import { queueWork } from '../../lib/publish/outbox/queue-work.ts';
import { file, type Place, place } from '../gallery/support.ts';

/** What a call does instead of answering: `lost` acts, and its answer does not arrive; `cut` does not act, and nobody can know. */
export type Fault = 'lost' | 'cut' | 'busy' | 'refused' | 'token' | 'gone';

const failures: Readonly<Record<Fault, Failure>> = {
  lost: { code: 'ERR_NETWORK', message: 'example.social: expected an answer, got none in time', retryable: true, unsure: true },
  cut: { code: 'ERR_NETWORK', message: 'example.social: expected an answer, got ECONNRESET', retryable: true, unsure: true },
  busy: {
    code: 'ERR_RATE_LIMIT',
    message: 'example.social: expected to be within the limits, got 429',
    retryable: true,
    unsure: false,
    waitMs: 600_000,
  },
  refused: {
    code: 'ERR_INVALID_ARGUMENT',
    message: 'example.social: expected the call to be accepted, got 422',
    retryable: false,
    unsure: false,
  },
  token: { code: 'ERR_UNAUTHENTICATED', message: 'example.social: expected a valid token, got 401', retryable: false, unsure: false },
  gone: { code: 'ERR_NOT_FOUND', message: 'example.social: expected /media/1 to exist, got 404', retryable: false, unsure: false },
};

/** A network in memory that fails as it is told, and remembers every post that it made. */
export class ScriptedNetwork implements Publisher {
  readonly network = 'mastodon';
  readonly posts: { order: string; text: string }[] = [];
  readonly calls: string[] = [];
  /** Faults of the next calls, by method; undefined: the call succeeds. */
  readonly faults: Partial<Record<'upload' | 'isReady' | 'publish' | 'find' | 'metrics', (Fault | undefined)[]>> = {};
  repeatableMs = 0;
  /** Whether a repeated order is recognised. */
  hasKeys = false;
  hasList = true;
  perPost = 0;
  figures: Metrics = { likes: 2 };
  #uploads = 0;

  #fail(method: keyof ScriptedNetwork['faults'], act: () => void = () => undefined): void {
    this.calls.push(method);
    const fault = this.faults[method]?.shift();
    if (fault === undefined) return;
    if (fault === 'lost') act();
    throw new NetworkFailure(failures[fault]);
  }

  async profile(): Promise<Profile> {
    return { handle: '@painter@example.social', url: undefined, bot: true, rules: [] };
  }

  async limits(): Promise<Limits> {
    return { characters: 500, count: (text) => text.length, altText: 1500, bytes: 1e6, pixels: 1e7, edge: 4096, formats: ['png'] };
  }

  async upload(): Promise<string> {
    this.#fail('upload');
    return `media-${++this.#uploads}`;
  }

  async isReady(): Promise<boolean> {
    this.#fail('isReady');
    return true;
  }

  #post({ id, content }: PostOrder): Published {
    if (!(this.hasKeys && this.posts.some(({ order }) => order === id))) this.posts.push({ order: id, text: content.text });
    return { uri: `uri-${id}`, url: `https://example.social/${id}` };
  }

  async publish(order: PostOrder): Promise<Published> {
    this.#fail('publish', () => this.#post(order));
    return this.#post(order);
  }

  async find({ id }: PostOrder): Promise<Published | 'absent' | 'unsure'> {
    this.#fail('find');
    if (!this.hasList) return 'unsure';
    return this.posts.some(({ order }) => order === id) ? { uri: `uri-${id}`, url: `https://example.social/${id}` } : 'absent';
  }

  price(): number {
    return this.perPost;
  }

  async metrics(): Promise<Metrics> {
    this.#fail('metrics');
    return this.figures;
  }

  async delete(): Promise<void> {
    this.calls.push('delete');
  }
}

export const freeRules: PostingRules = { perDay: 1000, minutesBetween: 0, timeZone: 'UTC', dollarsPerMonth: 100 };
export const content = {
  template: '{title}',
  links: false,
  language: 'en',
  visibility: 'public',
  sensitive: false,
  commercial: false,
  approve: 'auto',
} as const;

/** A home with an account on a scripted network. */
export interface Desk extends Place {
  network: ScriptedNetwork;
  accounts: Accounts;
  ended: Post[];
  /** Another process that sends. */
  sender: (rules?: Partial<PostingRules>) => PostSender;
  /** A work, and an approved post of it. */
  post: (prompt?: string) => Promise<{ work: Artwork; id: string }>;
}

/** @param warnings gets what the senders warn of */
export async function desk(warnings: string[] = []): Promise<Desk> {
  const at = place();
  const network = new ScriptedNetwork();
  const accounts = new Accounts(at.home, { clock: at.clock });
  const about = { handle: '@painter@example.social', url: null, connectedAt: 0, stopped: null };
  await accounts.save({
    name: 'me',
    network: 'mastodon',
    server: 'https://example.social',
    secrets: { token: 'tooth-and-nail' },
    ...about,
  });
  const ended: Post[] = [];
  const sender = (rules: Partial<PostingRules> = {}): PostSender =>
    new PostSender({
      home: at.home,
      gallery: at.again(),
      rules: { ...freeRules, ...rules },
      clock: at.clock,
      random: seededRandom(1),
      open: () => network,
      onPost: (post) => ended.push(post),
      warn: (line) => warnings.push(line),
    });
  const post = async (prompt = 'a red fox'): Promise<{ work: Artwork; id: string }> => {
    const work = await file(at, prompt);
    const { id } = await queueWork(work, await accounts.get('me'), {
      outbox: sender().outbox,
      accounts,
      settings: content,
      open: () => network,
    });
    return { work, id };
  };
  return { ...at, network, accounts, ended, sender, post };
}
