import * as z from 'zod';
import type { Credentials } from '../credentials.ts';
import { NetworkFailure } from '../network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from '../publisher.ts';
import { containerState, findPost, idSchema, insightsOf, makeContainer, readyOrFailed, withAddress } from './container.ts';
import { Graph, type MetaSecrets } from './graph.ts';

const stateSchema = z.object({ status_code: containerState, status: z.string().optional() });

/**
 * A professional account of Instagram (developers.facebook.com, Content publishing). `server` is https://graph.instagram.com for accounts connected by
 * Instagram Login, https://graph.facebook.com for Facebook Login. Instagram fetches the picture from `pictureUrl`.
 */
export class Instagram implements Publisher {
  readonly network = 'instagram';
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
    this.#graph = new Graph(server, credentials, { name: 'Instagram', defaultVersion: 'v26.0', grant: 'ig_refresh_token' });
  }

  async profile(): Promise<Profile> {
    const { username } = await this.#graph.ask(z.object({ username: z.string() }), 'me', { fields: 'username' });
    return { handle: `@${username}`, url: `https://www.instagram.com/${username}/`, bot: undefined, rules: [] };
  }

  async limits(): Promise<Limits> {
    return {
      characters: 2200,
      count: (text) => text.length,
      altText: 1000,
      hashtags: 30,
      links: false,
      bytes: 8_388_608,
      pixels: 1440 * 1440,
      edge: 1440,
      pictures: 10,
      sameShape: true,
      formats: ['jpeg'],
      aspect: { min: 4 / 5, max: 1.91 },
    };
  }

  async upload(order: PostOrder): Promise<string> {
    const { text: caption, madeWithAi } = order.content;
    return makeContainer(this.#graph, order, {
      edge: 'media',
      quota: 'content_publishing_limit',
      words: { caption, is_ai_generated: madeWithAi },
      isReady: (id) => this.isReady(id),
      pollMs: this.#pollMs,
    });
  }

  async isReady(media: string): Promise<boolean> {
    const { status_code, status } = await this.#state(media);
    return readyOrFailed(this.#graph, status_code, status ?? status_code);
  }

  async publish(_: PostOrder, media: string): Promise<Published> {
    const { id } = await this.#graph.post(idSchema, 'me/media_publish', { creation_id: media });
    return withAddress(this.#graph, id);
  }

  async find({ content, armedAt }: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'> {
    const { status_code: state } = await this.#state(media);
    return findPost(this.#graph, { list: 'media', text: content.text, armedAt, state });
  }

  async metrics(uri: string): Promise<Metrics> {
    try {
      const figures = await insightsOf(this.#graph, uri, ['views', 'likes', 'comments', 'shares', 'saved']);
      const named = { views: figures.views, likes: figures.likes, replies: figures.comments, shares: figures.shares, saves: figures.saved };
      return Object.fromEntries(Object.entries(named).filter(([, count]) => count !== undefined)) as Metrics;
    } catch (error) {
      // Too few people have seen it for Instagram to give figures.
      if (error instanceof NetworkFailure && /not enough viewers/i.test(error.message)) return {};
      throw error;
    }
  }

  async delete(): Promise<void> {
    throw this.#graph.failure({
      code: 'ERR_UNSUPPORTED',
      message: 'expected a network where programs can delete posts, got Instagram. Delete it in the app',
    });
  }

  #state(media: string): Promise<z.output<typeof stateSchema>> {
    return this.#graph.ask(stateSchema, encodeURIComponent(media), { fields: 'status_code,status' });
  }
}
