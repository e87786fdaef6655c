/** A Mastodon or Pixelfed server with one account, after docs.joinmastodon.org and Pixelfed's ApiV1Controller. The token is `mastodon-token`. */
import { type ConsentRules, consentRoutes } from './consent.ts';
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply, type Routes } from './loopback.ts';

export const mastodonToken = 'mastodon-token';

export interface MastodonOptions {
  pixelfed?: boolean;
  /** How often an upload is asked for before it is ready; 0: at once. Default 0. */
  processing?: number;
  /** The clock that an Idempotency-Key is kept by, for one hour. Default: the system's. */
  now?: () => number;
  rules?: readonly string[];
  characters?: number;
  /** What its page of consent does. */
  consent?: ConsentRules;
  /** Whether only the old path of uploads is there. */
  onlyV1?: boolean;
}

interface Upload {
  description: string;
  polls: number;
  status?: string;
  bytes: number;
}

const keyMs = 3_600_000;
const invalid = (error: string): Reply => ({ status: 422, json: { error } });

export async function openMastodon(
  options: MastodonOptions = {},
): Promise<FakeNetwork & { uploads: Map<string, Upload>; bot: () => boolean }> {
  const { now = Date.now, characters = 500, processing = 0, pixelfed = false } = options;
  const posts: FakePost[] = [];
  const uploads = new Map<string, Upload>();
  const keys = new Map<string, { at: number; post?: FakePost }>();
  let next = 1000;
  let bot = false;
  let url = '';

  const signedIn =
    (answer: (asked: Asked) => Reply | Promise<Reply>) =>
    (asked: Asked): Reply | Promise<Reply> =>
      asked.headers.authorization === `Bearer ${mastodonToken}`
        ? answer(asked)
        : { status: 401, json: { error: 'The access token is invalid' } };
  const status = (post: FakePost) => ({
    id: post.id,
    url: `${url}/@painter/${post.id}`,
    uri: `${url}/users/painter/statuses/${post.id}`,
    created_at: new Date(post.at).toISOString(),
    content: post.text,
    favourites_count: 3,
    reblogs_count: 2,
    replies_count: 0,
    media_attachments: (post.asked.media_ids as string[]).map((id) => ({ id, type: 'image', description: uploads.get(id)?.description })),
  });
  const media = async (asked: Asked): Promise<Reply> => {
    const form = await asked.form();
    const file = form.get('file') as File | null;
    if (!file || !/^image\/(png|jpeg|webp|gif)$/.test(file.type)) return invalid('Validation failed: File content type is invalid');
    if (file.size > 16_777_216) return invalid('Validation failed: File file size must be less than 16 MB');
    const id = String(next++);
    uploads.set(id, { description: String(form.get('description') ?? ''), polls: processing, bytes: file.size });
    return { status: processing > 0 ? 202 : 200, json: { id, type: 'image', url: processing > 0 ? null : `${url}/media/${id}.png` } };
  };
  const publish = ({ headers, json }: Asked): Reply => {
    const key = String(headers['idempotency-key'] ?? '');
    const used = keys.get(key);
    if (key !== '' && used && now() - used.at < keyMs) {
      if (pixelfed) return { status: 400, json: { error: 'Duplicate idempotency key.' } };
      if (used.post) return { json: status(used.post) };
    }
    if (pixelfed && key !== '') keys.set(key, { at: now() });
    const asked = json<{ status: string; media_ids: string[]; [name: string]: unknown }>();
    if ([...asked.status].length > characters) return invalid(`Validation failed: Text character limit of ${characters} exceeded`);
    for (const id of asked.media_ids) {
      const upload = uploads.get(id);
      if (!upload || upload.status) return invalid(`Validation failed: Media ${id} not found or already attached to another post`);
      if (upload.polls > 0)
        return invalid('Validation failed: Cannot attach files that have not finished processing. Try again in a moment!');
    }
    const [first = ''] = asked.media_ids;
    const id = String(next++);
    const post: FakePost = { id, key, text: asked.status, altText: uploads.get(first)?.description ?? '', asked, at: now() };
    for (const each of asked.media_ids) (uploads.get(each) as Upload).status = id;
    posts.unshift(post);
    keys.set(key, { at: now(), post });
    return { json: status(post) };
  };
  const account = () => ({ id: '7', acct: 'painter', username: 'painter', url: `${url}/@painter`, bot });
  const routes: Routes = {
    ...consentRoutes(mastodonToken, options.consent),
    'GET /api/v2/instance': () => ({
      json: {
        version: pixelfed ? '3.5.3 (compatible; Pixelfed 0.12.1)' : '4.5.0',
        configuration: {
          statuses: { max_characters: characters, characters_reserved_per_url: 23 },
          media_attachments: {
            image_size_limit: 16_777_216,
            image_matrix_limit: 33_177_600,
            ...(!pixelfed && { description_limit: 1500 }),
            supported_mime_types: pixelfed
              ? ['image/jpeg', 'image/png', 'image/gif']
              : ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
          },
        },
        rules: (options.rules ?? []).map((text, index) => ({ id: String(index + 1), text })),
      },
    }),
    'GET /api/v1/accounts/verify_credentials': signedIn(() => ({ json: account() })),
    'PATCH /api/v1/accounts/update_credentials': signedIn(async ({ form }) => {
      bot = (await form()).get('bot') === 'true';
      return { json: account() };
    }),
    'GET /api/v1/accounts/7/statuses': signedIn(({ query }) => {
      const before = query.get('max_id');
      const older = before === null ? posts : posts.filter(({ id }) => Number(id) < Number(before));
      return { json: older.slice(0, Number(query.get('limit') ?? 20)).map(status) };
    }),
    ...(!options.onlyV1 && { 'POST /api/v2/media': signedIn(media) }),
    'POST /api/v1/media': signedIn(media),
    'GET /api/v1/media/:id': signedIn(({ params: { id = '' } }) => {
      const upload = uploads.get(id);
      if (!upload || upload.status) return { status: 404, json: { error: 'Record not found' } };
      const ready = upload.polls <= 0;
      if (!ready) upload.polls--;
      return { status: ready ? 200 : 206, json: { id, type: 'image', url: ready ? `${url}/media/${id}.png` : null } };
    }),
    'POST /api/v1/statuses': signedIn(publish),
    'GET /api/v1/statuses/:id': signedIn(({ params }) => {
      const post = posts.find(({ id }) => id === params.id);
      return post ? { json: status(post) } : { status: 404, json: { error: 'Record not found' } };
    }),
    'DELETE /api/v1/statuses/:id': signedIn(({ params }) => {
      const at = posts.findIndex(({ id }) => id === params.id);
      if (at < 0) return { status: 404, json: { error: 'Record not found' } };
      return { json: status(posts.splice(at, 1)[0] as FakePost) };
    }),
  };
  const network = await openNetwork(routes, posts);
  url = network.url;
  return Object.assign(network, { uploads, bot: () => bot });
}
