/** Instagram's or Threads' part of the Graph API with one account, after developers.facebook.com. It does not fetch pictures. */
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply, type Routes } from './loopback.ts';

export const metaLogin = { token: 'IGAAfirstTokenOfTheAccount', userId: '17841400000000000', expiresAt: Date.now() + 59 * 86_400_000 };

type State = 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'EXPIRED' | 'ERROR';

export interface FakeMeta extends FakeNetwork {
  containers: Map<string, { state: State; polls: number; asked: Record<string, unknown>; why?: string }>;
  renewed: () => number;
  /** How many posts of the day's 50 are used. */
  use: (posts: number) => void;
}

/** The body of a refusal. */
export const graphError = (message: string, code: number, error_subcode?: number, more: object = {}): Reply => ({
  status: 400,
  json: {
    error: { message, type: 'OAuthException', code, ...(error_subcode !== undefined && { error_subcode }), fbtrace_id: 'A1', ...more },
  },
});

/** `processing`: how often a container is asked for before it is ready. */
export async function openMeta(network: 'instagram' | 'threads', { processing = 0 }: { processing?: number } = {}): Promise<FakeMeta> {
  const posts: FakePost[] = [];
  const containers: FakeMeta['containers'] = new Map();
  const tokens = new Set([metaLogin.token]);
  let used = 0;
  let [next, renewed] = [1_800_000_000_000_000, 0];
  const instagram = network === 'instagram';
  const [edge, words] = instagram ? ['media', 'caption'] : ['threads', 'text'];
  const signedIn =
    (answer: (asked: Asked) => Reply) =>
    (asked: Asked): Reply =>
      tokens.has((asked.headers.authorization ?? '').replace('Bearer ', ''))
        ? answer(asked)
        : {
            status: 401,
            json: {
              error: {
                message: 'Error validating access token: Session has expired',
                type: 'OAuthException',
                code: 190,
                error_subcode: 463,
              },
            },
          };
  const missing = (id: string): Reply => graphError(`Unsupported get request. Object with ID '${id}' does not exist`, 100, 33);
  const permalink = (id: string): string =>
    instagram ? `https://www.instagram.com/p/${id}/` : `https://www.threads.com/@painter/post/${id}`;
  const publish = ({ json }: Asked): Reply => {
    const { creation_id: id } = json<{ creation_id: string }>();
    const container = containers.get(id);
    if (!container) return graphError('Media builder not found', 24, 2207008);
    if (container.asked.is_carousel_item === true) return graphError('Only the carousel can be published', 100, 2207028);
    if (container.state === 'PUBLISHED') return graphError('The media was published already', 100, 2207099);
    if (container.state !== 'FINISHED') return graphError('Media ID is not available', 9007, 2207027);
    container.state = 'PUBLISHED';
    const { asked } = container;
    const post = { id: String(next++), key: id, text: String(asked[words]), altText: String(asked.alt_text ?? ''), asked, at: Date.now() };
    posts.unshift(post);
    return { json: { id: post.id } };
  };
  /** Why a container cannot be made of what was asked. */
  const refusedContainer = ({ media_type, children, is_carousel_item, ...asked }: Record<string, unknown>): Reply | undefined => {
    if (media_type !== 'CAROUSEL') {
      if (typeof asked.image_url !== 'string') return graphError('The image_url is missing', 100, 2207052);
      if (is_carousel_item === true && words in asked) return graphError('Captions belong to the carousel', 100);
      return undefined;
    }
    const parts = String(children)
      .split(',')
      .map((id) => containers.get(id));
    if (parts.length < 2 || parts.length > (instagram ? 10 : 20)) return graphError('The carousel is invalid', 100, 2207028);
    if (!parts.every((one) => one?.asked.is_carousel_item === true)) return graphError('The carousel is invalid', 100, 2207028);
    return parts.every((one) => one?.state === 'FINISHED') ? undefined : graphError('Media ID is not available', 9007, 2207027);
  };
  const read = ({ params: { id = '' } }: Asked): Reply => {
    const container = containers.get(id);
    if (container) {
      if (container.polls > 0) container.polls--;
      else if (container.state === 'IN_PROGRESS') container.state = 'FINISHED';
      const { state, why } = container;
      return {
        json: instagram ? { id, status_code: state, status: why ?? state } : { id, status: state, ...(why && { error_message: why }) },
      };
    }
    return posts.some((post) => post.id === id) ? { json: { id, permalink: permalink(id) } } : missing(id);
  };
  const insights = ({ query, params: { id = '' } }: Asked): Reply => {
    const figures: Record<string, number> = instagram
      ? { views: 40, likes: 5, comments: 0, saved: 1 }
      : { views: 30, likes: 4, replies: 0, reposts: 1 };
    const names = (query.get('metric') ?? '').split(',').filter((name) => name in figures);
    if (!posts.some((post) => post.id === id)) return missing(id);
    return { json: { data: names.map((name) => ({ name, period: 'lifetime', values: [{ value: figures[name] }] })) } };
  };
  const user = `/:version/${metaLogin.userId}`;
  const routes: Routes = {
    'GET /access_token': ({ query }) => {
      const fits =
        query.get('grant_type') === (instagram ? 'ig_exchange_token' : 'th_exchange_token') &&
        query.get('client_secret') === 'secret-of-the-app' &&
        query.get('access_token') === 'short-lived-token';
      if (!fits) return graphError('Error validating client secret.', 190);
      tokens.add('long-lived-token');
      return { json: { access_token: 'long-lived-token', token_type: 'bearer', expires_in: 5_184_000 } };
    },
    'GET /refresh_access_token': ({ query }) => {
      if (!tokens.has(query.get('access_token') ?? '') || query.get('grant_type') !== (instagram ? 'ig_refresh_token' : 'th_refresh_token'))
        return graphError('Error validating access token', 190);
      renewed++;
      tokens.add(`renewed-token-${renewed}`);
      return { json: { access_token: `renewed-token-${renewed}`, token_type: 'bearer', expires_in: 5_184_000 } };
    },
    [`GET ${user}`]: signedIn(() => ({ json: { id: metaLogin.userId, username: 'painter' } })),
    [`GET ${user}/${instagram ? 'content' : 'threads'}_publishing_limit`]: signedIn(() => ({
      json: { data: [{ quota_usage: used, config: { quota_total: 50, quota_duration: 86_400 } }] },
    })),
    [`POST ${user}/${edge}`]: signedIn(({ json }) => {
      const refused = refusedContainer(json());
      if (refused) return refused;
      const id = String(next++);
      containers.set(id, { state: processing > 0 ? 'IN_PROGRESS' : 'FINISHED', polls: processing, asked: json() });
      return { json: { id } };
    }),
    [`POST ${user}/${edge}_publish`]: signedIn(publish),
    [`GET ${user}/${edge}`]: signedIn(({ query }) => ({
      json: {
        data: posts.slice(0, Number(query.get('limit') ?? 25)).map((post) => ({
          id: post.id,
          [words]: post.text,
          timestamp: new Date(post.at).toISOString().replace(/\.\d+Z/, '+0000'),
          permalink: permalink(post.id),
        })),
      },
    })),
    'GET /:version/:id/insights': signedIn(insights),
    'GET /:version/:id': signedIn(read),
    'DELETE /:version/:id': signedIn(({ params: { id = '' } }) => {
      const at = posts.findIndex((post) => post.id === id);
      if (at < 0)
        return { status: 404, json: { error: { message: 'The requested resource does not exist', type: 'OAuthException', code: 24 } } };
      posts.splice(at, 1);
      return { json: { success: true } };
    }),
  };
  return Object.assign(await openNetwork(routes, posts), {
    containers,
    renewed: () => renewed,
    use: (count: number) => {
      used = count;
    },
  });
}
