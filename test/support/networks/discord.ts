/** Discord with one webhook. */
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply } from './loopback.ts';

export const discordLogin = { id: '223704706495545344', token: '3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372' };
export const discordGuild = '199737254929760256';
export const discordChannel = '199737254929760257';

const refused = (status: number, code: number, message: string, errors?: unknown): Reply => ({ status, json: { message, code, errors } });

export async function openDiscord(): Promise<FakeNetwork> {
  const posts: FakePost[] = [];
  let next = 1_300_000_000_000_000_000n;
  const known =
    (answer: (asked: Asked) => Reply | Promise<Reply>) =>
    (asked: Asked): Reply | Promise<Reply> => {
      if (asked.params.id !== discordLogin.id) return refused(404, 10015, 'Unknown Webhook');
      return asked.params.token === discordLogin.token ? answer(asked) : refused(401, 50027, 'Invalid Webhook Token');
    };
  const message = (post: FakePost) => ({
    id: post.id,
    channel_id: discordChannel,
    content: post.text,
    attachments: [{ id: '1', filename: 'work.png' }],
    reactions: [
      { count: 4, emoji: { name: '🔥' } },
      { count: 1, emoji: { name: '👍' } },
    ],
  });
  const create = async ({ form, query }: Asked): Promise<Reply> => {
    const parts = await form();
    const payload = JSON.parse(String(parts.get('payload_json'))) as {
      content: string;
      attachments: { filename: string; description: string }[];
    };
    const file = parts.get('files[0]') as File;
    const tooLong = { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }] } };
    if (payload.content.length > 2000) return refused(400, 50035, 'Invalid Form Body', tooLong);
    const files = payload.attachments.map((_, at) => parts.get(`files[${at}]`) as File | null);
    if (files.length > 10 || !files.every((one) => one !== null)) return refused(400, 50035, 'Invalid Form Body');
    if (file.size > 10_485_760) return refused(413, 40005, 'Request entity too large');
    const id = String(next++);
    const post = {
      id,
      key: '',
      text: payload.content,
      altText: payload.attachments[0]?.description ?? '',
      asked: { ...payload, file: file.name, pictures: files.length },
      at: Date.now(),
    };
    posts.unshift(post);
    return query.get('wait') === 'true' ? { json: message(post) } : { status: 204 };
  };
  const place = '/api/v10/webhooks/:id/:token';
  const unknown = refused(404, 10008, 'Unknown Message');
  return openNetwork(
    {
      [`GET ${place}`]: known(() => ({
        json: { id: discordLogin.id, type: 1, name: 'Painter', channel_id: discordChannel, guild_id: discordGuild },
      })),
      [`POST ${place}`]: known(create),
      [`GET ${place}/messages/:message`]: known(({ params }) => {
        const post = posts.find(({ id }) => id === params.message);
        return post ? { json: message(post) } : unknown;
      }),
      [`DELETE ${place}/messages/:message`]: known(({ params }) => {
        const at = posts.findIndex(({ id }) => id === params.message);
        if (at < 0) return unknown;
        posts.splice(at, 1);
        return { status: 204 };
      }),
    },
    posts,
  );
}
