/** X, against a server with its documented answers and errors. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { weightedLength } from '../../../lib/publish/networks/text/graphemes.ts';
import { X, type XSecrets } from '../../../lib/publish/networks/x.ts';
import { suite } from '../../harness.ts';
import { failureOf } from '../../support/networks/failures.ts';
import type { Reply } from '../../support/networks/loopback.ts';
import { orderOf, pictureOf, secretsOf } from '../../support/networks/orders.ts';
import { type FakeX, openX, xLogin } from '../../support/networks/x.ts';

const open: FakeX[] = [];
async function newServer(login: Partial<XSecrets> = {}, options: { settleMs?: number } = { settleMs: 0 }) {
  const server = await openX();
  open.push(server);
  const secrets = secretsOf<XSecrets>({ ...xLogin, ...login });
  return { server, secrets, client: new X(server.url, secrets, options) };
}
const closeAll = async (): Promise<void> => {
  for (const server of open.splice(0)) await server.close();
};

suite('X', (test) => {
  test.after.each(closeAll);

  test('posts a picture with alternative text, marked as made with AI', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    equal(await client.isReady(), true);
    const { uri, url } = await client.publish(order, media);
    const [post] = server.posts;
    deepEqual([uri, url], [post?.id, `https://x.com/i/status/${post?.id}`]);
    deepEqual(
      [post?.altText, post?.asked],
      ['A lighthouse at dawn', { text: order.content.text, media: { media_ids: [media] }, made_with_ai: true }],
    );
  });

  test('knows what a post costs before it is made', async () => {
    const { server, client } = await newServer();
    for (const text of ['A picture', 'See https://example.org/a']) {
      const before = server.charged();
      const order = orderOf({ text });
      const price = client.price(order.content);
      await client.publish(order, await client.upload(order));
      ok(Math.abs(server.charged() - before - price) < 1e-9, `${text}: ${price}`);
    }
    const { content } = orderOf({ text: 'example.org', altText: '' });
    equal(client.price(content), 0.2, 'X makes a link of a bare name, too');
    equal(client.price({ ...content, text: 'me@example.org, 3.14, e.g. this' }), 0.015);
    equal((await client.limits()).links, false);
  });

  test('a post whose answer was lost is found by its picture', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    equal(await client.find(order, media), 'absent');
    server.fail({ on: 'POST /2/tweets', does: 'drop', acts: true });
    equal((await failureOf(client.publish(order, media))).unsure, true);
    const found = await client.find(order, media);
    ok(typeof found === 'object' && found.uri === server.posts[0]?.id);
    deepEqual(await client.publish(order, media), found, 'X refuses the repeated text: the post of this order is taken');
    equal(server.posts.length, 1);
  });

  test('a timeline that is not up to date is no proof: it is looked at again', async () => {
    const { server, client } = await newServer({}, { settleMs: 5000 });
    const order = orderOf();
    const media = await client.upload(order);
    server.lag(true);
    server.fail({ on: 'POST /2/tweets', does: 'drop', acts: true });
    await failureOf(client.publish(order, media));
    const { code, retryable, waitMs = 0 } = await failureOf(client.find(order, media));
    deepEqual([code, retryable, waitMs > 0 && waitMs <= 5000], ['ERR_BUSY', true, true]);
    server.lag(false);
    equal(typeof (await client.find(order, media)), 'object');
    equal(await client.find({ ...order, armedAt: Date.now() - 6000 }, 'another'), 'absent');
  });

  test('looks through several pages, and says when that was not enough', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    await client.publish(order, media);
    const [first] = server.posts as [(typeof server.posts)[0]];
    const others = (count: number) => {
      for (let n = 0; n < count; n++) server.posts.unshift({ ...first, id: String(n), asked: { media: { media_ids: ['7'] } } });
    };
    others(150);
    equal(typeof (await client.find(order, media)), 'object');
    others(450);
    equal(await client.find(order, media), 'unsure');
  });

  test('the text of another work: refused, and says what to do', async () => {
    const { client } = await newServer();
    const order = orderOf();
    await client.publish(order, await client.upload(order));
    const other = orderOf();
    const failure = await failureOf(client.publish(other, await client.upload(other)));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_ALREADY_EXISTS', false, false]);
    match(failure.message, /duplicate content.*Change the caption/);
  });

  test('counts reactions; deletes, also what is gone', async () => {
    const { client } = await newServer();
    const order = orderOf();
    const { uri } = await client.publish(order, await client.upload(order));
    deepEqual(await client.metrics(uri), { views: 120, likes: 9, shares: 1, replies: 0, quotes: 0, saves: 2 });
    await client.delete(uri);
    await client.delete(uri);
    // 200 with errors[] and no data.
    const gone = await failureOf(client.metrics(uri));
    deepEqual([gone.code, gone.unsure], ['ERR_NOT_FOUND', false]);
    match(gone.message, /Could not find tweet with id/);
  });

  test('200 with data and errors is success, 200 with errors alone is not, and leaves a doubt if nobody knows them', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    const errors = [{ title: 'Something', detail: 'new', type: 'about:blank' }];
    server.fail({ on: 'POST /2/tweets', does: 'answer', reply: { json: { data: { id: '5' }, errors } } });
    equal((await client.publish(order, media)).uri, '5');
    server.fail({ on: 'POST /2/tweets', does: 'answer', reply: { json: { errors } } });
    const failure = await failureOf(client.publish(order, media));
    deepEqual([failure.code, failure.unsure], ['ERR_INVALID_ARGUMENT', true]);
    match(failure.message, /got 200 \(Something: new\)/);
  });

  test('shows what X asks of automated accounts', async () => {
    const { client } = await newServer();
    const { handle, url, bot, rules } = await client.profile();
    deepEqual([handle, url, bot], ['@painter', 'https://x.com/painter', undefined]);
    match(rules.join(), /who is responsible/);
  });

  const type = (name: string): string => `https://api.x.com/2/problems/${name}`;
  const refusals: [string, Reply, string, boolean, RegExp][] = [
    [
      'no credit',
      { status: 402, json: { title: 'CreditsDepleted', detail: 'No credits', type: type('credits') } },
      'ERR_FORBIDDEN',
      true,
      /Buy credit/,
    ],
    [
      'a cap that is used up',
      { status: 403, json: { title: 'UsageCapExceeded', detail: 'Usage cap exceeded: Monthly product cap', type: type('usage-capped') } },
      'ERR_FORBIDDEN',
      true,
      /Buy credit or raise the spending limit/,
    ],
    [
      'an app without access',
      { status: 403, json: { title: 'Client Forbidden', detail: 'Not enrolled', type: type('client-forbidden') } },
      'ERR_FORBIDDEN',
      false,
      /connect again with tweet\.read/,
    ],
    [
      'a wrong kind of sign-in, inside errors[]',
      {
        status: 403,
        json: { errors: [{ title: 'Unsupported Authentication', detail: 'Application-Only', type: type('unsupported-authentication') }] },
      },
      'ERR_FORBIDDEN',
      false,
      /Check its plan and permissions/,
    ],
    [
      'a suspended account',
      { status: 403, json: { title: 'Forbidden', detail: 'Your account is suspended.', type: 'about:blank' } },
      'ERR_FORBIDDEN',
      false,
      /nothing is posted until then/,
    ],
    [
      'too long a text',
      { status: 400, json: { title: 'Invalid Request', detail: 'Your Tweet text is too long.', type: type('invalid-request') } },
      'ERR_INVALID_ARGUMENT',
      false,
      /Shorten the caption/,
    ],
    [
      'two cashtags',
      { status: 403, json: { title: 'Forbidden', detail: 'Posts may have a maximum of one cashtag.', type: 'about:blank' } },
      'ERR_INVALID_ARGUMENT',
      false,
      /at most one cashtag/,
    ],
    [
      'an upload that has expired',
      { status: 400, json: { title: 'Invalid Request', detail: 'Your media IDs are invalid.', type: type('invalid-request') } },
      'ERR_NOT_FOUND',
      false,
      /Send it again/,
    ],
  ];
  for (const [what, reply, code, retryable, message] of refusals)
    test(`${what}: says what to do`, async () => {
      const { server, client } = await newServer();
      server.fail({ on: 'POST /2/tweets', does: 'answer', reply });
      const failure = await failureOf(client.publish(orderOf(), '1'));
      deepEqual([failure.code, failure.retryable, failure.unsure], [code, retryable, false]);
      match(failure.message, message);
    });

  test('too large a picture', async () => {
    const { client } = await newServer();
    equal((await failureOf(client.upload(orderOf({}, { picture: pictureOf(5_000_000) })))).code, 'ERR_TOO_LARGE');
  });

  test('limits: waits until x-rate-limit-reset', async () => {
    const { server, client } = await newServer();
    const headers = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 900) };
    const json = { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 };
    server.fail({ on: 'POST /2/tweets', does: 'answer', reply: { status: 429, headers, json } });
    const { code, waitMs = 0, unsure } = await failureOf(client.publish(orderOf(), '1'));
    deepEqual([code, unsure], ['ERR_RATE_LIMIT', false]);
    ok(Math.abs(waitMs - 900_000) < 3000, `${waitMs}`);
  });
});

suite('requests to X', (test) => {
  test.after.each(closeAll);
  const { accessToken } = xLogin;
  const picture = (changes: Record<string, string> = {}): FormData => {
    const form = new FormData();
    form.append('media', new Blob(['x'], { type: 'image/png' }), 'work.png');
    for (const [name, value] of Object.entries({ media_category: 'tweet_image', ...changes })) form.append(name, value);
    return form;
  };
  // What X's OpenAPI document refuses. The server of all tests of X does, so that the client cannot send it unnoticed.
  const refused: [string, string, Record<string, unknown> | FormData | undefined, RegExp][] = [
    ['a field that X does not know', 'POST /2/tweets', { text: 'a', madeWithAi: true }, /body: .*madeWithAi/],
    [
      'a field that X does not know, of the media',
      'POST /2/tweets',
      { text: 'a', media: { media_ids: ['1'], alt: 'b' } },
      /body\.media: .*alt/,
    ],
    ['a fifth picture', 'POST /2/tweets', { text: 'a', media: { media_ids: ['1', '2', '3', '4', '5'] } }, /media_ids: Too big.*4/],
    ['a flag that is a word', 'POST /2/tweets', { text: 'a', made_with_ai: 'yes' }, /made_with_ai: .*boolean/],
    ['an upload that is no number', 'POST /2/tweets', { text: 'a', media: { media_ids: ['3_17'] } }, /media_ids\.0/],
    ['an upload without its kind', 'POST /2/media/upload', picture({ media_category: '' }), /form\.media_category/],
    ['an upload with another field', 'POST /2/media/upload', picture({ alt: 'b' }), /form: .*alt/],
    [
      'too long an alternative text',
      'POST /2/media/metadata',
      { id: '1', metadata: { alt_text: { text: 'x'.repeat(1001) } } },
      /alt_text\.text/,
    ],
    ['a page that is too small', 'GET /2/users/1/tweets?max_results=4', undefined, /query\.max_results/],
    ['a field of posts that X does not know', 'GET /2/tweets/1?tweet.fields=likes', undefined, /query\.tweet\.fields/],
  ];
  const send = async (
    url: string,
    call: string,
    body: Record<string, unknown> | FormData | undefined,
    token?: string,
  ): Promise<Response> => {
    const [method = '', path = ''] = call.split(' ');
    const isForm = body instanceof FormData;
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && !isForm && { 'content-type': 'application/json' }),
    };
    return fetch(url + path, { method, headers, ...(body && { body: isForm ? body : JSON.stringify(body) }) });
  };
  for (const [what, call, body, said] of refused)
    test(`${what} is refused, and nothing comes of it`, async () => {
      const { server } = await newServer();
      const response = await send(server.url, call, body, accessToken);
      deepEqual([response.status, server.posts.length], [400, 0]);
      match(((await response.json()) as { detail: string }).detail, said);
    });

  test('without a token nothing is answered', async () => {
    const { server } = await newServer();
    for (const [, call, body] of refused) equal((await send(server.url, call, body)).status, 401, call);
  });

  test('a post of five pictures is a refusal with a reason, once', async () => {
    const { server, client } = await newServer();
    const more = [1, 2, 3, 4].map((n) => ({ work: `${n}`, altText: '', picture: pictureOf(n) }));
    const order = orderOf({}, { more });
    const failure = await failureOf(client.publish(order, await client.upload(order)));
    deepEqual([failure.code, failure.retryable, failure.unsure, server.posts.length], ['ERR_INVALID_ARGUMENT', false, false, 0]);
    match(failure.message, /media_ids/);
  });

  test('four pictures, albums, searches and deletions are what the document allows', async () => {
    const { server, client } = await newServer();
    const order = orderOf({}, { more: [1, 2, 3].map((n) => ({ work: `${n}`, altText: 'An owl', picture: pictureOf(n) })) });
    const media = await client.upload(order);
    const { uri } = await client.publish(order, media);
    await client.find(order, media);
    await client.metrics(uri);
    await client.profile();
    await client.delete(uri);
    deepEqual([...new Set(server.calls.map((call) => call.replace(/[0-9]{5,}/, ':id')))].sort(), [
      'DELETE /2/tweets/:id',
      'GET /2/tweets/:id',
      'GET /2/users/:id/tweets',
      'GET /2/users/me',
      'POST /2/media/metadata',
      'POST /2/media/upload',
      'POST /2/tweets',
    ]);
  });
});

suite('tokens of X', (test) => {
  test.after.each(closeAll);

  test('one about to end is renewed before it is used, and stored with the new refresh token', async () => {
    const { server, client, secrets } = await newServer({ expiresAt: Date.now() + 30_000 });
    await client.profile();
    const { accessToken, refreshToken, expiresAt, clientId } = secrets.current();
    deepEqual([accessToken, refreshToken, clientId], ['access-token-of-x-1', 'refresh-token-of-x-1', xLogin.clientId]);
    ok(expiresAt > Date.now() + 7_000_000);
    await client.profile();
    equal(server.refreshed(), 1);
  });

  test('one that X has ended is renewed, and the call repeated', async () => {
    const { server, client } = await newServer();
    const order = orderOf();
    const media = await client.upload(order);
    server.expire();
    await client.publish(order, media);
    deepEqual([server.refreshed(), server.posts.length], [1, 1]);
  });

  test('clients that notice the end at once renew once', async () => {
    const { server, secrets } = await newServer();
    server.expire();
    await Promise.all([1, 2, 3, 4].map(() => new X(server.url, secrets).profile()));
    deepEqual([server.refreshed(), secrets.renewals()], [1, 1]);
  });

  test('a refresh token that was used: connect again, and no secret in the message', async () => {
    const refreshToken = 'used-Refresh-Token-9';
    const { client, secrets } = await newServer({ refreshToken, clientSecret: 'the-Client-Secret-9', expiresAt: 0 });
    const failure = await failureOf(client.publish(orderOf(), '1'));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_UNAUTHENTICATED', false, false]);
    match(failure.message, /Connect the account again/);
    for (const secret of [refreshToken, 'the-Client-Secret-9']) equal(failure.message.includes(secret), false);
    equal(secrets.current().refreshToken, refreshToken);
  });

  test('a failure while a token is renewed is no doubt about a post', async () => {
    const { server, client } = await newServer({ expiresAt: 0 });
    server.fail({ on: 'POST /2/oauth2/token', does: 'drop' });
    const failure = await failureOf(client.publish(orderOf(), '1'));
    deepEqual([failure.retryable, failure.unsure, server.posts.length], [true, false, 0]);
  });
});

suite('length of a text as X counts it', (test) => {
  // docs.x.com, Counting characters.
  const cases: [string, number][] = [
    ['', 0],
    ['x'.repeat(280), 280],
    ['👾', 2],
    ['🙋🏽', 2],
    ['👨‍🎤', 2],
    ['👨‍👩‍👧‍👦', 2],
    ['🇩🇪1️⃣', 4],
    ['日本', 4],
    ['café', 4],
    ['cafe\u0301', 4],
    ['“a–b…”', 7],
    [`https://example.com/${'x'.repeat(200)}`, 23],
    ['a https://example.com b', 27],
    ['example.com', 23],
    ['#AIart ©', 8],
  ];
  for (const [text, length] of cases) test(JSON.stringify(text.slice(0, 30)), () => equal(weightedLength(text), length));
});
