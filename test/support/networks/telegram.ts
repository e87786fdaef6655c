/** The Bot API of Telegram with one bot and one channel. */
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply } from './loopback.ts';

export const telegramLogin = { token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', chat: '@painter' };

const chat = { id: -1001234567890, type: 'channel', title: 'The painter', username: 'painter' };
const refused = (error_code: number, description: string): Reply => ({ status: error_code, json: { ok: false, error_code, description } });

/** `named`: whether the channel has a public name. */
export async function openTelegram({ named = true }: { named?: boolean } = {}): Promise<FakeNetwork> {
  const posts: FakePost[] = [];
  const { username: _, ...nameless } = chat;
  const shown = named ? chat : nameless;
  let next = 1;
  const methods: Record<string, (form: FormData) => Reply> = {
    getChat: () => ({ json: { ok: true, result: shown } }),
    sendPhoto: (form) => {
      const text = String(form.get('caption') ?? '');
      const photo = form.get('photo') as File;
      if (text.length > 1024) return refused(400, 'Bad Request: message caption is too long');
      if (!photo?.type.startsWith('image/')) return refused(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS');
      if (photo.size > 10_000_000) return refused(413, 'Request Entity Too Large');
      const id = next++;
      const asked = { chat_id: form.get('chat_id'), has_spoiler: form.get('has_spoiler'), bytes: photo.size, type: photo.type };
      posts.unshift({ id: `${chat.id}/${id}`, key: '', text, altText: '', asked, at: Date.now() });
      return { json: { ok: true, result: { message_id: id, chat: shown, date: Math.floor(Date.now() / 1000), caption: text } } };
    },
    sendMediaGroup: (form) => {
      const media = JSON.parse(String(form.get('media'))) as { type: string; media: string; caption?: string }[];
      const files = media.map((one) => form.get(one.media.replace('attach://', '')) as File | null);
      if (media.length < 2 || media.length > 10) return refused(400, 'Bad Request: expected 2-10 media');
      if (!files.every((file) => file?.type.startsWith('image/'))) return refused(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS');
      const text = media[0]?.caption ?? '';
      if (text.length > 1024) return refused(400, 'Bad Request: message caption is too long');
      const ids = media.map(() => next++);
      posts.unshift({ id: `${chat.id}/${ids.join('+')}`, key: '', text, altText: '', asked: { pictures: media.length }, at: Date.now() });
      return { json: { ok: true, result: ids.map((message_id) => ({ message_id, chat: shown, date: Math.floor(Date.now() / 1000) })) } };
    },
    deleteMessages: (form) => {
      const ids = JSON.parse(String(form.get('message_ids'))) as number[];
      const at = posts.findIndex(({ id }) => id === `${chat.id}/${ids.join('+')}`);
      if (at >= 0) posts.splice(at, 1);
      return { json: { ok: true, result: true } };
    },
    deleteMessage: (form) => {
      const at = posts.findIndex(({ id }) => id === `${form.get('chat_id')}/${form.get('message_id')}`);
      if (at < 0) return refused(400, 'Bad Request: message to delete not found');
      posts.splice(at, 1);
      return { json: { ok: true, result: true } };
    },
  };
  const answer = async ({ params, form }: Asked): Promise<Reply> => {
    const method = methods[params.method ?? ''];
    if (params.token !== telegramLogin.token) return refused(401, 'Unauthorized');
    if (!method) return refused(404, 'Not Found');
    const given = await form();
    return [telegramLogin.chat, String(chat.id)].includes(String(given.get('chat_id')))
      ? method(given)
      : refused(400, 'Bad Request: chat not found');
  };
  return openNetwork({ 'POST /bot:token/:method': answer }, posts);
}
