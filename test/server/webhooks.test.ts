import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeOf, isPublicAddress, VirtualClock } from '../../lib/core/index.ts';
import { postWebhook } from '../../lib/hooks/post-webhook.ts';
import { newWebhookSecret, secretKey, signedHeaders } from '../../lib/hooks/signature.ts';
import { checkWebhookUrl, guardedLookup, type Reach } from '../../lib/hooks/webhook-address.ts';
import { WebhookSender } from '../../lib/server/webhooks/webhook-sender.ts';
import { mostTries } from '../../lib/server/webhooks/webhook-state.ts';
import { suite } from '../harness.ts';

const none = { privateHosts: [] };
const local = { privateHosts: ['127.0.0.1', 'localhost'] };
const never = new AbortController().signal;

suite('webhook addresses', (test) => {
  const inside = [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1'],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::ffff:7f00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:0:7f00:1::',
      '2001:db8::1',
      'nonsense',
    ],
  ];
  for (const address of inside) test(`${address} is not public`, () => equal(isPublicAddress(address), false));
  for (const address of ['8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])
    test(`${address} is public`, () => equal(isPublicAddress(address), true));

  const refused = [
    ...[
      'http://127.0.0.1/',
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f.0.0.1/',
      'http://0177.0.0.1/',
      'http://0/',
      'http://[::]/',
    ],
    ...[
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::ffff:7f00:1]/',
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/',
    ],
    ...['http://localhost/', 'http://x.localhost/', 'http://LOCALHOST./', 'http://printer.local/', 'http://metadata.google.internal/'],
    ...['http://user@example.org/', 'http://example.org:80@127.0.0.1/', 'https://user:pass@example.org/', 'https://example.org/#x'],
    ...['ftp://example.org/', 'file:///etc/passwd', 'gopher://example.org/', 'javascript:alert(1)', 'example.org', '', '//example.org'],
  ];
  for (const url of refused)
    test(`refuses ${JSON.stringify(url)}`, () => throws(() => checkWebhookUrl(url, none), { code: 'ERR_INVALID_ARGUMENT' }));
  test('takes addresses of the internet, and hosts that the settings list', () => {
    equal(checkWebhookUrl('https://example.org/hook?x=1', none).href, 'https://example.org/hook?x=1');
    equal(checkWebhookUrl('http://127.0.0.1:8080/', local).port, '8080');
    equal(checkWebhookUrl('http://[fd00::1]:80/', { privateHosts: ['fd00::1'] }).hostname, '[fd00::1]');
    throws(() => checkWebhookUrl('http://127.0.0.2/', local), { code: 'ERR_INVALID_ARGUMENT' });
  });

  test('a name is judged by the addresses that the connection gets', async () => {
    const names: Record<string, string[]> = { 'good.test': ['8.8.8.8'], 'bad.test': ['127.0.0.1'], 'mixed.test': ['8.8.8.8', '::1'] };
    const resolve = ((name: string, _: object, done: (error: null, found: object[]) => void) =>
      done(
        null,
        (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as never;
    const ask = (name: string, reach: Reach = none) =>
      new Promise((done, fail) =>
        guardedLookup(reach, resolve)(name, { all: true }, (error, addresses) => (error ? fail(error) : done(addresses))),
      );
    deepEqual(await ask('good.test'), [{ address: '8.8.8.8', family: 4 }]);
    await rejects(ask('bad.test'), { code: 'ERR_INVALID_ARGUMENT' });
    await rejects(ask('mixed.test'), { code: 'ERR_INVALID_ARGUMENT' });
    deepEqual(await ask('bad.test', { privateHosts: ['bad.test'] }), [{ address: '127.0.0.1', family: 4 }]);
  });
});

suite('webhook signatures', (test) => {
  // Example of the specification, https://github.com/standard-webhooks/standard-webhooks
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  test('as Standard Webhooks has it', () => {
    const body = '{"test": 2432232314}';
    const headers = signedHeaders(secret, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_500, body });
    equal(headers['webhook-timestamp'], '1614265330');
    equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
  test('a new secret has 32 bytes', () => equal(secretKey(newWebhookSecret()).length, 32));
  for (const bad of ['', 'whsec_', 'whsec_AAAA', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_!!!!', `whsec_${'A'.repeat(200)}`])
    test(`refuses ${JSON.stringify(bad)}, and does not repeat it`, () =>
      throws(
        () => secretKey(bad),
        (error: Error & { code: string }) => error.code === 'ERR_INVALID_ARGUMENT' && !error.message.includes('AAAA'),
      ));
});

interface Got {
  headers: IncomingMessage['headers'];
  body: string;
  url: string | undefined;
}

/** A receiver on this machine, which answers with what `answer` says. */
async function receiver(answer: (got: Got) => { status: number; headers?: Record<string, string> } | undefined) {
  const got: Got[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ headers: request.headers, body, url: request.url });
      const wanted = answer(got.at(-1) as Got);
      if (wanted) response.writeHead(wanted.status, wanted.headers).end('x'.repeat(100_000));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { got, port, url: `http://127.0.0.1:${port}/hook`, close };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 300) throw new Error('expected it within 3 s');
    await sleep(10);
  }
}

suite('webhook deliveries', (test) => {
  let folder: string;
  let clock: VirtualClock;
  let sender: WebhookSender;
  const warnings: string[] = [];
  const open = (): WebhookSender =>
    new WebhookSender({ home: homeOf(folder), clock, reach: local, warn: (line) => warnings.push(line), random: () => 0.5 });
  test.before.each(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-hooks-'));
    clock = new VirtualClock(Date.UTC(2026, 0, 1));
    warnings.length = 0;
    sender = open();
    await sender.start();
  });
  test.after.each(async () => {
    await sender.close();
    await rm(folder, { recursive: true });
  });
  const waiting = async () => (await sender.book.read()).deliveries;

  test('signed, once, with the event, and the secret only for its owner to read', async () => {
    const target = await receiver(() => ({ status: 204 }));
    const { secret } = await sender.book.add({ url: target.url, events: ['job.done'] });
    await sender.tell({ type: 'work.filed', data: { id: 'x' } });
    await sender.tell({ type: 'job.done', data: { id: 'j1' } });
    await until(async () => (await waiting()).length === 0);
    equal(target.got.length, 1);
    const [{ headers, body }] = target.got as [Got];
    deepEqual(JSON.parse(body), { type: 'job.done', timestamp: '2026-01-01T00:00:00.000Z', data: { id: 'j1' } });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const own = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64');
    equal(headers['webhook-signature'], `v1,${own}`);
    equal(headers['authorization'], undefined);
    equal(headers['cookie'], undefined);
    if (process.platform !== 'win32') equal((await stat(homeOf(folder).state('webhooks.json'))).mode & 0o077, 0);
    await target.close();
  });

  test('tried again over days, then given up; retry by hand delivers it under the same id', async () => {
    let status = 500;
    const target = await receiver(() => ({ status }));
    await sender.book.add({ url: target.url });
    await sender.tell({ type: 'job.failed', data: {} });
    for (let tries = 1; tries <= mostTries; tries++) {
      await until(async () => (await waiting())[0]?.tries === tries);
      equal(target.got.length, tries);
      // Closed, because its looks every 15 s would make this long.
      await sender.close();
      await clock.advance(100_000_000);
      sender = open();
      await sender.start();
    }
    const [dead] = await waiting();
    equal(dead?.nextAt, null);
    equal(dead?.status, 500);
    match(warnings.join('\n'), /given up: status 500/);
    status = 200;
    await sender.book.retry(dead?.id ?? '');
    await sender.look();
    await until(async () => (await waiting()).length === 0);
    equal(new Set(target.got.map(({ headers }) => headers['webhook-id'])).size, 1);
    await target.close();
  });

  test('a restart loses nothing', async () => {
    const target = await receiver(() => undefined); // never answers
    await sender.book.add({ url: target.url });
    await sender.tell({ type: 'job.done', data: {} });
    await until(() => target.got.length === 1);
    await sender.close();
    await target.close();
    equal((await waiting())[0]?.tries, 0);
    const port = target.port;
    const again: Got[] = [];
    const server = createServer((request, response) => {
      again.push({ headers: request.headers, body: '', url: request.url });
      response.end();
    });
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    sender = open();
    await sender.start();
    await until(async () => (await waiting()).length === 0);
    equal(again[0]?.headers['webhook-id'], target.got[0]?.headers['webhook-id']);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  test('of two servers of one home, one sends', async () => {
    const target = await receiver(() => ({ status: 200 }));
    await sender.book.add({ url: target.url });
    const other = open();
    await other.start();
    equal(other.isSending, false);
    await Promise.all([sender.tell({ type: 'job.done', data: {} }), other.tell({ type: 'job.done', data: {} })]);
    await until(async () => (await waiting()).length === 0);
    equal(target.got.length, 1);
    await other.close();
    await target.close();
  });

  test('redirects are not followed', async () => {
    const secretPlace = await receiver(() => ({ status: 200 }));
    const target = await receiver(() => ({ status: 307, headers: { location: secretPlace.url } }));
    await sender.book.add({ url: target.url });
    await sender.tell({ type: 'job.done', data: {} });
    await until(async () => (await waiting())[0]?.tries === 1);
    match((await waiting())[0]?.problem ?? '', /redirect/);
    equal(secretPlace.got.length, 0);
    await target.close();
    await secretPlace.close();
  });

  test('410 switches the webhook off', async () => {
    const target = await receiver(() => ({ status: 410 }));
    const { id } = await sender.book.add({ url: target.url });
    await sender.tell({ type: 'job.done', data: {} });
    await until(async () => (await sender.book.read()).hooks[0]?.active === false);
    await sender.tell({ type: 'job.done', data: {} });
    equal(target.got.length, 1);
    equal((await sender.book.change(id, { active: true })).disabledBecause, null);
    await target.close();
  });

  test('the hook of one job gets its events only, and goes with it', async () => {
    const target = await receiver(() => ({ status: 200 }));
    await sender.book.add({ url: target.url, job: 'j1' });
    await sender.tell({ type: 'job.done', data: { id: 'j2' }, job: 'j2' });
    await sender.tell({ type: 'work.filed', data: {} });
    await sender.tell({ type: 'job.done', data: { id: 'j1' }, job: 'j1' });
    await sender.book.endOfJob('j1');
    await until(async () => (await sender.book.read()).hooks.length === 0);
    equal(target.got.length, 1);
    match(target.got[0]?.body ?? '', /"id":"j1"/);
    await target.close();
  });

  test('an address that is private is not called, also when it was registered while that was allowed', async () => {
    const target = await receiver(() => ({ status: 200 }));
    const secret = newWebhookSecret();
    const message = { id: 'm', body: '{}', at: 0 };
    const numbers = await postWebhook({ url: target.url, secret }, message, none, never);
    match(numbers.problem ?? '', /public internet/);
    const name = await postWebhook({ url: `http://localtest.me.invalid:${target.port}/`, secret }, message, none, never);
    equal(name.status, null);
    ok(name.problem !== undefined);
    equal(target.got.length, 0);
    equal((await postWebhook({ url: target.url, secret }, message, local, never)).status, 200);
    await target.close();
  });

  test('secrets are in no message', async () => {
    const { secret } = await sender.book.add({ url: 'http://127.0.0.1:9/' });
    await sender.tell({ type: 'job.done', data: {} });
    await until(async () => (await waiting())[0]?.tries === 1);
    ok(!JSON.stringify([warnings, await waiting()]).includes(secret));
    ok((await readFile(homeOf(folder).state('webhooks.json'), 'utf8')).includes(secret));
  });
});
