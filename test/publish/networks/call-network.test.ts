/** What each way to fail says of a call: whether it may be repeated, and whether the network may have acted on it. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { isArtistError } from '../../../lib/core/index.ts';
import { type Call, callNetwork, serverAddress } from '../../../lib/publish/networks/call-network.ts';
import { suite } from '../../harness.ts';
import { ConnectProxy } from '../../models/connect-proxy.ts';
import { certificateFor } from '../../server/certificate.ts';
import { failureOf } from '../../support/networks/failures.ts';
import { type FakeNetwork, openNetwork, type Reply } from '../../support/networks/loopback.ts';

const post: Call = { method: 'POST', body: '{}', headers: { authorization: 'Bearer abcdefGH12' } };

suite('a call that a network answers', (test) => {
  let network: FakeNetwork;
  let reply: Reply;
  let received: string | undefined;
  test.before(async () => {
    network = await openNetwork({
      'POST /post': ({ headers }) => {
        received = headers.authorization;
        return reply;
      },
      'GET /post': () => reply,
    });
  });
  test.after(() => network.close());
  const url = (): URL => new URL('/post', network.url);
  const refused = (given: Reply, call: Call = post) => {
    reply = given;
    return failureOf(callNetwork(url(), call));
  };

  test('gives status, headers and JSON, and sends the token', async () => {
    reply = { status: 202, headers: { 'x-one': '1' }, json: { id: '7' } };
    const { status, headers, json } = await callNetwork(url(), post);
    deepEqual([status, headers.get('x-one'), json, received], [202, '1', { id: '7' }, 'Bearer abcdefGH12']);
    reply = { status: 204 };
    equal((await callNetwork(url(), post)).json, undefined);
  });

  const statuses: [number, string, boolean, boolean, RegExp][] = [
    [400, 'ERR_INVALID_ARGUMENT', false, false, /got 400 \(it broke\)/],
    [401, 'ERR_UNAUTHENTICATED', false, false, /Connect the account again/],
    [403, 'ERR_FORBIDDEN', false, false, /scopes of its token/],
    [404, 'ERR_NOT_FOUND', false, false, /whether it was deleted/],
    [408, 'ERR_NETWORK', true, true, /tried again/],
    [410, 'ERR_NOT_FOUND', false, false, /whether it was deleted/],
    [413, 'ERR_TOO_LARGE', false, false, /Make the picture smaller/],
    [422, 'ERR_INVALID_ARGUMENT', false, false, /got 422 \(it broke\)/],
    [425, 'ERR_NETWORK', true, false, /tried again/],
    [429, 'ERR_RATE_LIMIT', true, false, /within the limits/],
    [500, 'ERR_NETWORK', true, true, /got 500/],
    [502, 'ERR_NETWORK', true, true, /got 502/],
    [503, 'ERR_NETWORK', true, true, /got 503/],
  ];
  for (const [status, code, retryable, unsure, message] of statuses)
    test(`${status}: ${code}${retryable ? ', may be repeated' : ''}${unsure ? ', perhaps done' : ''}`, async () => {
      const failure = await refused({ status, json: { error: 'it\n broke' } });
      deepEqual([failure.code, failure.retryable, failure.unsure, failure.waitMs], [code, retryable, unsure, undefined]);
      match(failure.message, message);
      match(failure.message, /^127\.0\.0\.1:\d+: expected /);
      // A reading call changes nothing, so there is nothing to be unsure of.
      equal((await refused({ status, json: {} }, {})).unsure, false);
    });

  test('the words of the network are quoted in whatever form they come', async () => {
    const said: [unknown, RegExp][] = [
      [{ error: 'InvalidToken', message: 'Bad token' }, /\(InvalidToken, Bad token\)/],
      [{ title: 'Forbidden', detail: 'No access' }, /\(Forbidden, No access\)/],
      [{ ok: false, description: 'Bad Request: chat not found' }, /\(Bad Request: chat not found\)/],
      [{ error: { message: 'Media ID is not available', code: 9007 } }, /\(Media ID is not available\)/],
      [{ error: 'invalid_grant', error_description: 'It was used' }, /\(invalid_grant, It was used\)/],
    ];
    for (const [json, words] of said) match((await refused({ status: 400, json })).message, words);
    match((await refused({ status: 400, text: '<h1>no</h1>' })).message, /got 400\. /);
    ok((await refused({ status: 400, json: { error: 'x'.repeat(5000) } })).message.length < 500);
  });

  suite429(test, refused);

  test('a web page in place of JSON: it may have acted', async () => {
    const failure = await refused({ text: '<!doctype html><title>Welcome</title>' });
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', true, true]);
    match(failure.message, /got a web page\. Is this the address of the server itself/);
    equal((await refused({ text: '<html>' }, {})).unsure, false);
  });

  test('a redirect is not followed, and no token reaches the other host', async () => {
    let visits = 0;
    const other = await openNetwork({
      'POST /post': () => {
        visits++;
        return { json: {} };
      },
    });
    for (const status of [301, 302, 307, 308]) {
      const failure = await refused({ status, headers: { location: `${other.url}/post` } });
      deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', false, false]);
      match(failure.message, new RegExp(`redirect to ${new URL(other.url).host}, which is not followed`));
    }
    equal((await refused({ status: 303, headers: { location: '/done' } })).unsure, true, '303 comes after acting');
    equal(visits, 0);
    await other.close();
  });

  test('an answer of more than 4 MB is not read to its end', async () => {
    const failure = await refused({ text: `"${'x'.repeat(5_000_000)}"` });
    deepEqual([failure.code, failure.unsure], ['ERR_NETWORK', true]);
    match(failure.message, /got more than 4000000 bytes/);
    equal((await refused({ status: 422, text: 'x'.repeat(5_000_000) })).code, 'ERR_INVALID_ARGUMENT', 'the status is enough');
  });

  test('an answer that breaks off: it may have acted; a refusal that breaks off is a refusal', async () => {
    reply = { json: { id: '7'.repeat(100) } };
    network.fail({ does: 'cut' });
    const failure = await failureOf(callNetwork(url(), post));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', true, true]);
    network.fail({ does: 'cut' });
    const clear = await refused({ status: 422, json: { error: 'x'.repeat(100) } });
    deepEqual([clear.code, clear.unsure], ['ERR_INVALID_ARGUMENT', false]);
  });

  test('no answer in time: it may have acted', async () => {
    reply = { json: {} };
    network.fail({ does: 'late', delayMs: 400 });
    const failure = await failureOf(callNetwork(url(), { ...post, timeoutMs: 100 }));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', true, true]);
    match(failure.message, /got none in time/);
  });

  test('the connection ends after the request: it may have acted', async () => {
    network.fail({ does: 'drop', acts: true });
    const failure = await failureOf(callNetwork(url(), post));
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_NETWORK', true, true]);
    network.fail({ does: 'drop' });
    equal((await failureOf(callNetwork(url(), {}))).unsure, false);
  });

  test('success that reports a failure in its body is what the network says it is', async () => {
    const judge: Call['judge'] = ({ json }) =>
      (json as { errors?: unknown[] }).errors
        ? { code: 'ERR_FORBIDDEN', message: 'expected a post, got errors', unsure: false }
        : undefined;
    const failure = await refused({ status: 200, json: { errors: [{ title: 'Forbidden' }] } }, { ...post, judge });
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_FORBIDDEN', false, false]);
    match(failure.message, /^127\.0\.0\.1:\d+: expected a post, got errors$/);
    reply = { json: { data: { id: '1' } } };
    deepEqual((await callNetwork(url(), { ...post, judge })).json, { data: { id: '1' } });
    // By default nobody knows what happened.
    equal((await refused({ json: { errors: [] } }, { ...post, judge: () => ({}) })).unsure, true);
  });

  test('no message has a token in it, not even one that the network repeats or that cannot be sent', async () => {
    const token = 'very-Secret-Token-1';
    const call: Call = { ...post, headers: { authorization: `Bearer ${token}` } };
    const echoed = await refused({ status: 401, json: { error: `the token ${token} is wrong` } }, call);
    equal(echoed.message.includes(token), false, echoed.message);
    const failure = await failureOf(callNetwork(url(), { ...call, headers: { authorization: `Bearer ${token}\nx` } }));
    deepEqual([failure.code, failure.unsure, failure.retryable], ['ERR_UNAUTHENTICATED', false, false]);
    equal(failure.message.includes(token), false, failure.message);
    match(failure.message, /Connect the account again/);
  });
});

/** How long a network asks to wait. */
function suite429(test: (name: string, body: () => Promise<void>) => void, refused: (reply: Reply) => ReturnType<typeof failureOf>): void {
  const inAMinute = (): number => Math.ceil(Date.now() / 1000) + 60;
  const served = new Date(Date.now() - 3_600_000);
  const waits: [string, () => Record<string, string>, number][] = [
    ['Retry-After in seconds', () => ({ 'retry-after': '7' }), 7000],
    ['Retry-After in parts of a second', () => ({ 'retry-after': '0.25' }), 250],
    ['Retry-After as a date', () => ({ 'retry-after': new Date(inAMinute() * 1000).toUTCString() }), 60_000],
    [
      'a date of a server whose clock is an hour behind',
      () => ({ date: served.toUTCString(), 'retry-after': new Date(served.getTime() + 60_000).toUTCString() }),
      60_000,
    ],
    ['X-RateLimit-Reset as a date', () => ({ 'x-ratelimit-reset': new Date(inAMinute() * 1000).toISOString() }), 60_000],
    ['X-RateLimit-Reset in seconds since 1970', () => ({ 'x-ratelimit-reset': String(inAMinute()) }), 60_000],
    ['x-rate-limit-reset', () => ({ 'x-rate-limit-reset': String(inAMinute()) }), 60_000],
    ['RateLimit-Reset in seconds', () => ({ 'ratelimit-reset': '60' }), 60_000],
    ['X-RateLimit-Reset-After', () => ({ 'x-ratelimit-reset-after': '64.57', 'x-ratelimit-reset': String(inAMinute()) }), 64_570],
    ['a time that has passed', () => ({ 'x-ratelimit-reset': '2020-01-01T00:00:00Z' }), 0],
    ['a year: it is tried after a week', () => ({ 'retry-after': '31536000' }), 7 * 86_400_000],
  ];
  for (const [name, headers, ms] of waits)
    test(`429 with ${name}`, async () => {
      const { waitMs = -1 } = await refused({ status: 429, headers: headers() });
      ok(Math.abs(waitMs - ms) < 3000 && (ms > 3000 || waitMs === ms), `${waitMs} ms`);
    });
  test('a wait that is none is left out; 503 may ask for one; limits of other calls do not count', async () => {
    equal((await refused({ status: 429, headers: { 'retry-after': 'soon' } })).waitMs, undefined);
    equal((await refused({ status: 503, headers: { 'retry-after': '9' } })).waitMs, 9000);
    equal(
      (await refused({ status: 500, headers: { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(inAMinute()) } })).waitMs,
      undefined,
    );
  });
}

