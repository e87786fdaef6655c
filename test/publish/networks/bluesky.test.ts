/** Bluesky, against a server that answers and fails as @atproto/pds does. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createIds } from '../../../lib/core/index.ts';
import { Bluesky, type BlueskySecrets, recordKeyOf } from '../../../lib/publish/networks/bluesky.ts';
import { facetsOf } from '../../../lib/publish/networks/text/facets.ts';
import { suite } from '../../harness.ts';
import { blueskyLogin, type FakeBluesky, openBluesky } from '../../support/networks/bluesky.ts';
import { failureOf } from '../../support/networks/failures.ts';
import { orderOf, pictureOf, secretsOf } from '../../support/networks/orders.ts';

suite('Bluesky', (test) => {
  const open: FakeBluesky[] = [];
  test.after.each(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  async function newServer(login: BlueskySecrets = blueskyLogin, options: { tokenSeconds?: number } = {}) {
    const server = await openBluesky(options);
    open.push(server);
    const secrets = secretsOf<BlueskySecrets>(login);
    return { server, secrets, client: new Bluesky(server.url, secrets) };
  }

  test('posts a picture with alternative text, size, language, links and hashtags', async () => {
    const { server, client } = await newServer();
    const order = orderOf({ text: 'Früh #AIart https://example.org/a.', language: 'de' });
    const media = await client.upload(order);
    equal(await client.isReady(), true);
    const { uri, url } = await client.publish(order, media);
    equal(uri, server.posts[0]?.id);
    match(url ?? '', /^https:\/\/bsky\.app\/profile\/did:plc:\w+\/post\/[2-7a-z]{13}$/);
    const { $type, embed, facets, ...rest } = server.posts[0]?.asked ?? {};
    deepEqual(
      [$type, rest],
      ['app.bsky.feed.post', { text: order.content.text, createdAt: new Date(order.armedAt).toISOString(), langs: ['de'] }],
    );
    deepEqual(embed, {
      $type: 'app.bsky.embed.images',
      images: [{ alt: 'A lighthouse at dawn', image: JSON.parse(media), aspectRatio: { width: 1, height: 1 } }],
    });
    equal((facets as unknown[]).length, 2);
  });

  test('a sensitive picture is labelled', async () => {
    const { server, client } = await newServer();
    const order = orderOf({ sensitive: true });
    await client.publish(order, await client.upload(order));
    deepEqual(server.posts[0]?.asked.labels, { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'graphic-media' }] });
  });

  test('a repeated post replaces itself, also with a new upload and by another process', async () => {
    const { server, client, secrets } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    server.fail({ on: 'POST /xrpc/com.atproto.repo.putRecord', does: 'drop', acts: true });
    equal((await failureOf(client.publish(order, media))).unsure, true);
    const first = await client.publish(order, media);
    deepEqual(await new Bluesky(server.url, secrets).publish(order, await client.upload(order)), first);
    equal(server.posts.length, 1);
    equal(client.repeatableMs, Number.POSITIVE_INFINITY);
  });

  test('finds a post by its order, and knows when there is none', async () => {
    const { client } = await newServer();
    const order = orderOf();
    equal(await client.find(order), 'absent');
    const post = await client.publish(order, await client.upload(order));
    deepEqual(await client.find(order), post);
  });

  test('labels the account as automated and leaves the rest of its profile', async () => {
    const { server, client } = await newServer();
    server.records.set('app.bsky.actor.profile/self', {
      cid: 'bafyold',
      value: { $type: 'app.bsky.actor.profile', displayName: 'Painter' },
    });
    equal((await client.profile()).bot, false);
    await client.markAsBot();
    await client.markAsBot();
    deepEqual(await client.profile(), { handle: '@artist.test', url: 'https://bsky.app/profile/artist.test', bot: true, rules: [] });
    deepEqual(server.records.get('app.bsky.actor.profile/self')?.value, {
      $type: 'app.bsky.actor.profile',
      displayName: 'Painter',
      labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'bot' }] },
    });
  });

  test('an account without a profile is labelled, too', async () => {
    const { client } = await newServer();
    await client.markAsBot();
    equal((await client.profile()).bot, true);
  });

  test('counts reactions; a figure that there is not is absent', async () => {
    const { client } = await newServer();
    const order = orderOf();
    const { uri } = await client.publish(order, await client.upload(order));
    deepEqual(await client.metrics(uri), { likes: 7, shares: 2, replies: 0, quotes: 1 });
    await client.delete(uri);
    await client.delete(uri);
    equal((await failureOf(client.metrics(uri))).code, 'ERR_NOT_FOUND');
    equal(await client.find(order), 'absent');
  });

  test('counts a text by characters and by bytes, as the server does', async () => {
    const { client } = await newServer();
    const { count, characters, bytes } = await client.limits();
    const media = await client.upload(orderOf());
    for (const text of ['x'.repeat(300), '👩‍🎨'.repeat(272), 'é'.repeat(300)]) {
      ok(count(text) <= characters, text.slice(0, 4));
      await client.publish(orderOf({ text }), media);
    }
    for (const text of ['x'.repeat(301), '👩‍🎨'.repeat(273), `${'👨‍👩‍👧‍👦'.repeat(120)}x`]) {
      ok(count(text) > characters, text.slice(0, 4));
      const failure = await failureOf(client.publish(orderOf({ text }), media));
      deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_INVALID_ARGUMENT', false, false]);
      match(failure.message, /Shorten the caption/);
    }
    equal(bytes, 1_000_000);
  });

  test('too large a picture is refused with the post', async () => {
    const { client } = await newServer();
    const order = orderOf({}, { picture: pictureOf(1_000_000) });
    const failure = await failureOf(client.publish(order, await client.upload(order)));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_TOO_LARGE', false, false]);
    match(failure.message, /blob too big .*Prepare it again/);
  });

  test('an upload that is no more', async () => {
    const { client } = await newServer();
    const media = JSON.stringify({ $type: 'blob', ref: { $link: 'bafkreigone' }, mimeType: 'image/png', size: 9 });
    const failure = await failureOf(client.publish(orderOf(), media));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NOT_FOUND', false, false]);
    match(failure.message, /Send it again/);
  });
});

suite('sessions of Bluesky', (test) => {
  const open: FakeBluesky[] = [];
  test.after.each(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  async function newServer(login: BlueskySecrets = blueskyLogin, options: { tokenSeconds?: number } = {}) {
    const server = await openBluesky(options);
    open.push(server);
    const secrets = secretsOf<BlueskySecrets>(login);
    return { server, secrets, client: new Bluesky(server.url, secrets) };
  }

  test('one is made by the first call, kept and used again', async () => {
    const { server, client, secrets } = await newServer();
    await client.profile();
    await client.profile();
    await new Bluesky(server.url, secrets).profile();
    deepEqual([server.sessions, secrets.renewals()], [{ created: 1, refreshed: 0 }, 1]);
  });

  test('one that the server has ended is refreshed, and the call repeated', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    server.expire();
    await client.publish(order, media);
    deepEqual([server.sessions, server.posts.length], [{ created: 1, refreshed: 1 }, 1]);
  });

  test('one about to end is refreshed before it is used', async () => {
    const { server, client } = await newServer(blueskyLogin, { tokenSeconds: 30 });
    await client.upload(orderOf());
    await client.upload(orderOf());
    equal(server.calls.filter((call) => call.endsWith('uploadBlob')).length, 2);
    deepEqual(server.sessions, { created: 1, refreshed: 1 });
  });

  test('clients that notice the end at once refresh once: a refresh token is good for one session', async () => {
    const { server, client, secrets } = await newServer();
    await client.profile();
    server.expire();
    await Promise.all([1, 2, 3, 4].map(() => new Bluesky(server.url, secrets).upload(orderOf())));
    deepEqual(server.sessions, { created: 1, refreshed: 1 });
  });

  test('one that cannot be refreshed is made anew by the app password', async () => {
    const { server, client } = await newServer();
    await client.profile();
    server.expire(true);
    await client.profile();
    deepEqual(server.sessions, { created: 2, refreshed: 0 });
  });

  test('a failure while a session is made is no doubt about a post', async () => {
    const { server, client, secrets } = await newServer();
    const media = await client.upload(orderOf());
    const before = secrets.current();
    server.expire();
    for (const does of ['answer', 'drop'] as const) {
      server.fail({ on: 'POST /xrpc/com.atproto.server.refreshSession', does });
      const failure = await failureOf(client.publish(orderOf(), media));
      deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', true, false]);
    }
    deepEqual([server.posts.length, secrets.current()], [0, before]);
  });

  const wrong: [string, number, string, string, string, RegExp][] = [
    [
      'a password that is wrong',
      401,
      'AuthenticationRequired',
      'Invalid identifier or password',
      'ERR_UNAUTHENTICATED',
      /Make an app password/,
    ],
    ['a second factor', 401, 'AuthFactorTokenRequired', 'A sign in code has been sent', 'ERR_UNAUTHENTICATED', /expected an app password/],
    [
      'an account that was taken down',
      401,
      'AccountTakedown',
      'Account has been taken down',
      'ERR_FORBIDDEN',
      /nothing is posted until then/,
    ],
  ];
  for (const [what, status, error, message, code, says] of wrong)
    test(`${what}: says what to do, without the password`, async () => {
      const { server, client } = await newServer();
      server.fail({
        on: 'POST /xrpc/com.atproto.server.createSession',
        does: 'answer',
        reply: { status, json: { error, message: `${message} ${blueskyLogin.password}` } },
      });
      const failure = await failureOf(client.profile());
      deepEqual([failure.code, failure.retryable], [code, false]);
      match(failure.message, says);
      equal(failure.message.includes(blueskyLogin.password), false);
    });

  test('too many sessions: waits until the server takes more', async () => {
    const { server, client } = await newServer();
    const reset = String(Math.ceil(Date.now() / 1000) + 300);
    server.fail({ does: 'answer', reply: { status: 429, headers: { 'ratelimit-reset': reset }, json: { error: 'RateLimitExceeded' } } });
    const { code, waitMs = 0 } = await failureOf(client.profile());
    equal(code, 'ERR_RATE_LIMIT');
    ok(Math.abs(waitMs - 300_000) < 3000, `${waitMs}`);
  });
});

suite('record keys', (test) => {
  test('are TIDs, differ for orders of one millisecond, and sort as the orders do', () => {
    const next = createIds();
    const ids = Array.from({ length: 2000 }, next);
    const keys = ids.map(recordKeyOf);
    ok(keys.every((key) => /^[2-7a-j][2-7a-z]{12}$/.test(key)));
    equal(new Set(keys).size, ids.length);
    equal(recordKeyOf(ids[0] ?? ''), keys[0]);
    ok(recordKeyOf('01K5XXXXXX0000000000000000') < recordKeyOf('01K6XXXXXX0000000000000000'));
  });
});

suite('links and hashtags in a text', (test) => {
  const shown = (text: string): string[] =>
    facetsOf(text).map(({ index, features: [feature] }) => {
      const part = Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString('utf8');
      return `${part} = ${'uri' in feature ? feature.uri : feature.tag}`;
    });
  const cases: [string, string[]][] = [
    ['no links', []],
    ['👩‍🎨 #AIart ü #Überraschung, #日本', ['#AIart = AIart', '#Überraschung = Überraschung', '#日本 = 日本']],
    ['(see https://example.org/a_(b)?q=1#c).', ['https://example.org/a_(b)?q=1#c = https://example.org/a_(b)?q=1#c']],
    ['#1 #2026 # ## #!? word#no', []],
    ['#a1 #1a #a-b!', ['#a1 = a1', '#1a = 1a', '#a-b = a-b']],
    [`#${'x'.repeat(65)}`, []],
    ['https://a.example #b http://c.example', ['https://a.example = https://a.example', '#b = b', 'http://c.example = http://c.example']],
  ];
  for (const [text, expected] of cases) test(JSON.stringify(text.slice(0, 40)), () => deepEqual(shown(text), expected));
});
