import { type Clock, type Home, isArtistError, systemClock } from '../../core/index.ts';
import { type Addresses, addressesOf, Engagements, Notes } from '../../federation/index.ts';
import { NetworkFailure } from './network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from './publisher.ts';
import { countGraphemes } from './text/graphemes.ts';

/**
 * The artist's own account in the Fediverse. A post is written into the home under an id of its own; `ai-artist serve` shows it and delivers it to
 * the followers, so that nothing here waits for another server.
 */
export class ActivityPub implements Publisher {
  readonly network = 'activitypub';
  /** A post of the same order is the same file. */
  readonly repeatableMs = Number.POSITIVE_INFINITY;
  readonly #addresses: Addresses | undefined;
  readonly #actor: string;
  readonly #notes: Notes;
  readonly #engagements: Engagements;
  readonly #clock: Clock;

  /** @param actor address of the account, as addressesOf() reads it */
  constructor(actor: string, home: Home, clock: Clock = systemClock) {
    this.#actor = actor;
    this.#addresses = addressesOf(actor);
    this.#notes = new Notes(home);
    this.#engagements = new Engagements(home);
    this.#clock = clock;
  }

  #place(): Addresses {
    if (this.#addresses) return this.#addresses;
    throw new NetworkFailure({
      code: 'ERR_CONFIG',
      message: `server: expected the address of the own account, such as https://art.example.org/ap/actors/artist, got ${this.#actor}. Connect it again`,
      retryable: false,
      unsure: false,
    });
  }

  async profile(): Promise<Profile> {
    const { shownHandle, actor } = this.#place();
    return { handle: shownHandle, url: actor, bot: true, rules: [] };
  }

  /** What Mastodon takes of other servers without making it smaller; a text has no limit there. */
  async limits(): Promise<Limits> {
    const pictures = { bytes: 16_000_000, pixels: 33_177_600, edge: 8192, formats: ['png', 'jpeg', 'webp'] as const };
    return { characters: 5000, count: countGraphemes, altText: 1500, ...pictures };
  }

  async upload({ id, picture }: PostOrder): Promise<string> {
    const file = `${id}.${picture.type.slice('image/'.length)}`;
    await answered(() => this.#notes.writePicture(file, picture.bytes));
    return file;
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async publish({ id, work, content, picture: { type, width, height }, armedAt }: PostOrder, picture: string): Promise<Published> {
    const { text, altText, language, sensitive, visibility } = content;
    const words = { text, altText, language, sensitive, visibility };
    const note = { id, work, ...words, picture, type, width, height, publishedAt: Math.round(armedAt), deletedAt: null };
    await answered(() => this.#notes.add(note));
    return this.#published(id);
  }

  async find({ id }: PostOrder): Promise<Published | 'absent'> {
    return (await answered(() => this.#notes.find(id))) ? this.#published(id) : 'absent';
  }

  /** No figure before followers were told: that is not zero. */
  async metrics(uri: string): Promise<Metrics> {
    const reactions = await answered(() => this.#engagements.of(this.#id(uri)));
    if (!reactions) return {};
    return { likes: reactions.likes.length, shares: reactions.shares.length, replies: reactions.replies.length };
  }

  async delete(uri: string): Promise<void> {
    await answered(() => this.#notes.remove(this.#id(uri), this.#clock.now()));
  }

  #id(uri: string): string {
    return this.#place().noteId(URL.canParse(uri) ? new URL(uri) : null) ?? '';
  }

  #published(id: string): Published {
    const uri = this.#place().note(id);
    return { uri, url: uri };
  }
}

/** The home is the network here: what fails there can succeed later, unless a record is damaged. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isArtistError(error)) throw error;
    const { code, message } = error;
    throw new NetworkFailure({ code, message, retryable: code !== 'ERR_DAMAGED', unsure: false });
  }
}
