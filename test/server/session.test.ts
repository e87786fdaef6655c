import { equal, is, match, ok } from 'uvu/assert';
import { VirtualClock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { type Reply, type Shell, startShell } from './support.ts';

const cookieOf = (reply: Reply): string => String(reply.headers['set-cookie']?.[0]);
/** As a browser sends it back. */
const sentBack = (reply: Reply): string => cookieOf(reply).split(';')[0] ?? '';
const codeIn = (address: string | undefined): string => /#code=([\w-]+)$/.exec(address ?? '')?.[1] ?? '';

suite('signing a browser in', (test) => {
  let shell: Shell;
  const clock = new VirtualClock(Date.UTC(2026, 11, 1));
  test.before(async () => {
    shell = await startShell({ clock, anonymousReads: false });
  });
  test.after(() => shell.server.close());
  const origin = (): Record<string, string> => ({ origin: new URL(shell.server.url).origin });
  const signIn = (token: string): Promise<Reply> => shell.send('/api/v1/session', { method: 'POST', token, headers: origin() });

  test('the cookie is the token, hidden from scripts and other sites', async () => {
    equal((await shell.send('/api/v1/session')).json(), { id: null, name: null, scope: null, events: null });
    const reply = await signIn(shell.tokens.paint);
    const { id, ...who } = reply.json();
    equal([typeof id, { ...who, events: typeof who.events }], ['string', { name: 'paint', scope: 'paint', events: 'string' }]);
    match(cookieOf(reply), /^ai-artist-session-\d+=aia_[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    const headers = { cookie: `other=1; ${sentBack(reply)}` };
    equal((await shell.send('/api/v1/session', { headers })).json(), { id, ...who });
    is((await shell.send('/api/v1/works', { headers })).status, 200);
    is((await shell.send('/api/v1/works')).status, 401);
    is((await shell.send('/api/v1/tokens', { headers })).status, 403);
  });

  test('a foreign page cannot use it', async () => {
    const headers = { cookie: sentBack(await signIn(shell.tokens.paint)) };
    const change = { method: 'POST', body: { from: ['a'], to: 'b' } };
    const foreigners: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const foreign of foreigners)
      is((await shell.send('/api/v1/tags/rename', { ...change, headers: { ...headers, ...foreign } })).status, 403);
    is(
      (await shell.send('/api/v1/tags/rename', { ...change, headers: { ...headers, ...origin() } })).status,
      404,
      'it got as far as the tag',
    );
  });

  test('one of an unknown or revoked token counts as none', async () => {
    const { token } = await shell.book.create({ name: 'lost', scope: 'paint' });
    const headers = { cookie: sentBack(await signIn(token)) };
    await shell.book.revoke('lost');
    equal((await shell.send('/api/v1/session', { headers })).json(), { id: null, name: null, scope: null, events: null });
    is((await shell.send('/api/v1/works', { headers })).status, 401);
    is((await signIn('aia_wrong')).status, 401);
  });

  test('scripts of a page are not offered Basic, for which the browser would ask over the page', async () => {
    const offered = async (headers: Record<string, string>): Promise<string> =>
      String((await shell.send('/api/v1/works', { headers })).headers['www-authenticate']);
    match(await offered({}), /^Basic /);
    match(await offered({ 'sec-fetch-mode': 'navigate' }), /^Basic /);
    for (const mode of ['cors', 'same-origin', 'no-cors']) is(await offered({ 'sec-fetch-mode': mode }), 'Bearer realm="ai-artist"');
  });

  test('signing out takes the cookie away', async () => {
    const reply = await shell.send('/api/v1/session', { method: 'DELETE', headers: origin() });
    match(cookieOf(reply), /=; Path=\/; Max-Age=0;/);
  });

  test('a code works once, within ten minutes', async () => {
    const take = (code: string): Promise<Reply> =>
      shell.send('/api/v1/session/code', { method: 'POST', body: { code }, headers: origin() });
    const code = codeIn(shell.server.signInUrl());
    const reply = await take(code);
    is(reply.json().scope, 'admin');
    is((await shell.send('/api/v1/tokens', { headers: { cookie: sentBack(reply) } })).status, 200);
    is((await take(code)).status, 401);
    const late = codeIn(shell.server.signInUrl());
    clock.jump(10 * 60_000 + 1);
    is((await take(late)).status, 401);
    const guessed = codeIn(shell.server.signInUrl());
    for (let guess = 0; guess < 20; guess++) is((await take(`guess${guess}`)).status, 401);
    is((await take(guessed)).status, 401);
    ok(!shell.log.some((line) => line.includes(code)));
  });
});

suite('the page behind a proxy', (test) => {
  test('its addresses lie below the base path, and its cookie is for https alone', async () => {
    const shell = await startShell({ basePath: '/art', publicUrl: 'https://example.org/' });
    try {
      const page = await shell.send('/art/studio?prompt=a');
      is(page.status, 200);
      match(page.text, /<base href="\/art\/">/);
      const headers = { origin: 'https://example.org' };
      const reply = await shell.send('/art/api/v1/session', { method: 'POST', token: shell.tokens.read, headers });
      match(cookieOf(reply), /; Path=\/art; .*; Secure$/);
      match(String(shell.server.signInUrl()), /^https:\/\/example\.org\/art\/#code=/);
    } finally {
      await shell.server.close();
    }
  });

  test('files of another version are gone, and never answered with the page', async () => {
    const shell = await startShell();
    try {
      const { text, headers } = await shell.send('/');
      match(String(headers['content-security-policy']), /default-src 'none'; script-src 'self'; style-src 'self';/);
      const script = /src="\.\/(assets\/[\w.-]+\.js)"/.exec(text)?.[1] ?? '';
      const found = await shell.send(`/${script}`, { headers: { 'accept-encoding': 'br, gzip' } });
      is(found.status, 200);
      is(found.headers['cache-control'], 'public, max-age=31536000, immutable');
      is(found.headers['content-encoding'], 'br');
      is((await shell.send(`/${script}`, { headers: { 'if-none-match': String(found.headers.etag) } })).status, 304);
      for (const gone of ['/assets/index-gone.js', '/nothing', '/assets/../package.json']) is((await shell.send(gone)).status, 404, gone);
    } finally {
      await shell.server.close();
    }
  });
});
