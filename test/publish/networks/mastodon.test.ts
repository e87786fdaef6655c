/** Mastodon and Pixelfed, against a server with their documented answers and errors. */
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { isArtistError } from '../../../lib/core/index.ts';
import { Mastodon } from '../../../lib/publish/networks/mastodon.ts';
import { NetworkFailure } from '../../../lib/publish/networks/network-failure.ts';
import { suite } from '../../harness.ts';
import { failureOf } from '../../support/networks/failures.ts';
import { type FakeNetwork, throttled } from '../../support/networks/loopback.ts';
import { type MastodonOptions, mastodonToken, openMastodon } from '../../support/networks/mastodon.ts';
import { orderOf, secretsOf } from '../../support/networks/orders.ts';

const hour = 3_600_000;
const open: FakeNetwork[] = [];
async function newServer(options: MastodonOptions = {}, token = mastodonToken) {
  const server = await openMastodon(options);
  open.push(server);
  return { server, client: new Mastodon(server.url, secretsOf({ token }), options.pixelfed ? 'pixelfed' : 'mastodon') };
}
const closeAll = async (): Promise<void> => {
  for (const server of open.splice(0)) await server.close();
};

suite('Mastodon', (test) => {
  test.after.each(closeAll);

  test('posts a picture with alternative text, language, visibility and warning', async () => {
    const { server, client } = await newServer();
    const order = orderOf({ sensitive: true, visibility: 'unlisted', language: 'de', altText: 'Ein Leuchtturm' });
    const media = await client.upload(order);
    equal(await client.isReady(media), true);
    const { uri, url } = await client.publish(order, media);
    equal(url, `${server.url}/@painter/${uri}`);
    const [post] = server.posts;
    deepEqual(
      [post?.text, post?.altText, post?.key, post?.asked],
      [
        'First light #AIart',
        'Ein Leuchtturm',
        order.id,
        { status: 'First light #AIart', media_ids: [media], language: 'de', sensitive: true, visibility: 'unlisted' },
      ],
    );
    equal(server.uploads.get(media)?.bytes, order.picture.bytes.length);
  });

  test('while the server does not answer, its limits are those of most servers: a post can be queued', async () => {
    for (const pixelfed of [false, true]) {
      const { server, client } = await newServer({ pixelfed });
      const known = await client.limits();
      server.fail({ on: 'GET /api/v2/instance', does: 'answer', reply: { status: 503 } });
      const { count: _, ...usual } = await client.limits();
      deepEqual(
        Object.keys(usual),
        Object.keys(known).filter((name) => name !== 'count'),
      );
      await server.close();
      deepEqual([(await client.limits()).characters, usual.characters, usual.pictures], [500, 500, 4]);
    }
    const { server, client } = await newServer();
    server.fail({ on: 'GET /api/v2/instance', does: 'answer', reply: { status: 404 } });
    await rejects(() => client.limits(), NetworkFailure);
  });

  test('waits until a picture is processed', async () => {
    const { client } = await newServer({ processing: 2 });
    const order = orderOf();
    const media = await client.upload(order);
    const early = await failureOf(client.publish(order, media));
    deepEqual([early.retryable, early.unsure], [true, false]);
    match(early.message, /expected the picture to be ready, got 422 \(.*\)\. It is tried again/);
    deepEqual([await client.isReady(media), await client.isReady(media), await client.isReady(media)], [false, false, true]);
    await client.publish(order, media);
  });

  test('a post whose answer was lost is not made twice', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    server.fail({ on: 'POST /api/v1/statuses', does: 'drop', acts: true }, { on: 'POST /api/v1/statuses', does: 'answer', acts: true });
    for (const _ of [1, 2]) equal((await failureOf(client.publish(order, media))).unsure, true);
    const again = await client.publish(order, media);
    equal(server.posts.length, 1);
    deepEqual(await client.find(order, media), again);
  });

  test('after the hour of the key, the server refuses a picture that is on a post: the post is looked for', async () => {
    let time = Date.now();
    const { server, client } = await newServer({ now: () => time });
    const order = orderOf();
    const media = await client.upload(order);
    const { uri } = await client.publish(order, media);
    ok(client.repeatableMs < hour);
    time += hour + 1;
    equal((await client.publish(order, media)).uri, uri);
    equal(server.posts.length, 1);
    const gone = await failureOf(client.publish(orderOf(), '1'));
    deepEqual([gone.code, gone.retryable, gone.unsure], ['ERR_NOT_FOUND', false, false]);
    match(gone.message, /not found or already attached.*Send the picture again/);
  });

  test('finds a post among others by its picture, and knows when there is none', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    equal(await client.find(order, media), 'absent');
    const { uri } = await client.publish(order, media);
    for (let n = 0; n < 45; n++) {
      const other = orderOf({ text: order.content.text });
      await client.publish(other, await client.upload(other));
    }
    const found = await client.find(order, media);
    ok(typeof found === 'object' && found.uri === uri, 'on the second page');
    equal(await client.find(order, 'another'), 'absent');
    for (let n = 0; n < 200; n++) server.posts.unshift({ ...(server.posts[0] as (typeof server.posts)[0]), id: String(5000 + n) });
    equal(await client.find(order, 'another'), 'unsure', 'more posts than are looked through');
  });

  test('says what a server accepts, and counts as it does', async () => {
    const { client } = await newServer({ characters: 1000 });
    const limits = await client.limits();
    deepEqual(
      [limits.characters, limits.altText, limits.bytes, limits.pixels, limits.formats],
      [1000, 1500, 16_777_216, 33_177_600, ['png', 'jpeg', 'webp']],
    );
    equal(limits.count('👩‍🎨 é'), 3);
    equal(limits.count(`(https://example.org/${'x'.repeat(100)})`), 25);
  });

  test('shows the rules of the server and whether the account says that it is automated', async () => {
    const { client, server } = await newServer({ rules: ['Profiles that only post AI-generated content will not be tolerated'] });
    const { handle, url, bot, rules } = await client.profile();
    deepEqual(
      [handle, url, bot, rules],
      [
        `@painter@${new URL(server.url).host}`,
        `${server.url}/@painter`,
        false,
        ['Profiles that only post AI-generated content will not be tolerated'],
      ],
    );
    await client.markAsBot();
    equal((await client.profile()).bot, true);
  });

  test('counts reactions, and a figure that the server does not have is absent', async () => {
    const { client } = await newServer();
    const order = orderOf();
    const { uri } = await client.publish(order, await client.upload(order));
    deepEqual(await client.metrics(uri), { likes: 3, shares: 2, replies: 0 });
  });

  test('deletes a post; one that is gone is deleted', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const { uri } = await client.publish(order, await client.upload(order));
    await client.delete(uri);
    await client.delete(uri);
    equal(server.posts.length, 0);
    equal((await failureOf(client.metrics(uri))).code, 'ERR_NOT_FOUND');
  });

  test('a server that has only the old path of uploads', async () => {
    const { server, client } = await newServer({ onlyV1: true });
    const order = orderOf();
    await client.publish(order, await client.upload(order));
    deepEqual(server.calls.slice(0, 2), ['POST /api/v2/media', 'POST /api/v1/media']);
  });

  test('a token that is wrong, and one that cannot be sent', async () => {
    const { client } = await newServer({}, 'wrong-Token-99');
    const failure = await failureOf(client.profile());
    deepEqual([failure.code, failure.retryable], ['ERR_UNAUTHENTICATED', false]);
    match(failure.message, /The access token is invalid.*Connect the account again/);
    equal(failure.message.includes('wrong-Token-99'), false);
  });

  const refusals: [string, number, string, string, RegExp][] = [
    ['too long a text', 422, 'Validation failed: Text character limit of 500 exceeded', 'ERR_INVALID_ARGUMENT', /Shorten the caption/],
    ['a wrong kind of picture', 422, 'Validation failed: File content type is invalid', 'ERR_INVALID_ARGUMENT', /Prepare it again/],
    ['missing scopes', 403, 'This action is outside the authorized scopes', 'ERR_FORBIDDEN', /Connect with read:accounts/],
    ['a frozen account', 403, 'Your login is currently disabled', 'ERR_FORBIDDEN', /nothing is posted until then/],
    ['an address that is not confirmed', 403, 'Your login is missing a confirmed e-mail address', 'ERR_FORBIDDEN', /see what it asks for/],
  ];
  for (const [what, status, error, code, message] of refusals)
    test(`${what}: final, and says what to do`, async () => {
      const { server, client } = await newServer();
      const order = orderOf();
      const media = await client.upload(order);
      server.fail({ on: 'POST /api/v1/statuses', does: 'answer', reply: { status, json: { error } } });
      const failure = await failureOf(client.publish(order, media));
      deepEqual([failure.code, failure.retryable, failure.unsure], [code, false, false]);
      match(failure.message, message);
      ok(failure.message.includes(error), 'the words of the server are quoted');
    });

  test('limits of the server: waits as long as it asks', async () => {
    const { server, client } = await newServer();
    server.fail({ does: 'answer', reply: throttled({ 'x-ratelimit-reset': new Date(Date.now() + 300_000).toISOString() }) });
    const { code, waitMs = 0 } = await failureOf(client.upload(orderOf()));
    equal(code, 'ERR_RATE_LIMIT');
    ok(Math.abs(waitMs - 300_000) < 3000, `${waitMs}`);
  });

  test('an answer of another kind of server', async () => {
    const { server, client } = await newServer();
    server.fail({ on: 'POST /api/v1/statuses', does: 'answer', acts: false, reply: { json: [] } });
    const failure = await failureOf(client.publish(orderOf(), '1'));
    deepEqual([failure.code, failure.unsure], ['ERR_NETWORK', true]);
    match(failure.message, /Is this a server of Mastodon/);
  });

  test('an address that is none is refused at once', () => {
    throws(
      () => new Mastodon('http://example.social', secretsOf({ token: 'x' })),
      (error: unknown) => isArtistError(error, 'ERR_INVALID_ARGUMENT'),
    );
  });
});

