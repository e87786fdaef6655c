import * as z from 'zod';
import type { Credentials } from '../credentials.ts';
import { NetworkFailure } from '../network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from '../publisher.ts';
import { graphemesOf } from '../text/graphemes.ts';
import { containerState, findPost, idSchema, insightsOf, makeContainer, readyOrFailed, withAddress } from './container.ts';
import { Graph, type MetaSecrets } from './graph.ts';

const stateSchema = z.object({ status: containerState, error_message: z.string().optional() });

/** An account of Threads (developers.facebook.com, Threads API), which fetches the picture from `pictureUrl`. It has no mark for AI. */
export class Threads implements Publisher {
  readonly network = 'threads';
  readonly repeatableMs = 0;
  readonly needsPublicPicture = true;
  readonly #graph: Graph;
  readonly #pollMs: number;

  /**
   * `pollMs`: between two questions whether a picture of a carousel is ready.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server
   */
  constructor(server: string, credentials: Credentials<MetaSecrets>, { pollMs = 2000 }: { pollMs?: number } = {}) {
    this.#pollMs = pollMs;
    this.#graph = new Graph(server, credentials, { name: 'Threads', defaultVersion: 'v1.0', grant: 'th_refresh_token' });
  }

  async profile(): Promise<Profile> {
    const { username } = await this.#graph.ask(z.object({ username: z.string() }), 'me', { fields: 'username' });
    return { handle: `@${username}`, url: `https://www.threads.com/@${username}`, bot: undefined, rules: [] };
  }

  async limits(): Promise<Limits> {
    return {
      characters: 500,
      // An emoji counts as many as its UTF-8 has bytes.
      count: (text) =>
        graphemesOf(text).reduce(
          (sum, one) => sum + (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(one) ? Buffer.byteLength(one) : one.length),
          0,
        ),
      altText: 1000,
      bytes: 8_388_608,
      pixels: 1440 * 1440,
      edge: 1440,
      pictures: 20,
      formats: ['jpeg', 'png'],
      aspect: { min: 1 / 10, max: 10 },
    };
  }

  async upload(order: PostOrder): Promise<string> {
    const { text } = order.content;
    return makeContainer(this.#graph, order, {
      edge: 'threads',
      quota: 'threads_publishing_limit',
      picture: { media_type: 'IMAGE' },
      words: { text },
      isReady: (id) => this.isReady(id),
      pollMs: this.#pollMs,
    });
  }

  async isReady(media: string): Promise<boolean> {
    const { status, error_message } = await this.#state(media);
    return readyOrFailed(this.#graph, status, error_message ?? status);
  }

  async publish(_: PostOrder, media: string): Promise<Published> {
    const { id } = await this.#graph.post(idSchema, 'me/threads_publish', { creation_id: media });
    return withAddress(this.#graph, id);
  }

  async find({ content, armedAt }: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'> {
    const { status: state } = await this.#state(media);
    return findPost(this.#graph, { list: 'threads', text: content.text, armedAt, state });
  }

  async metrics(uri: string): Promise<Metrics> {
    const figures = await insightsOf(this.#graph, uri, ['views', 'likes', 'replies', 'reposts', 'quotes']);
    const { views, likes, replies, reposts, quotes } = figures;
    return Object.fromEntries(
      Object.entries({ views, likes, replies, shares: reposts, quotes }).filter(([, count]) => count !== undefined),
    );
  }

  async delete(uri: string): Promise<void> {
    try {
      await this.#graph.remove(encodeURIComponent(uri));
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND')) throw error;
    }
  }

  #state(media: string): Promise<z.output<typeof stateSchema>> {
    return this.#graph.ask(stateSchema, encodeURIComponent(media), { fields: 'status,error_message' });
  }
}
