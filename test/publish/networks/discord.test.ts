/** A webhook of Discord, against a server with its documented answers and errors. */
import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { isArtistError } from '../../../lib/core/index.ts';
import { Discord, discordWebhook } from '../../../lib/publish/networks/discord.ts';
import { suite } from '../../harness.ts';
import { discordChannel, discordGuild, discordLogin, openDiscord } from '../../support/networks/discord.ts';
import { failureOf } from '../../support/networks/failures.ts';
import type { FakeNetwork } from '../../support/networks/loopback.ts';
import { orderOf, pictureOf, secretsOf } from '../../support/networks/orders.ts';

const place = `POST /api/v10/webhooks/${discordLogin.id}/${discordLogin.token}`;

suite('Discord', (test) => {
  const open: FakeNetwork[] = [];
  test.after.each(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  async function newServer(login = discordLogin) {
    const server = await openDiscord();
    open.push(server);
    return { server, client: new Discord(server.url, secretsOf(login)) };
  }

  test('posts a picture with alternative text, and waits for its id', async () => {
    const { server, client } = await newServer();
    deepEqual([await client.upload(), await client.isReady()], ['', true]);
    const { uri, url } = await client.publish(orderOf({ text: '@everyone look' }));
    const [post] = server.posts;
    deepEqual([uri, url], [post?.id, `https://discord.com/channels/${discordGuild}/${discordChannel}/${uri}`]);
    deepEqual(
      [post?.text, post?.altText, post?.asked.allowed_mentions, post?.asked.file],
      ['@everyone look', 'A lighthouse at dawn', { parse: [] }, 'work.png'],
    );
  });

  test('a sensitive picture is hidden', async () => {
    const { server, client } = await newServer();
    await client.publish(orderOf({ sensitive: true }));
    equal(server.posts[0]?.asked.file, 'SPOILER_work.png');
  });

  test('shows the webhook; counts reactions; deletes, also what is gone', async () => {
    const { server, client } = await newServer();
    deepEqual(await client.profile(), {
      handle: 'Painter',
      url: `https://discord.com/channels/${discordGuild}/${discordChannel}`,
      bot: true,
      rules: [],
    });
    const { uri } = await client.publish(orderOf());
    deepEqual(await client.metrics(uri), { likes: 5 });
    await client.delete(uri);
    await client.delete(uri);
    equal(server.posts.length, 0);
    equal((await failureOf(client.metrics(uri))).code, 'ERR_NOT_FOUND');
    deepEqual([await client.find(), client.repeatableMs], ['unsure', 0]);
  });

  test('an answer that is lost leaves a doubt; one that was lost before the post does not', async () => {
    const { server, client } = await newServer();
    server.fail({ on: place, does: 'drop', acts: true });
    deepEqual([(await failureOf(client.publish(orderOf()))).unsure, server.posts.length], [true, 1]);
    server.fail({ on: 'GET', does: 'drop' });
    deepEqual([(await failureOf(client.publish(orderOf()))).unsure, server.posts.length], [false, 1]);
  });

  test('limits: waits as long as the body says', async () => {
    const { server, client } = await newServer();
    const json = { message: 'You are being rate limited.', retry_after: 64.57, global: false };
    server.fail({ on: place, does: 'answer', reply: { status: 429, headers: { 'retry-after': '65' }, json } });
    const { code, retryable, unsure, waitMs } = await failureOf(client.publish(orderOf()));
    deepEqual([code, retryable, unsure, waitMs], ['ERR_RATE_LIMIT', true, false, 64_570]);
  });

  test('a webhook that was deleted, and a token that is wrong: says what to do, without the token', async () => {
    for (const wrong of [{ id: '1' }, { token: 'Wrong-token-of-a-hook' }]) {
      const { client } = await newServer({ ...discordLogin, ...wrong });
      const failure = await failureOf(client.publish(orderOf()));
      deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_UNAUTHENTICATED', false, false]);
      match(failure.message, /Make a webhook in the settings of the channel and connect again/);
      equal(failure.message.includes('Wrong-token-of-a-hook'), false);
    }
  });

  test('too long a text, too large a picture, a forum', async () => {
    const { server, client } = await newServer();
    const long = await failureOf(client.publish(orderOf({ text: 'x'.repeat(2001) })));
    deepEqual([long.code, long.unsure], ['ERR_INVALID_ARGUMENT', false]);
    match(long.message, /50035, Invalid Form Body\)\. Shorten the caption/);
    const large = await failureOf(client.publish(orderOf({}, { picture: pictureOf(10_485_760) })));
    deepEqual([large.code, large.retryable], ['ERR_TOO_LARGE', false]);
    const json = { code: 220001, message: 'Webhooks posted to forum channels must have a thread_name or thread_id' };
    server.fail({ on: place, does: 'answer', reply: { status: 400, json } });
    match((await failureOf(client.publish(orderOf()))).message, /Use a webhook of a channel that is no forum/);
    equal(server.posts.length, 0);
  });

  test('reads the address that Discord shows, and repeats none that is not one', () => {
    for (const start of [
      'https://discord.com/api/webhooks',
      'https://discordapp.com/api/v10/webhooks',
      'https://canary.discord.com/api/webhooks',
    ])
      deepEqual(discordWebhook(` ${start}/${discordLogin.id}/${discordLogin.token}\n`), discordLogin);
    for (const wrong of [
      'https://example.com/api/webhooks/1/secretsecret',
      'http://discord.com/api/webhooks/1/secretsecret',
      'secretsecret',
    ])
      throws(
        () => discordWebhook(wrong),
        (error: unknown) => isArtistError(error, 'ERR_INVALID_ARGUMENT') && !error.message.includes('secretsecret'),
      );
  });
});