suite('Pixelfed', (test) => {
  test.after.each(closeAll);

  test('takes PNG and JPEG, and shorter alternative texts', async () => {
    const { client } = await newServer({ pixelfed: true });
    const { formats, altText } = await client.limits();
    deepEqual([formats, altText], [['png', 'jpeg'], 1000]);
  });

  test('a repeated key is refused: the post that it made is found', async () => {
    const { server, client } = await newServer({ pixelfed: true });
    const order = orderOf();
    const media = await client.upload(order);
    server.fail({ on: 'POST /api/v1/statuses', does: 'drop', acts: true });
    equal((await failureOf(client.publish(order, media))).unsure, true);
    const { uri } = await client.publish(order, media);
    deepEqual([server.posts.length, server.posts[0]?.id], [1, uri]);
  });

  test('a key that was used without making a post: tried again later, and posted once it has expired', async () => {
    let time = Date.now();
    const { server, client } = await newServer({ pixelfed: true, now: () => time, processing: 1 });
    const order = orderOf();
    const media = await client.upload(order);
    await failureOf(client.publish(order, media));
    const failure = await failureOf(client.publish(order, media));
    deepEqual([failure.retryable, failure.unsure, failure.waitMs], [true, true, 300_000]);
    match(failure.message, /Duplicate idempotency key/);
    time += hour;
    await client.isReady(media);
    await client.publish(order, media);
    equal(server.posts.length, 1);
  });
});
