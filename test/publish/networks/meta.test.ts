/** Instagram and Threads, against a Graph API with its documented answers and errors. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { MetaSecrets } from '../../../lib/publish/networks/meta/graph.ts';
import { Instagram } from '../../../lib/publish/networks/meta/instagram.ts';
import { Threads } from '../../../lib/publish/networks/meta/threads.ts';
import { suite } from '../../harness.ts';
import { failureOf } from '../../support/networks/failures.ts';
import { throttled } from '../../support/networks/loopback.ts';
import { type FakeMeta, graphError, metaLogin, openMeta } from '../../support/networks/meta.ts';
import { orderOf, secretsOf } from '../../support/networks/orders.ts';

const pictureUrl = 'https://pictures.example/01.jpg';
const order = (content = {}) => orderOf(content, { pictureUrl });
const day = 86_400_000;

const open: FakeMeta[] = [];
async function newServer(name: 'instagram' | 'threads', login: Partial<MetaSecrets> = {}, options: { processing?: number } = {}) {
  const server = await openMeta(name, options);
  open.push(server);
  const secrets = secretsOf<MetaSecrets>({ ...metaLogin, ...login });
  return { server, secrets, client: name === 'instagram' ? new Instagram(server.url, secrets) : new Threads(server.url, secrets) };
}
const closeAll = async (): Promise<void> => {
  for (const server of open.splice(0)) await server.close();
};

suite('Instagram', (test) => {
  test.after.each(closeAll);

  test('asks for a post of a public picture, marked as made with AI, and publishes it', async () => {
    const { server, client } = await newServer('instagram');
    const one = order();
    equal(client.needsPublicPicture, true);
    const media = await client.upload(one);
    deepEqual(server.containers.get(media)?.asked, {
      image_url: pictureUrl,
      caption: one.content.text,
      alt_text: 'A lighthouse at dawn',
      is_ai_generated: true,
    });
    equal(await client.isReady(media), true);
    const { uri, url } = await client.publish(one, media);
    deepEqual([server.posts.length, uri, url], [1, server.posts[0]?.id, `https://www.instagram.com/p/${uri}/`]);
    ok(server.calls.every((call) => call.includes('/v26.0/')));
    const { client: other, server: older } = await newServer('instagram', { version: 'v24.0' });
    await other.profile();
    match(older.calls.join(), /\/v24\.0\//);
  });

  test('a post whose answer was lost is found by its container and its text', async () => {
    const { server, client } = await newServer('instagram');
    const one = order();
    const media = await client.upload(one);
    equal(await client.find(one, media), 'absent');
    server.fail({ on: `POST /v26.0/${metaLogin.userId}/media_publish`, does: 'drop', acts: true });
    equal((await failureOf(client.publish(one, media))).unsure, true);
    const found = await client.find(one, media);
    ok(typeof found === 'object' && found.uri === server.posts[0]?.id);
    server.posts.length = 0;
    equal(await client.find(one, media), 'unsure', 'published, says the container, but not in the list');
  });

  test('a limit that is reported after the post went live leaves a doubt', async () => {
    const { server, client } = await newServer('instagram');
    for (const reply of [graphError('Action is blocked', 4, 2207051), graphError('Application request limit reached', 4)]) {
      const one = order();
      const media = await client.upload(one);
      server.fail({ on: `POST /v26.0/${metaLogin.userId}/media_publish`, does: 'answer', acts: true, reply });
      const failure = await failureOf(client.publish(one, media));
      deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_RATE_LIMIT', true, true]);
      equal(typeof (await client.find(one, media)), 'object');
    }
  });

  test('a post whose address cannot be read is a post', async () => {
    const { server, client } = await newServer('instagram');
    const one = order();
    const media = await client.upload(one);
    server.fail({ on: 'GET', does: 'answer', reply: graphError('Unsupported get request', 100, 33) });
    deepEqual(await client.publish(one, media), { uri: server.posts[0]?.id, url: undefined });
  });

  test('waits until a picture was fetched, and says why it could not be', async () => {
    const { server, client } = await newServer('instagram', {}, { processing: 1 });
    const one = order();
    const media = await client.upload(one);
    const early = await failureOf(client.publish(one, media));
    deepEqual([early.retryable, early.unsure, early.waitMs], [true, false, 60_000]);
    deepEqual([await client.isReady(media), await client.isReady(media)], [false, true]);
    const container = server.containers.get(media) as { state: string; why?: string };
    Object.assign(container, { state: 'ERROR', why: 'Error: Media upload has failed with error code 2207052' });
    const failed = await failureOf(client.isReady(media));
    deepEqual([failed.code, failed.retryable], ['ERR_INVALID_ARGUMENT', false]);
    match(failed.message, /2207052\. Check its public address/);
    container.state = 'EXPIRED';
    equal((await failureOf(client.isReady(media))).code, 'ERR_NOT_FOUND');
  });

  test('without a public address nothing is asked for', async () => {
    const { server, client } = await newServer('instagram');
    match((await failureOf(client.upload(orderOf()))).message, /expected a public address of the picture/);
    equal(server.calls.length, 0);
  });

  test('figures: what there is not is absent; too few viewers is no error', async () => {
    const { server, client } = await newServer('instagram');
    const one = order();
    const { uri } = await client.publish(one, await client.upload(one));
    deepEqual(await client.metrics(uri), { views: 40, likes: 5, replies: 0, saves: 1 });
    server.fail({ does: 'answer', reply: graphError('(#10) Not enough viewers for the media to show insights', 10) });
    deepEqual(await client.metrics(uri), {});
  });

  test('cannot delete, and says so', async () => {
    const { client } = await newServer('instagram');
    const failure = await failureOf(client.delete('1'));
    equal(failure.code, 'ERR_UNSUPPORTED');
    match(failure.message, /Delete it in the app/);
  });

  const refusals: [string, number, number | undefined, string, boolean, RegExp][] = [
    ['the picture cannot be fetched', 9004, 2207052, 'ERR_NETWORK', true, /check its public address/],
    ['too large', 36_000, 2207004, 'ERR_TOO_LARGE', false, /Prepare the picture again/],
    ['a wrong format', 36_001, 2207005, 'ERR_INVALID_ARGUMENT', false, /JPEG.*Prepare the picture again/],
    ['a wrong shape', 36_003, 2207009, 'ERR_INVALID_ARGUMENT', false, /Prepare the picture again/],
    ['too long a text', 100, 2207010, 'ERR_INVALID_ARGUMENT', false, /Shorten the caption/],
    ['an upload that has expired', 24, 2207008, 'ERR_NOT_FOUND', false, /Send the picture again/],
    ['the posts of a day', 9, 2207042, 'ERR_RATE_LIMIT', true, /tried again/],
    ['a restricted account', 25, 2207050, 'ERR_FORBIDDEN', false, /nothing is posted until then/],
    ['a restricted user of Threads', 4_279_013, undefined, 'ERR_FORBIDDEN', false, /nothing is posted until then/],
    ['a revoked token', 190, 460, 'ERR_UNAUTHENTICATED', false, /Connect the account again/],
    ['a limit with status 400', 80_002, undefined, 'ERR_RATE_LIMIT', true, /tried again/],
    ['a missing permission', 10, undefined, 'ERR_FORBIDDEN', false, /with all permissions/],
    ['another refusal', 100, undefined, 'ERR_INVALID_ARGUMENT', false, /Change what it complains of/],
  ];
  for (const [what, code, subcode, expected, retryable, message] of refusals)
    test(`${what}: says what to do`, async () => {
      const { server, client } = await newServer('instagram');
      server.fail({ on: 'POST', does: 'answer', reply: graphError('The words of Meta', code, subcode) });
      const failure = await failureOf(client.upload(order()));
      deepEqual([failure.code, failure.retryable, failure.unsure], [expected, retryable, false]);
      match(failure.message, message);
      match(failure.message, /The words of Meta/);
    });

  test('a refusal that Meta calls transient is tried again, and may have been done', async () => {
    const { server, client } = await newServer('instagram');
    server.fail({ does: 'answer', reply: graphError('An unexpected error has occurred', 99, undefined, { is_transient: true }) });
    const { retryable, unsure } = await failureOf(client.publish(order(), '1'));
    deepEqual([retryable, unsure], [true, true]);
  });

  test('a token that may not ask for the posts of the day posts all the same', async () => {
    const { server, client } = await newServer('instagram');
    server.fail({ on: 'GET', does: 'answer', reply: graphError('(#10) No permission', 10) });
    match(await client.upload(order()), /^\d+$/);
  });

  test('limits: waits', async () => {
    const { server, client } = await newServer('instagram');
    server.fail({ does: 'answer', reply: throttled({ 'retry-after': '30' }, {}) });
    deepEqual((await failureOf(client.upload(order()))).waitMs, 30_000);
  });
});

suite('Threads', (test) => {
  test.after.each(closeAll);

  test('posts, finds, counts and deletes', async () => {
    const { server, client } = await newServer('threads');
    const one = order();
    const media = await client.upload(one);
    deepEqual(server.containers.get(media)?.asked, {
      media_type: 'IMAGE',
      image_url: pictureUrl,
      text: one.content.text,
      alt_text: 'A lighthouse at dawn',
    });
    equal(await client.isReady(media), true);
    equal(await client.find(one, media), 'absent');
    const post = await client.publish(one, media);
    equal(post.url, `https://www.threads.com/@painter/post/${post.uri}`);
    deepEqual(await client.find(one, media), post);
    deepEqual(await client.metrics(post.uri), { views: 30, likes: 4, replies: 0, shares: 1 });
    await client.delete(post.uri);
    await client.delete(post.uri);
    equal(server.posts.length, 0);
    deepEqual(await client.profile(), { handle: '@painter', url: 'https://www.threads.com/@painter', bot: undefined, rules: [] });
  });

  test('counts an emoji by its bytes', async () => {
    const { count } = await (await newServer('threads')).client.limits();
    deepEqual([count('abc'), count('é'), count('👾'), count('a👩‍🎨')], [3, 1, 4, 12]);
  });

  test('a picture that it cannot use', async () => {
    const { server, client } = await newServer('threads');
    const media = await client.upload(order());
    Object.assign(server.containers.get(media) as object, { state: 'ERROR', why: 'INVALID_ASPEC_RATIO' });
    match((await failureOf(client.isReady(media))).message, /got INVALID_ASPEC_RATIO/);
  });
});

suite('tokens of Instagram and Threads', (test) => {
  test.after.each(closeAll);

  for (const name of ['instagram', 'threads'] as const)
    test(`${name}: one in the second half of its life is renewed once and stored`, async () => {
      const { server, client, secrets } = await newServer(name, { expiresAt: Date.now() + 29 * day });
      await Promise.all([client.profile(), client.profile()]);
      await client.profile();
      equal(server.renewed(), 1);
      const { token, expiresAt = 0, userId } = secrets.current();
      deepEqual([token, userId, expiresAt > Date.now() + 59 * day], ['renewed-token-1', metaLogin.userId, true]);
    });

  test('one that never ends is not renewed', async () => {
    const { server, secrets } = await newServer('instagram');
    const { expiresAt: _, ...rest } = secrets.current();
    await new Instagram(server.url, secretsOf<MetaSecrets>(rest)).profile();
    equal(server.renewed(), 0);
  });

  test('one that is good still is used although it cannot be renewed now', async () => {
    const { server, client, secrets } = await newServer('instagram', { expiresAt: Date.now() + 5 * day });
    server.fail({ on: 'GET /refresh_access_token', does: 'drop' });
    await client.profile();
    equal(secrets.current().token, metaLogin.token);
  });

  test('one that has ended: connect again, and no token in the message', async () => {
    const token = 'IGAAendedTokenOfTheAccount';
    const { client } = await newServer('instagram', { token, expiresAt: Date.now() - day });
    const failure = await failureOf(client.upload(order()));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_UNAUTHENTICATED', false, false]);
    match(failure.message, /Connect the account again/);
    equal(failure.message.includes(token), false);
  });
});
