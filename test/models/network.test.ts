import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { refusedName, tameName } from '../../lib/core/index.ts';
import { proxyFor } from '../../lib/models/download/proxy.ts';
import { listModels, modelPath, type PullModelOptions, type PullRetryEvent, pullModel, removeModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { ConnectProxy } from './connect-proxy.ts';
import { LoopbackHub } from './loopback-hub.ts';
import { Folder, rejects, safetensors } from './model-files.ts';

const model = (): Buffer => safetensors({ 'a.weight': { shape: [500], data: randomBytes(1000) } });
const variables = [
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'HF_TOKEN',
  'HF_ENDPOINT',
];

suite('pullModel: names and the network', { timeoutMs: 30_000 }, (test) => {
  let folder: Folder;
  let hub: LoopbackHub;
  let proxy: ConnectProxy;
  let serial = 0;
  let home = '';
  const before = new Map(variables.map((name) => [name, process.env[name]]));
  const clear = (): void => {
    for (const name of variables) delete process.env[name];
  };
  test.before(async () => {
    folder = await Folder.make();
    hub = await LoopbackHub.start(model());
    proxy = await ConnectProxy.start();
  });
  test.after(async () => {
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
    await hub.stop();
    await proxy.stop();
    await folder.remove();
  });
  test.before.each(() => {
    clear();
    hub.reset();
    proxy.reset();
    home = join(folder.path, `home${serial++}`);
  });
  test.after.each(clear);
  const pull = (spec: string, options: Partial<PullModelOptions> = {}) =>
    pullModel(spec, { home, endpoint: hub.endpoint, retryMs: 5, reserveBytes: 0, ...options });

  for (const name of [
    '水墨.safetensors',
    'Für Elise.safetensors',
    'style [v1].safetensors',
    "it's & co.safetensors",
    'x~1!#%.safetensors',
    '🦊.gguf.safetensors',
    'ё;$^`.safetensors',
  ])
    test(`${name} is fetched under its name`, async () => {
      const { files } = await pull(`hf:owner/repo/${name}`);
      assert.is(basename(files[0]?.path ?? ''), name.replaceAll('%', '%25'));
      assert.is(hub.seen[0]?.path, `/owner/repo/resolve/main/${encodeURIComponent(name)}`);
      assert.is(await modelPath(`hf:owner/repo/${name}`, { home }), files[0]?.path);
      assert.is((await listModels({ home }))[0]?.name, `hf:owner/repo/${name}`);
      const there = await pull(`${hub.storage}/dl/${encodeURIComponent(name)}`);
      assert.ok((await readFile(there.files[0]?.path ?? '')).equals(hub.content));
      await removeModel(`hf:owner/repo/${name}`, { home });
    });
  for (const [name, written] of [
    ['a:b?.safetensors', 'a%3Ab%3F.safetensors'],
    ['a%3Ab%3F.safetensors', 'a%253Ab%253F.safetensors'],
    ['ends. ', 'ends%2E%20'],
    ['*"<>|', '%2A%22%3C%3E%7C'],
    ['x\u202Efdp.gguf', 'x%E2%80%AEfdp.gguf'],
  ] as const)
    test(`${JSON.stringify(name)} is written as ${written}`, () => assert.is(tameName(name), written));
  test('long names stay apart and fit into 200 bytes', () => {
    const names = [
      '水'.repeat(100),
      '水'.repeat(101),
      `${'水'.repeat(100)}.safetensors`,
      `${'a'.repeat(250)}1.gguf`,
      `${'a'.repeat(250)}2.gguf`,
    ];
    const tame = names.map(tameName);
    assert.is(new Set(tame).size, names.length);
    assert.ok(tame.every((name) => Buffer.byteLength(name) <= 200));
    assert.match(tame[2] ?? '', /^水{58}~[0-9a-f]{12}\.safetensors$/);
  });
  for (const [name, why] of [
    ['..', /another folder/],
    ['.hidden', /hidden/],
    ['a/b', /slash/],
    ['a\\b', /slash/],
    ['a\nb', /control/],
    ['a\u009bb', /control/],
    ['NUL', /device/],
    ['com1.gguf', /device/],
    ['COM¹.gguf', /device/],
    ['\ud800', /half a character/],
    ['', /empty/],
  ] as const)
    test(`${JSON.stringify(name)} is no name`, () => assert.match(refusedName(name) ?? '', why));

  const address = (query: string): string => `${hub.storage}/api/download/models/123${query}`;
  test('addresses that differ only in their query are two files, named by the server', async () => {
    const contents = new Map([
      ['Model', model()],
      ['VAE', model()],
    ]);
    hub.misbehave = (request, response) => {
      const type = new URL(request.url ?? '', 'http://x').searchParams.get('type') ?? '';
      hub.content = contents.get(type) ?? hub.content;
      hub.etag = `"${type}"`;
      response.setHeader(
        'content-disposition',
        `attachment; filename="old.bin"; filename*=UTF-8''${encodeURIComponent(`水墨 ${type}.safetensors`)}`,
      );
      hub.serve(request, response);
      return true;
    };
    const first = await pull(address('?type=Model&token=verysecret'));
    const second = await pull(address('?type=VAE&token=verysecret'));
    for (const [type, { files, name }] of [
      ['Model', first],
      ['VAE', second],
    ] as const) {
      assert.is(basename(files[0]?.path ?? ''), `水墨 ${type}.safetensors`);
      assert.ok((await readFile(files[0]?.path ?? '')).equals(contents.get(type) ?? Buffer.alloc(0)));
      assert.is(name, address(`?type=${type}`));
    }
    assert.is((await pull(address('?type=VAE&token=verysecret'))).files[0]?.fresh, false);
    assert.equal((await listModels({ home })).map(({ name }) => name).sort(), [address('?type=Model'), address('?type=VAE')]);
    assert.is(await modelPath(address('?type=VAE&token=verysecret'), { home }), second.files[0]?.path);
    assert.is(await modelPath(address('?type=VAE'), { home }), second.files[0]?.path);
    await removeModel(address('?type=Model'), { home });
    assert.equal(
      (await listModels({ home })).map(({ name }) => name),
      [address('?type=VAE')],
    );
    assert.not.match(JSON.stringify(await readdir(home, { recursive: true })), /verysecret/);
  });
  for (const [header, name] of [
    ['attachment; filename="../../evil.safetensors"', 'evil.safetensors'],
    ['attachment; filename="..\\\\..\\\\evil.safetensors"', 'evil.safetensors'],
    ["attachment; filename*=UTF-8''..%2F..%2Fevil.safetensors", 'evil.safetensors'],
    ['attachment; filename=plain.safetensors', 'plain.safetensors'],
    ['attachment; filename="a \\"b\\" c.safetensors"', 'a %22b%22 c.safetensors'],
    ['attachment; filename=".bashrc"', '123'],
    ['attachment; filename="nul.safetensors"', '123'],
    ['attachment; filename=""', '123'],
    ['inline', '123'],
  ] as const)
    test(`Content-Disposition ${header} gives ${name}`, async () => {
      hub.misbehave = (request, response) => {
        response.setHeader('content-disposition', header);
        hub.serve(request, response);
        return true;
      };
      const path = (await pull(address(''))).files[0]?.path ?? '';
      assert.is(basename(path), name);
      assert.ok(path.startsWith(join(home, 'models', 'url')));
    });

  for (const [name, expected] of [
    ['http_proxy', true],
    ['HTTP_PROXY', true],
    ['ALL_PROXY', true],
    ['https_proxy', false],
  ] as const)
    test(`${name}: a http address goes ${expected ? 'through the proxy' : 'directly'}`, async () => {
      // A user of its own, so that no tunnel of another test is used again.
      process.env[name] = name === 'ALL_PROXY' ? `me-${name}@${proxy.host}` : `http://me-${name}@${proxy.host}`;
      await pull('hf:owner/repo/a.safetensors');
      assert.is(proxy.asked.length > 0, expected);
      assert.ok(proxy.asked.every((target) => target === `127.0.0.1:${hub.port}`));
    });
  test('redirects and ranges go through the proxy, too', async () => {
    hub.reset(safetensors({ 'a.weight': { shape: [50_000], data: randomBytes(100_000) } }));
    hub.misbehave = (request, response) => {
      if (!request.url?.startsWith('/owner/')) return false;
      response.writeHead(302, { location: `${hub.storage}/blob` }).end();
      return true;
    };
    process.env['http_proxy'] = `http://ranges@${proxy.host}`;
    const { files } = await pull('hf:owner/repo/a.safetensors', { minSegmentBytes: 25_000 });
    assert.ok((await readFile(files[0]?.path ?? '')).equals(hub.content));
    assert.is(hub.ranges.filter((range) => range !== 'bytes=0-0').length >= 4, true);
    assert.equal([...new Set(proxy.asked)].sort(), [`127.0.0.1:${hub.port}`, `localhost:${hub.port}`]);
  });
  test('a proxy with a login; without it the message says so and tells no password', async () => {
    proxy.login = 'me:p@ss word';
    process.env['HTTP_PROXY'] = `http://me:${encodeURIComponent('p@ss word')}@${proxy.host}`;
    await pull('hf:owner/repo/a.safetensors');
    process.env['HTTP_PROXY'] = `http://me:wrongsecret@${proxy.host}`;
    const error = await rejects(
      pull('hf:owner/repo/b.safetensors'),
      'ERR_NETWORK',
      /the proxy http:\/\/127\.0\.0\.1:\d+ of HTTP_PROXY answered 407: it wants a user and a password/,
    );
    assert.not.match(`${error.message}${error.stack}`, /wrongsecret/);
  });
  test('a proxy that refuses, and one that is not there, are named', async () => {
    proxy.status = 403;
    process.env['http_proxy'] = `http://somebody@${proxy.host}`;
    await rejects(pull('hf:owner/repo/a.safetensors'), 'ERR_NETWORK', /of http_proxy answered 403.*NO_PROXY/);
    process.env['http_proxy'] = 'http://me:secretword@127.0.0.1:1';
    const error = await rejects(
      pull('hf:owner/repo/a.safetensors', { attempts: 1 }),
      'ERR_NETWORK',
      /through the proxy http:\/\/127\.0\.0\.1:1 of http_proxy/,
    );
    assert.not.match(error.message, /secretword/);
    process.env['http_proxy'] = 'socks5://me:secretword@127.0.0.1:1';
    const socks = await rejects(
      pull('hf:owner/repo/a.safetensors'),
      'ERR_INVALID_ARGUMENT',
      /^http_proxy: expected the address of an HTTP proxy, http:\/\/host:port, got a socks5 one\. NO_PROXY/,
    );
    assert.not.match(socks.message, /secretword/);
  });
  const corporate = { https_proxy: 'proxy.corp:3128' };
  for (const [address, environment, shown] of [
    ['https://a.example/x', corporate, 'http://proxy.corp:3128'],
    ['http://a.example/x', corporate, undefined],
    ['https://a.example/x', { HTTPS_PROXY: 'http://one:1', https_proxy: 'http://two:2' }, 'http://two:2'],
    ['https://a.example/x', { HTTPS_PROXY: 'http://one:1', https_proxy: '' }, undefined],
    ['https://a.example/x', { all_proxy: 'https://u:p@three:3' }, 'https://three:3'],
    ['https://a.example/x', { ...corporate, NO_PROXY: '*' }, undefined],
    ['https://a.example/x', { ...corporate, NO_PROXY: 'b.example, .example' }, undefined],
    ['https://a.example/x', { ...corporate, no_proxy: 'a.example:443' }, undefined],
    ['https://a.example/x', { ...corporate, no_proxy: 'a.example:8443' }, 'http://proxy.corp:3128'],
    ['https://nota.example/x', { ...corporate, no_proxy: 'a.example' }, 'http://proxy.corp:3128'],
    ['https://A.EXAMPLE/x', { ...corporate, no_proxy: 'a.example' }, undefined],
    ['https://10.1.2.3/x', { ...corporate, no_proxy: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3/x', { ...corporate, no_proxy: '10.0.0.0/8' }, 'http://proxy.corp:3128'],
    ['https://[::1]:99/x', { ...corporate, no_proxy: '::1' }, undefined],
    ['https://[fd00::5]/x', { ...corporate, no_proxy: 'fd00::/8' }, undefined],
    ['https://a.example/x', { ...corporate, no_proxy: 'x/99 10.0.0.0/99 [ :' }, 'http://proxy.corp:3128'],
  ] as const)
    test(`${address} with ${JSON.stringify(environment)}: ${shown ?? 'directly'}`, () =>
      assert.is(proxyFor(new URL(address), environment)?.shown, shown));

  test('empty variables are as good as none', async () => {
    Object.assign(process.env, { HF_TOKEN: '', HF_ENDPOINT: '', HTTPS_PROXY: '', NO_PROXY: '' });
    await rejects(pull('hf:owner', { endpoint: undefined }), 'ERR_INVALID_ARGUMENT', /expected hf:owner\/repository\/file/);
    await pull('hf:owner/repo/a.safetensors');
    assert.is(hub.seen[0]?.authorization, undefined);
  });
  test('a host that does not exist is told at once', async () => {
    const retries: PullRetryEvent[] = [];
    const started = performance.now();
    const onRetry = (event: PullRetryEvent): number => retries.push(event);
    await rejects(
      pull('hf:owner/repo/a.safetensors', { endpoint: 'https://hub.invalid', retryMs: 20_000, onRetry }),
      'ERR_NETWORK',
      /^https:\/\/hub\.invalid\/.*: no such host, or no network \(E\w+\)\. Check the address and the network; behind a proxy, set HTTPS_PROXY/,
    );
    assert.equal(retries, []);
    assert.ok(performance.now() - started < 15_000);
  });
  test('each pause is told: attempt, of how many, how long, why', async () => {
    let answers = 0;
    hub.misbehave = (_request, response) => {
      if (answers++ >= 2) return false;
      response.writeHead(503).end();
      return true;
    };
    const retries: PullRetryEvent[] = [];
    await pull('hf:owner/repo/a.safetensors', { onRetry: (event) => retries.push(event) });
    assert.equal(
      retries.map(({ type, attempt, attempts, waitMs, file }) => [type, attempt, attempts, waitMs, file]),
      [
        ['retry', 2, 6, 5, 'hf:owner/repo/a.safetensors'],
        ['retry', 3, 6, 10, 'hf:owner/repo/a.safetensors'],
      ],
    );
    assert.match(retries[0]?.reason ?? '', /the server answered 503$/);
  });

  for (const [status, headers, code, message, isNot] of [
    [
      401,
      {},
      'ERR_GATED',
      /There may be no such repository: check the name at http.*\/owner\/repo\. If it is right, it is gated or private: sign in/,
      /x{9}/,
    ],
    [
      401,
      { 'x-error-code': 'RepoNotFound', 'x-error-message': 'Repository not found' },
      'ERR_MODEL_NOT_FOUND',
      /the hub has no repository owner\/repo \(401\)/,
      /HF_TOKEN/,
    ],
    [404, { 'x-error-code': 'RepoNotFound' }, 'ERR_MODEL_NOT_FOUND', /the hub has no repository owner\/repo \(404\)/, /moved/],
    [404, { 'x-error-code': 'RevisionNotFound' }, 'ERR_MODEL_NOT_FOUND', /no such branch, tag or commit/, /moved/],
    [404, { 'x-error-code': 'EntryNotFound' }, 'ERR_MODEL_NOT_FOUND', /no such file on the server/, /repository/],
    [
      403,
      { 'x-error-code': 'GatedRepo', 'x-error-message': 'Access to model owner/repo is restricted' },
      'ERR_GATED',
      /is restricted.*accept the terms/,
      /no such repository/,
    ],
  ] as const)
    test(`status ${status} with ${JSON.stringify(headers)} has a message of its own`, async () => {
      hub.misbehave = (_request, response) => {
        response.writeHead(status, headers).end();
        return true;
      };
      const error = await rejects(pull('hf:owner/repo/a.safetensors'), code, message);
      assert.not.match(error.message, isNot);
    });

  for (const status of [400, 401, 403, 404, 500])
    test(`a hub that sends the token back with ${status} does not get it into the error`, async () => {
      const token = 'a-token/of=my+own';
      hub.misbehave = (request, response) => {
        response
          .writeHead(status, {
            'x-error-message': `you sent ${request.headers.authorization}, ${encodeURIComponent(token)} ${'.'.repeat(130)} ${token}`,
          })
          .end();
        return true;
      };
      const error = await pull('hf:owner/repo/a.safetensors', { token, attempts: 1 }).catch((cause: unknown) => cause);
      for (let current: unknown = error; current instanceof Error; current = current.cause)
        assert.not.ok(`${current.message}${current.stack}`.match(/a-token|my%2Bown/), current.message);
      assert.instance(error, Error);
    });
  test('nor by a redirect to an address with the token in it', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(302, { location: 'http://example.com/hf_abcdefsecret/x' }).end();
      return true;
    };
    const error = await rejects(
      pull('hf:owner/repo/a.safetensors', { token: 'hf_abcdefsecret' }),
      'ERR_DOWNLOAD',
      /unencrypted address http:\/\/example\.com\/\(secret\)\/x/,
    );
    assert.not.match(`${error.stack}`, /abcdefsecret/);
  });
});
