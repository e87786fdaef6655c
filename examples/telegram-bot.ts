/**
 * A Telegram bot that paints what people write to it. Environment: TELEGRAM_TOKEN (from @BotFather); TELEGRAM_API, if you run a Bot API
 * server of your own.
 */
import { isArtistError, loadModel } from 'ai-artist';

interface Update {
  update_id: number;
  message?: { chat: { id: number }; message_id: number; text?: string };
}

const api = `${process.env['TELEGRAM_API'] ?? 'https://api.telegram.org'}/bot${process.env['TELEGRAM_TOKEN']}`;
const model = await loadModel({ isolate: true });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

async function call<T>(method: string, body: Record<string, unknown> | FormData, signal?: AbortSignal): Promise<T> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${api}/${method}`, {
    method: 'POST',
    body: isForm ? body : JSON.stringify(body),
    ...(!isForm && { headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  });
  const answer = (await response.json()) as { ok: boolean; result: T; description?: string };
  if (!answer.ok) throw new Error(`${method}: ${answer.description}`);
  return answer.result;
}

async function answer({ chat, message_id, text = '' }: NonNullable<Update['message']>): Promise<void> {
  const reply = { chat_id: chat.id, reply_parameters: { message_id } };
  if (text.startsWith('/')) return void (await call('sendMessage', { ...reply, text: 'Write what I shall paint.' }));
  try {
    await call('sendChatAction', { chat_id: chat.id, action: 'upload_photo' });
    const { images, seed } = await model.generate({ prompt: text, signal: stop.signal });
    const form = new FormData();
    for (const [key, value] of Object.entries({ ...reply, caption: `${text.slice(0, 900)}\nmade by a machine, seed ${seed}` }))
      form.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
    form.set('photo', await images[0].toBlob('jpeg'), 'picture.jpg');
    await call('sendPhoto', form);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    await call('sendMessage', { ...reply, text: `That did not work: ${error.message}` });
  }
}

for (let offset = 0; !stop.signal.aborted; ) {
  try {
    const updates = await call<Update[]>('getUpdates', { offset, timeout: 50, allowed_updates: ['message'] }, stop.signal);
    for (const { update_id, message } of updates) {
      offset = update_id + 1; // before the answer: what cannot be answered is not tried for ever
      if (message?.text) await answer(message);
    }
  } catch (error) {
    if (stop.signal.aborted) break;
    console.error(error instanceof Error ? error.message : error);
    await new Promise((again) => setTimeout(again, 3000));
  }
}
await model.dispose();
