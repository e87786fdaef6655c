/**
 * API v2 of X with one account, after docs.x.com: paid posts, one-time refresh tokens, no repeated texts, problems in `errors[]`. A request that X's OpenAPI
 * document does not allow is refused.
 */
import { pageOfConsent } from './consent.ts';
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply, type Routes } from './loopback.ts';
import { wrongIn } from './x-requests.ts';

export const xLogin = {
  clientId: 'Q2xpZW50SWRPZlRoZUFwcA',
  accessToken: 'first-access-token-of-x',
  refreshToken: 'first-refresh-token-of-x',
  expiresAt: Date.now() + 7_200_000,
};

export interface FakeX extends FakeNetwork {
  /** US dollars charged. */
  charged: () => number;
  refreshed: () => number;
  /** Ends the access tokens given out so far. */
  expire: () => void;
  /** Posts made from now on are not in the timeline before this is called again with false. */
  lag: (on: boolean) => void;
}

const problem = (status: number, type: string, title: string, detail: string): Reply => ({
  status,
  json: { title, detail, type: type.startsWith('about:') ? type : `https://api.x.com/2/problems/${type}`, status },
});

export async function openX(): Promise<FakeX> {
  const posts: FakePost[] = [];
  const texts = new Map<string, string>();
  const media = new Map<string, string>();
  const hidden = new Set<string>();
  let access = new Set([xLogin.accessToken]);
  let refresh: string = xLogin.refreshToken;
  let next = 1_990_000_000_000_000_000n;
  let [charged, refreshed, lagging] = [0, 0, false];
  const id = (): string => String(next++);
  /** Only who is signed in is answered, and only what the document allows. */
  const guarded = async (route: string, answer: (asked: Asked) => Reply | Promise<Reply>, asked: Asked): Promise<Reply> => {
    if (!access.has((asked.headers.authorization ?? '').replace('Bearer ', '')))
      return problem(401, 'about:blank', 'Unauthorized', 'Unauthorized');
    const wrong = await wrongIn(route, asked);
    return wrong === undefined ? answer(asked) : problem(400, 'invalid-request', 'Invalid Request', wrong);
  };
  const create = ({ json }: Asked): Reply => {
    const asked = json<{ text: string; media: { media_ids: string[] }; made_with_ai?: boolean }>();
    if ([...texts.values()].includes(asked.text))
      return problem(403, 'about:blank', 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.');
    if (!asked.media.media_ids.every((one) => media.has(one)))
      return problem(400, 'invalid-request', 'Invalid Request', 'Your media IDs are invalid.');
    charged += /https?:/.test(asked.text) ? 0.2 : 0.015;
    const post: FakePost = {
      id: id(),
      key: '',
      text: asked.text,
      altText: media.get(asked.media.media_ids[0] ?? '') ?? '',
      asked: { ...asked },
      at: Date.now(),
    };
    posts.unshift(post);
    texts.set(post.id, post.text);
    if (lagging) hidden.add(post.id);
    return { status: 201, json: { data: { id: post.id, text: post.text, edit_history_tweet_ids: [post.id] } } };
  };
  const notFound = (what: string): Reply => ({
    json: {
      errors: [
        {
          title: 'Not Found Error',
          detail: `Could not find tweet with id: [${what}].`,
          type: 'https://api.x.com/2/problems/resource-not-found',
        },
      ],
    },
  });
  const consent = pageOfConsent({});
  const routes: Routes = {
    'GET /i/oauth2/authorize': (asked) => consent.ask(asked.query),
    'POST /2/oauth2/token': async ({ form }) => {
      const given = await form();
      if (given.get('grant_type') === 'authorization_code' && given.get('client_id') === xLogin.clientId && consent.redeem(given)) {
        const { accessToken, refreshToken } = xLogin;
        return { json: { token_type: 'bearer', expires_in: 7200, access_token: accessToken, refresh_token: refreshToken, scope: '' } };
      }
      if (given.get('client_id') !== xLogin.clientId || given.get('refresh_token') !== refresh)
        return { status: 400, json: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' } };
      refreshed++;
      refresh = `refresh-token-of-x-${refreshed}`;
      access.add(`access-token-of-x-${refreshed}`);
      return {
        json: { token_type: 'bearer', expires_in: 7200, access_token: `access-token-of-x-${refreshed}`, refresh_token: refresh, scope: '' },
      };
    },
  };
  const api: Routes = {
    'GET /2/users/me': () => ({ json: { data: { id: '2244994945', name: 'The painter', username: 'painter' } } }),
    'POST /2/media/upload': async ({ form }) => {
      const given = await form();
      const file = given.get('media') as File;
      if (file.size > 5_000_000) return problem(413, 'about:blank', 'Request Entity Too Large', 'The picture is too large');
      const made = id();
      media.set(made, '');
      return { json: { data: { id: made, media_key: `3_${made}`, expires_after_secs: 86_400, size: file.size } } };
    },
    'POST /2/media/metadata': ({ json }) => {
      const given = json<{ id: string; metadata: { alt_text: { text: string } } }>();
      charged += 0.005;
      media.set(given.id, given.metadata.alt_text.text);
      return { json: { data: { id: given.id, associated_metadata: given.metadata } } };
    },
    'POST /2/tweets': create,
    'GET /2/users/:id/tweets': ({ query }) => {
      const since = Date.parse(query.get('start_time') ?? '1970-01-01');
      const from = Number(query.get('pagination_token') ?? 0);
      const most = Number(query.get('max_results') ?? 10);
      const shown = posts.filter((post) => post.at >= since && !hidden.has(post.id));
      const page = shown.slice(from, from + most).map((post) => ({
        id: post.id,
        text: post.text,
        attachments: { media_keys: (post.asked.media as { media_ids: string[] }).media_ids.map((one) => `3_${one}`) },
      }));
      const more = from + most < shown.length ? { next_token: String(from + most) } : {};
      return { json: { ...(page.length > 0 && { data: page }), meta: { result_count: page.length, ...more } } };
    },
    'GET /2/tweets/:id': ({ params: { id: asked = '' } }) => {
      const post = posts.find((one) => one.id === asked);
      const counts = {
        retweet_count: 1,
        url_link_clicks: 3,
        reply_count: 0,
        like_count: 9,
        quote_count: 0,
        bookmark_count: 2,
        impression_count: 120,
      };
      return post ? { json: { data: { id: post.id, text: post.text, public_metrics: counts } } } : notFound(asked);
    },
    'DELETE /2/tweets/:id': ({ params: { id: asked = '' } }) => {
      const at = posts.findIndex((one) => one.id === asked);
      if (at < 0) return problem(404, 'resource-not-found', 'Not Found Error', `Could not find tweet with id: [${asked}].`);
      posts.splice(at, 1);
      return { json: { data: { deleted: true } } };
    },
  };
  for (const [route, answer] of Object.entries(api)) routes[route] = (asked) => guarded(route, answer, asked);
  const network = await openNetwork(routes, posts);
  return Object.assign(network, {
    charged: () => charged,
    refreshed: () => refreshed,
    expire: () => {
      access = new Set();
    },
    lag: (on: boolean) => {
      lagging = on;
      if (!on) hidden.clear();
    },
  });
}