suite('a call that reaches nobody', (test) => {
  const unsure = async (url: string): Promise<boolean> => {
    const failure = await failureOf(callNetwork(new URL(url), post));
    deepEqual([failure.code, failure.retryable], ['ERR_NETWORK', true]);
    match(failure.message, /expected an answer, got .+\. Check the network and the address$/);
    return failure.unsure;
  };
  test('nobody listens: it was surely not sent', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    equal(await unsure(`http://127.0.0.1:${port}/`), false);
    equal(await unsure(`http://localhost:${port}/`), false, 'two addresses of one name');
  });
  test('a name that does not exist: it was surely not sent', async () => equal(await unsure('http://nobody.invalid/'), false));
  test('a certificate that nobody vouches for: it was surely not sent', async () => {
    const server = createTlsServer(certificateFor(['localhost']), (socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    equal(await unsure(`https://localhost:${(server.address() as AddressInfo).port}/`), false);
    server.close();
  });
  test('a server without TLS: it was surely not sent', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    equal(await unsure(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`), false);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

suite('a call through a proxy', (test) => {
  let network: FakeNetwork;
  let proxy: ConnectProxy;
  test.before(async () => {
    proxy = await ConnectProxy.start();
    network = await openNetwork({ 'POST /post': async ({ form }) => ({ json: { file: ((await form()).get('file') as File).size } }) });
    process.env.HTTP_PROXY = `http://${proxy.host}`;
  });
  test.after(async () => {
    delete process.env.HTTP_PROXY;
    await proxy.stop();
    await network.close();
  });
  const upload = () => {
    const body = new FormData();
    body.append('file', new Blob(['12345']), 'a.txt');
    return callNetwork(new URL('/post', network.url), { method: 'POST', body });
  };

  test('sends forms, too', async () => {
    proxy.reset();
    deepEqual((await upload()).json, { file: 5 });
    deepEqual(proxy.asked, [new URL(network.url).host]);
  });
  test('a proxy that refuses: it was surely not sent', async () => {
    for (const status of [407, 403]) {
      proxy.reset();
      proxy.status = status;
      process.env.HTTP_PROXY = `http://user${status}:a-Password-1@${proxy.host}`;
      const failure = await failureOf(upload());
      deepEqual([failure.code, failure.unsure], ['ERR_NETWORK', false]);
      match(failure.message, new RegExp(`The proxy refused with ${status}: check HTTPS_PROXY`));
      equal(failure.message.includes('a-Password-1'), false);
    }
  });
  test('an address of a proxy that is none', async () => {
    process.env.HTTP_PROXY = 'socks5://127.0.0.1:1';
    const failure = await failureOf(upload());
    deepEqual([failure.code, failure.retryable, failure.unsure], ['ERR_INVALID_ARGUMENT', false, false]);
    match(failure.message, /HTTP_PROXY: expected the address of an HTTP proxy/);
  });
});

suite('the address of a server', (test) => {
  test('is encrypted, or on this machine', () => {
    equal(serverAddress('https://example.social').href, 'https://example.social/');
    equal(serverAddress('http://127.0.0.1:3000').host, '127.0.0.1:3000');
    equal(serverAddress('http://[::1]:3000').host, '[::1]:3000');
    for (const bad of [
      'example.social',
      'http://example.social',
      'https://me:secret1@example.social',
      'https://example.social/@me',
      'ftp://x',
    ])
      throws(
        () => serverAddress(bad),
        (error: unknown) => isArtistError(error, 'ERR_INVALID_ARGUMENT') && !error.message.includes('secret1'),
      );
  });
});
