import { equal, is, match } from 'uvu/assert';
import { trustedBy } from '../../lib/server/app/address.ts';
import { suite } from '../harness.ts';
import { type Shell, sendBytes, startShell } from './support.ts';

suite('server origins', (test) => {
  let shell: Shell;
  let port = '';
  test.before(async () => {
    shell = await startShell({ hosts: ['atelier.lan'], cors: ['https://friend.example'], publicUrl: 'https://art.example' });
    port = new URL(shell.server.url).port;
  });
  test.after(() => shell.server.close());

  const change = (headers: Record<string, string>, body: string | object = { name: `t${Math.random()}`, scope: 'read' }) =>
    shell.send('/api/v1/tokens', { method: 'POST', token: shell.tokens.admin, headers, body });

  test('every name of the server is accepted in Host', async () => {
    for (const host of [`127.0.0.1:${port}`, 'localhost', `LOCALHOST:${port}`, '[::1]', '127.1.2.3', 'atelier.lan:80', 'art.example'])
      is((await shell.send('/healthz', { headers: { host } })).status, 200, host);
  });

  test('a name of another that resolves to this machine is refused, also for reading', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'localhost.',
      'art.example.evil.example',
      'sub.art.example',
      '192.168.0.7',
      '0.0.0.0',
      '[::]',
      '2130706433',
      'a b',
      'localhost@evil.example',
      'localhost:1:2',
      'localhost/../evil.example',
    ]) {
      const reply = await shell.send('/healthz', { headers: { host } });
      equal([reply.status, reply.json().error?.code], [403, 'ERR_FORBIDDEN'], host);
    }
  });

  test('HTTP without a Host is refused', async () => {
    match(await sendBytes(shell.server.url, 'GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1.1 403 /);
    match(await sendBytes(shell.server.url, 'GET /healthz HTTP/1.0\r\nHost:\r\n\r\n'), /^HTTP\/1.1 403 /);
    match(await sendBytes(shell.server.url, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 400 /);
  });

  test('changes of own pages, of listed origins and of programs are accepted', async () => {
    for (const headers of [
      {},
      { origin: `http://127.0.0.1:${port}` },
      { origin: 'http://localhost', host: 'localhost' },
      { origin: 'https://art.example' },
      { origin: 'https://friend.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ] as Record<string, string>[])
      is((await change(headers)).status, 201, JSON.stringify(headers));
  });

  test('changes that foreign pages cause are refused', async () => {
    for (const headers of [
      { origin: 'null' },
      { origin: '' },
      { origin: 'https://evil.example' },
      { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: 'http://127.0.0.1' },
      { origin: 'https://sub.art.example' },
      { origin: 'https://art.example.evil.example' },
      { origin: 'https://art.example:8443' },
      { origin: 'http://art.example' },
      { origin: 'https://friend.example.evil.example' },
      { origin: 'https://evil.example', host: 'art.example' },
      { origin: `http://127.0.0.1:${port}@evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const reply = await change(headers);
      equal([reply.status, reply.json().error.code], [403, 'ERR_FORBIDDEN'], JSON.stringify(headers));
    }
  });

  test('bodies that a page may send without asking are refused', async () => {
    const json = '{"name":"form","scope":"read"}';
    for (const type of [
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json',
    ])
      is((await change({ 'content-type': type }, json)).status, 415, type);
  });

  test('without a listed origin there is no CORS; with one, a preflight answers', async () => {
    const foreign = await shell.send('/healthz', { headers: { origin: 'https://evil.example' } });
    is(foreign.headers['access-control-allow-origin'], undefined);
    const listed = await shell.send('/healthz', { headers: { origin: 'https://friend.example' } });
    equal([listed.headers['access-control-allow-origin'], listed.headers.vary], ['https://friend.example', 'Origin']);
    is(listed.headers['access-control-allow-credentials'], undefined);
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };
    const asked = await shell.send('/api/v1/tokens', { method: 'OPTIONS', headers: { origin: 'https://friend.example', ...preflight } });
    equal([asked.status, asked.headers['access-control-allow-headers']], [204, 'authorization,content-type']);
    const refused = await shell.send('/api/v1/tokens', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', ...preflight },
      token: shell.tokens.read,
    });
    equal([refused.status, refused.headers['access-control-allow-origin']], [405, undefined]);
  });
});

suite('server behind a proxy', (test) => {
  const forwarded = { 'x-forwarded-host': 'art.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
  /** Whether the server takes the forwarded origin for its own. */
  const takes = async (shell: Shell): Promise<number> => {
    const headers = { ...forwarded, origin: 'https://art.example' };
    const reply = await shell.send('/api/v1/tokens', { method: 'POST', token: shell.tokens.admin, headers, body: { name: 'x' } });
    return reply.status;
  };

  test('forwarded headers of a peer that is not trusted change nothing', async () => {
    const shell = await startShell({ trustedProxies: ['10.0.0.0/8'], hosts: ['art.example'] });
    try {
      is(await takes(shell), 403);
      is((await shell.send('/healthz', { headers: { 'x-forwarded-host': 'evil.example' } })).status, 200);
    } finally {
      await shell.server.close();
    }
  });

  const statusOf = async (shell: Shell, headers: Record<string, string>, token?: string): Promise<number> =>
    (await shell.send('/api/v1/works', { headers, ...(token !== undefined && { token }) })).status;

  test('with the settings of a proxy, or without anonymous reads, reading needs a token', async () => {
    for (const options of [
      { publicUrl: 'https://art.example' },
      { trustedProxies: ['10.0.0.1'] },
      { basePath: '/art' },
      { anonymousReads: false },
    ]) {
      const shell = await startShell(options);
      try {
        is(await statusOf(shell, {}), 401, JSON.stringify(options));
        is(await statusOf(shell, {}, shell.tokens.read), 200, JSON.stringify(options));
      } finally {
        await shell.server.close();
      }
    }
  });

  test('what names a proxy, or another name of this machine, needs a token for reading', async () => {
    const shell = await startShell({ hosts: ['art.example'] });
    try {
      const status = (headers: Record<string, string>, token?: string): Promise<number> => statusOf(shell, headers, token);
      is(await status({}), 200);
      const passedOn: Record<string, string>[] = [
        forwarded,
        { 'x-forwarded-for': '203.0.113.9' },
        { 'x-real-ip': '203.0.113.9' },
        { forwarded: 'for=203.0.113.9' },
        { via: '1.1 proxy' },
        { host: 'art.example' },
      ];
      for (const headers of passedOn) {
        is(await status(headers), 401, JSON.stringify(headers));
        is(await status(headers, shell.tokens.read), 200, JSON.stringify(headers));
      }
    } finally {
      await shell.server.close();
    }
  });

  test('those of a trusted proxy are believed', async () => {
    const shell = await startShell({ trustedProxies: ['127.0.0.0/8'], hosts: ['art.example'] });
    try {
      is(await takes(shell), 201);
      is((await shell.send('/healthz', { headers: { 'x-forwarded-host': 'evil.example' } })).status, 403);
    } finally {
      await shell.server.close();
    }
  });

  test('paths work with and without the base path', async () => {
    const shell = await startShell({ basePath: '/art' });
    try {
      match(shell.server.url, /\/art$/);
      for (const to of ['/art/healthz', '/healthz', '/art/healthz?x=1', '//healthz', '/healthz/'])
        is((await shell.send(to)).status, 200, to);
      is((await shell.send('/art')).status, 200);
      for (const to of ['/arty/healthz', '/art/art/healthz']) is((await shell.send(to, { token: shell.tokens.read })).status, 404, to);
    } finally {
      await shell.server.close();
    }
  });

  test('networks of trusted proxies', () => {
    const trusts = trustedBy(['10.0.0.0/8', '::1', '192.0.2.7', 'unix']);
    equal(
      ['10.9.8.7', '11.0.0.1', '::1', '192.0.2.7', '192.0.2.8', undefined, 'x'].map((address) => trusts(address)),
      [true, false, true, true, false, true, false],
    );
    is(trustedBy([])('127.0.0.1'), false);
    for (const entry of ['10.0.0.0/33', 'example.org', '10.0.0/8', ''])
      match(
        (() => {
          try {
            trustedBy([entry]);
            return '';
          } catch (error) {
            return error instanceof Error ? error.message : '';
          }
        })(),
        /^trustedProxies: expected addresses/,
      );
  });
});
