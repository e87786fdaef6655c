import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { homeOf, VirtualClock } from '../../lib/core/index.ts';
import { sentToken } from '../../lib/server/auth/credentials.ts';
import { TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { newHome, type Shell, startShell } from './support.ts';

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

suite('server tokens', (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell();
  });
  test.after(() => shell.server.close());
  const whoAmI = async (authorization?: string) =>
    shell.send('/api/v1/caller', authorization === undefined ? {} : { headers: { authorization } });

  test('a token names its caller and scope: as Bearer, and as the password of Basic with any user', async () => {
    const { paint } = shell.tokens;
    for (const header of [`Bearer ${paint}`, `bearer   ${paint} `, basic('anyone', paint), basic('', paint)]) {
      const reply = await whoAmI(header);
      is(reply.status, 200, header.slice(0, 8));
      equal([reply.json().name, reply.json().scope], ['paint', 'paint']);
    }
  });

  test('no header, an empty one and an empty token are a caller on this machine that may read', async () => {
    for (const header of [undefined, '', 'Basic ', 'Basic Og==', 'Bearer ', 'Basic'])
      equal((await whoAmI(header)).json(), { id: 'local', name: 'local', scope: 'read' });
  });

  for (const [what, header] of [
    ['an unknown token', 'Bearer aia_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a word', 'Bearer sk-no-key'],
    ['an unknown password', basic('x', 'y')],
    ['Basic that is no base64', 'Basic %%%%'],
    ['another scheme', 'Digest username="x"'],
    ['a list', 'Bearer a, Bearer b'],
  ] as const)
    test(`${what} is refused, also where none is needed`, async () => {
      const reply = await whoAmI(header);
      is(reply.status, 401);
      match(String(reply.headers['www-authenticate']), /Basic realm=.*Bearer realm=/);
      is(reply.json().error.code, 'ERR_UNAUTHENTICATED');
      ok(!reply.text.includes(header.split(' ')[1] ?? ' '));
    });

  test('a header of blanks is read at once', () => {
    const begin = performance.now();
    for (let turn = 0; turn < 20; turn++) is(sentToken(`Bearer a${' '.repeat(16_000)}b`), `a${' '.repeat(16_000)}b`);
    ok(performance.now() - begin < 1000);
  });

  test('a token without the scope of a route is refused with 403; none with 401', async () => {
    is((await shell.send('/api/v1/tokens', { token: shell.tokens.paint })).status, 403);
    is((await shell.send('/api/v1/tokens')).status, 401);
    is((await shell.send('/api/v1/tokens', { token: shell.tokens.admin })).status, 200);
  });

  test('a token revoked by another process is refused from the next request on', async () => {
    const { token } = await shell.book.create({ name: 'short-lived', scope: 'read' });
    is((await whoAmI(`Bearer ${token}`)).status, 200);
    await new TokenBook(homeOf(shell.home)).revoke('short-lived');
    is((await whoAmI(`Bearer ${token}`)).status, 401);
    // The state that replaces a damaged file is older.
    writeFileSync(homeOf(shell.home).state('tokens.json'), '{');
    is((await whoAmI(`Bearer ${token}`)).status, 401);
    is((await whoAmI(`Bearer ${shell.tokens.read}`)).status, 200);
  });

  test('the home has hashes only, and the last use', async () => {
    await whoAmI(`Bearer ${shell.tokens.paint}`);
    const folder = path.join(shell.home, 'state');
    const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
    ok(texts.length > 0);
    for (const token of Object.values(shell.tokens)) ok(!texts.some((text) => text.includes(token) || text.includes(token.slice(4))));
    const facts = (await shell.book.list()).find(({ name }) => name === 'paint');
    ok(facts?.lastUsedAt);
  });

  test('the API makes, lists and revokes tokens, for admins', async () => {
    const { admin } = shell.tokens;
    const made = await shell.send('/api/v1/tokens', { method: 'POST', token: admin, body: { name: 'tablet', scope: 'paint' } });
    equal([made.status, made.headers['cache-control']], [201, 'no-store']);
    const { token, id } = made.json();
    is((await whoAmI(`Bearer ${token}`)).json().id, id);
    const listed = await shell.send('/api/v1/tokens', { token: admin });
    ok(listed.json().tokens.some((one: { name: string }) => one.name === 'tablet'));
    ok(!listed.text.includes(token) && !/sha256/.test(listed.text));
    const again = await shell.send('/api/v1/tokens', { method: 'POST', token: admin, body: { name: 'tablet' } });
    equal([again.status, again.json().error.code], [409, 'ERR_ALREADY_EXISTS']);
    is((await shell.send(`/api/v1/tokens/${id}`, { method: 'DELETE', token: admin })).status, 200);
    is((await whoAmI(`Bearer ${token}`)).status, 401);
  });

  test('wrong options of a token are named', async () => {
    for (const [body, message] of [
      [{ name: '' }, /^name: expected at least 1 character, got ""/],
      [{ name: '../x', scope: 'read' }, /^name: expected 1 to 64 letters/],
      [{ name: 'x', scope: 'root' }, /^scope: expected one of read, paint, admin, got "root"/],
      [{ name: 'x', scop: 'read' }, /^scop: unknown field of the body, did you mean scope\?/],
      [{ name: 'x', expiresInSeconds: 0 }, /^expiresInSeconds: expected a number of at least 1, got 0/],
    ] as const) {
      const reply = await shell.send('/api/v1/tokens', { method: 'POST', token: shell.tokens.admin, body });
      is(reply.status, 400);
      match(reply.json().error.message, message);
    }
  });

  test('an address that fails too often must wait; valid tokens from there still work', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries++) statuses.push((await whoAmI('Bearer wrong')).status);
    is(statuses.at(-1), 429);
    const refused = await whoAmI('Bearer wrong');
    ok(Number(refused.headers['retry-after']) > 0);
    is(refused.json().error.code, 'ERR_RATE_LIMIT');
    is((await whoAmI(`Bearer ${shell.tokens.read}`)).status, 200);
  });
});

suite('token book', (test) => {
  test('a token expires', async () => {
    const clock = new VirtualClock(Date.parse('2026-12-01T12:00:00Z'));
    const book = new TokenBook(homeOf(newHome()), { clock });
    const { token } = await book.create({ name: 'guest', scope: 'read', expiresInMs: 60_000 });
    is((await book.find(token))?.name, 'guest');
    equal([await book.isAny(), (await book.list())[0]?.expired], [true, false]);
    await clock.advance(60_000);
    is(await book.find(token), undefined);
    equal([await book.isAny(), (await book.list())[0]?.expired], [false, true]);
  });

  test('the last use is written at most every ten minutes', async () => {
    const clock = new VirtualClock(Date.parse('2026-12-01T12:00:00Z'));
    const book = new TokenBook(homeOf(newHome()), { clock });
    const { token } = await book.create({ name: 'guest', scope: 'read' });
    const used = async () => {
      const facts = await book.find(token);
      if (facts) await book.use(facts);
      return (await book.list())[0]?.lastUsedAt;
    };
    const first = await used();
    is(first, '2026-12-01T12:00:00.000Z');
    await clock.advance(599_000);
    is(await used(), first);
    await clock.advance(2000);
    is(await used(), '2026-12-01T12:10:01.000Z');
  });

  test('two tokens made at once are both kept', async () => {
    const home = homeOf(newHome());
    const made = await Promise.all(['a', 'b', 'c'].map((name) => new TokenBook(home).create({ name, scope: 'read' })));
    const book = new TokenBook(home);
    for (const { token, facts } of made) is((await book.find(token))?.id, facts.id);
  });
});
