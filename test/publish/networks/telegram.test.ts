/** A channel of Telegram, against a Bot API with its documented answers and errors. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { Telegram, telegramSecrets } from '../../../lib/publish/networks/telegram.ts';
import { suite } from '../../harness.ts';
import { failureOf } from '../../support/networks/failures.ts';
import type { FakeNetwork } from '../../support/networks/loopback.ts';
import { orderOf, pictureOf, secretsOf } from '../../support/networks/orders.ts';
import { openTelegram, telegramLogin } from '../../support/networks/telegram.ts';

suite('Telegram', (test) => {
  const open: FakeNetwork[] = [];
  test.after.each(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  async function newServer(login = telegramLogin, options: { named?: boolean } = {}) {
    const server = await openTelegram(options);
    open.push(server);
    return { server, client: new Telegram(server.url, secretsOf(login)) };
  }

  test('posts a picture with its caption to the channel', async () => {
    const { server, client } = await newServer();
    const order = orderOf({ sensitive: true });
    deepEqual([await client.upload(), await client.isReady()], ['', true]);
    deepEqual(await client.publish(order), { uri: '-1001234567890/1', url: 'https://t.me/painter/1' });
    deepEqual(
      [server.posts[0]?.text, server.posts[0]?.asked],
      [order.content.text, { chat_id: '@painter', has_spoiler: 'true', bytes: order.picture.bytes.length, type: 'image/png' }],
    );
  });

  test('a channel without a name has addresses of another form', async () => {
    const { client } = await newServer({ ...telegramLogin, chat: '-1001234567890' }, { named: false });
    equal((await client.publish(orderOf())).url, 'https://t.me/c/1234567890/1');
    deepEqual(await client.profile(), { handle: 'The painter', url: undefined, bot: undefined, rules: [] });
  });

  test('shows the channel, and has no figures and no list of posts', async () => {
    const { client } = await newServer();
    deepEqual(await client.profile(), { handle: '@painter', url: 'https://t.me/painter', bot: undefined, rules: [] });
    deepEqual([await client.find(), await client.metrics(), client.repeatableMs], ['unsure', {}, 0]);
    equal((await client.limits()).count('👩‍🎨'), 5);
  });

  test('deletes a post; one that is gone is deleted', async () => {
    const { server, client } = await newServer();
    const { uri } = await client.publish(orderOf());
    await client.delete(uri);
    await client.delete(uri);
    equal(server.posts.length, 0);
  });

  test('an answer that is lost leaves a doubt', async () => {
    const { server, client } = await newServer();
    server.fail({ does: 'drop', acts: true });
    deepEqual([(await failureOf(client.publish(orderOf()))).unsure, server.posts.length], [true, 1]);
  });

  test('limits: waits as long as the body says, also where the status is 200', async () => {
    const { server, client } = await newServer();
    for (const status of [429, 200]) {
      const json = { ok: false, error_code: 429, description: 'Too Many Requests: retry after 35', parameters: { retry_after: 35 } };
      server.fail({ does: 'answer', reply: { status, json } });
      const { code, retryable, unsure, waitMs } = await failureOf(client.publish(orderOf()));
      deepEqual([code, retryable, unsure, waitMs], ['ERR_RATE_LIMIT', true, false, 35_000]);
    }
  });

  const refusals: [string, number, string, string, RegExp][] = [
    ['a token that is none', 404, 'Not Found', 'ERR_UNAUTHENTICATED', /Ask @BotFather for a token/],
    ['a token that was revoked', 401, 'Unauthorized', 'ERR_UNAUTHENTICATED', /Ask @BotFather for a token/],
    ['a channel that is not there', 400, 'Bad Request: chat not found', 'ERR_FORBIDDEN', /Check the channel's name/],
    ['a bot that was removed', 403, 'Forbidden: bot was kicked from the channel chat', 'ERR_FORBIDDEN', /administrator of the channel/],
    ['a bot without rights', 400, 'Bad Request: need administrator rights in the channel chat', 'ERR_FORBIDDEN', /right to post messages/],
    [
      'a bot that may not send photos',
      400,
      'Bad Request: not enough rights to send photos to the chat',
      'ERR_FORBIDDEN',
      /right to post messages/,
    ],
    ['too long a caption', 400, 'Bad Request: message caption is too long', 'ERR_INVALID_ARGUMENT', /Shorten the caption/],
    ['wrong dimensions', 400, 'Bad Request: PHOTO_INVALID_DIMENSIONS', 'ERR_INVALID_ARGUMENT', /Prepare it again/],
    ['too large a file', 413, 'Request Entity Too Large', 'ERR_TOO_LARGE', /Prepare it again/],
    ['another refusal', 400, 'Bad Request: something new', 'ERR_INVALID_ARGUMENT', /something new\)\. Change what it complains of/],
  ];
  for (const [what, status, description, code, message] of refusals)
    test(`${what}: final, and says what to do`, async () => {
      const { server, client } = await newServer();
      server.fail({ does: 'answer', reply: { status, json: { ok: false, error_code: status, description } } });
      const failure = await failureOf(client.publish(orderOf()));
      deepEqual([failure.code, failure.retryable, failure.unsure], [code, false, false]);
      match(failure.message, message);
    });

  test('a chat that has moved: says where', async () => {
    const { server, client } = await newServer();
    const json = { ok: false, error_code: 400, description: 'Bad Request: upgraded', parameters: { migrate_to_chat_id: -1009 } };
    server.fail({ does: 'answer', reply: { status: 400, json } });
    match((await failureOf(client.publish(orderOf()))).message, /Connect again with the chat -1009/);
  });

  test('no message has the token in it, which is a part of the address', async () => {
    const { server } = await newServer();
    const login = { ...telegramLogin, token: '99:WrongTokenOfABot' };
    const client = new Telegram(server.url, secretsOf(login));
    server.fail({ does: 'drop' }, { does: 'answer', reply: { status: 500, json: { error: `/bot${login.token}/sendPhoto` } } });
    for (const _ of [1, 2, 3]) {
      const failure = await failureOf(client.publish(orderOf()));
      equal(failure.message.includes('WrongTokenOfABot'), false, failure.message);
    }
  });

  test('a picture at the limit, and one above it', async () => {
    const { client } = await newServer();
    const { bytes } = await client.limits();
    const order = orderOf();
    await client.publish({ ...order, picture: pictureOf(bytes - order.picture.bytes.length) });
    equal((await failureOf(client.publish({ ...order, picture: pictureOf(bytes) }))).code, 'ERR_TOO_LARGE');
  });

  test('what is stored must look like a token and a channel', () => {
    ok(telegramSecrets.safeParse(telegramLogin).success);
    for (const wrong of [{ token: 'abc' }, { chat: 'painter' }, { token: '1:a/../b' }])
      equal(telegramSecrets.safeParse({ ...telegramLogin, ...wrong }).success, false);
  });
});
