import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { homeOf, isArtistError } from '../../lib/core/index.ts';
import { type ServerOptions, startServer, TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { newHome, scratch, send, startShell } from './support.ts';

/** Code and message of the error that a start fails with. */
async function refusal(options: ServerOptions): Promise<string> {
  try {
    await (await startServer({ paint: false, port: 0, ...options })).close();
    return 'it started';
  } catch (error) {
    return isArtistError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', reject);
  });
}

const untilClosed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

suite('server start', (test) => {
  for (const host of ['0.0.0.0', '::', '192.168.1.7', 'example.org', '::ffff:0.0.0.0'])
    test(`it does not listen on ${host} without a token`, async () => {
      match(
        await refusal({ home: newHome(), host }),
        /^ERR_INVALID_ARGUMENT: token: expected at least one to listen on host .* serve token create/,
      );
    });

  test('with a token it does, and reading needs one; health does not', async () => {
    const home = newHome();
    const { token } = await new TokenBook(homeOf(home)).create({ name: 'a', scope: 'read' });
    const server = await startServer({ home, host: '0.0.0.0', port: 0, paint: false });
    try {
      const url = server.url.replace('0.0.0.0', '127.0.0.1');
      is(server.tokensOnly, true);
      for (const to of ['/metrics', '/openapi.json', '/docs', '/api/v1/caller', '/nothing']) is((await send(url, to)).status, 401, to);
      for (const to of ['/healthz', '/readyz']) is((await send(url, to)).status, 200, to);
      is((await send(url, '/api/v1/caller', { token })).status, 200);
      is((await send(url, '/healthz', { headers: { host: '203.0.113.7:80' } })).status, 200);
      is((await send(url, '/healthz', { headers: { host: 'evil.example' } })).status, 403);
    } finally {
      await server.close();
    }
  });

  test('an expired token is none', async () => {
    const home = newHome();
    await new TokenBook(homeOf(home), { clock: past }).create({ name: 'a', scope: 'read', expiresInMs: 1000 });
    match(await refusal({ home, host: '0.0.0.0' }), /expected at least one/);
  });

  test('a taken port is named, with what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      is(
        await refusal({ home: newHome(), port }),
        `ERR_NETWORK: port: expected a free port ${port} of 127.0.0.1, got one that another program has. Choose another with --port`,
      );
    } finally {
      other.close();
    }
  });

  for (const [options, message] of [
    [{ port: 70_000 }, /^ERR_INVALID_ARGUMENT: port: /],
    [{ basePath: 'art/' }, /^ERR_INVALID_ARGUMENT: basePath: expected a path such as \/art/],
    [{ cors: ['https://a.b/path'] }, /^ERR_INVALID_ARGUMENT: cors.0: /],
    [{ cors: ['*'] }, /^ERR_INVALID_ARGUMENT: cors.0: /],
    [{ trustedProxies: ['everyone'] }, /^ERR_INVALID_ARGUMENT: trustedProxies: expected addresses/],
    [{ publicUrl: 'ftp://a.b' }, /^ERR_INVALID_ARGUMENT: publicUrl: /],
    [{ queue: 'http://x' }, /^ERR_INVALID_ARGUMENT: queue: expected file or redis/],
    [{ prot: 1 } as ServerOptions, /^ERR_INVALID_ARGUMENT: prot: unknown option of startServer\(\), did you mean port\?/],
  ] as const)
    test(`refused: ${JSON.stringify(options)}`, async () =>
      match(await refusal({ home: newHome(), ...options } as ServerOptions), message));

  test('the settings of the home are in force, and options given to the start win over them', async () => {
    const home = newHome();
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'config.yaml'), 'server:\n  basePath: /art\n  bodyKilobytes: 2\n  anonymousReads: false\n');
    const shell = await startShell({ home, bodyKilobytes: 4 });
    try {
      match(shell.server.url, /\/art$/);
      is((await shell.send('/api/v1/caller')).status, 401);
      const sized = (bytes: number) => ({ method: 'POST', token: shell.tokens.admin, body: { name: 'x'.repeat(bytes), scope: 'read' } });
      equal(
        [(await shell.send('/api/v1/tokens', sized(3000))).status, (await shell.send('/api/v1/tokens', sized(5000))).status],
        [400, 413],
      );
    } finally {
      await shell.server.close();
    }
  });

  test('two servers on one home have the same tokens and works', async () => {
    const first = await startShell();
    const second = await startServer({ home: first.home, port: 0, paint: false });
    try {
      const body = { name: 'shared', scope: 'read' };
      const made = await first.send('/api/v1/tokens', { method: 'POST', token: first.tokens.admin, body });
      const { token } = made.json();
      is((await send(second.url, '/api/v1/caller', { token })).json().name, 'shared');
      is((await send(second.url, '/api/v1/tokens/shared', { method: 'DELETE', token: first.tokens.admin })).status, 200);
      is((await first.send('/api/v1/caller', { token })).status, 401);
    } finally {
      await Promise.all([first.server.close(), second.close()]);
    }
  });
});

const past = { now: () => Date.now() - 60_000 } as never;

suite('server on a Unix socket', (test) => {
  test('only its user may open it; what a killed server left is replaced; a living one is not', async () => {
    const socket = path.join(scratch, 's.sock');
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(socket, resolve));
    match(await refusal({ home: newHome(), socket }), /^ERR_NETWORK: socket: expected a free path/);
    await new Promise((resolve) => dead.close(resolve));
    const shell = await startShell({ socket });
    try {
      equal([shell.server.url, shell.server.socket], [`unix:${socket}`, socket]);
      is(statSync(socket).mode & 0o777, 0o600);
      is((await shell.send('/api/v1/caller')).json().id, 'local');
      is((await shell.send('/api/v1/tokens', { method: 'POST', body: {} })).status, 401);
    } finally {
      await shell.server.close();
    }
  });

  test('a mode that lets others in needs a token, for starting and for reading', async () => {
    const socket = path.join(scratch, 'wide.sock');
    match(await refusal({ home: newHome(), socket, socketMode: '666' }), /^ERR_INVALID_ARGUMENT: token: expected at least one/);
    const shell = await startShell({ socket, socketMode: '660' });
    try {
      is(statSync(socket).mode & 0o777, 0o660);
      is((await shell.send('/api/v1/caller')).status, 401);
      is((await shell.send('/api/v1/caller', { token: shell.tokens.read })).status, 200);
    } finally {
      await shell.server.close();
    }
  });

  test('a file that is no socket is not replaced', async () => {
    const socket = path.join(scratch, 'file.sock');
    writeFileSync(socket, 'a letter');
    match(await refusal({ home: newHome(), socket }), /^ERR_NETWORK: socket: expected a free path/);
    is(statSync(socket).size, 8);
  });
});

suite('server end', (test) => {
  test('running requests finish, idle connections end, new ones are refused', async () => {
    const shell = await startShell({ drainSeconds: 20 });
    const { url } = shell.server;
    const body = JSON.stringify({ name: 'late', scope: 'read' });
    const [running, idle] = [await open(url), await open(url)];
    const head = `POST /api/v1/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${shell.tokens.admin}\r\nContent-Type: application/json\r\n`;
    running.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => idle.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const from = performance.now();
    const closed = shell.server.close();
    await untilClosed(idle);
    await open(url).then(
      () => ok(false, 'a new connection was accepted'),
      () => undefined,
    );
    let text = '';
    running.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    running.write(body.slice(5));
    await closed;
    match(text, /^HTTP\/1.1 201 /);
    ok(performance.now() - from < 15_000);
    await shell.server.close();
  });

  test('a request that does not end is cut off when the time is up', async () => {
    const shell = await startShell({ drainSeconds: 0.5 });
    const stuck = await open(shell.server.url);
    stuck.on('error', () => undefined);
    const head = `POST /api/v1/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${shell.tokens.admin}\r\nContent-Type: application/json\r\n`;
    stuck.write(`${head}Content-Length: 100\r\n\r\n{`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const from = performance.now();
    await Promise.all([shell.server.close(), untilClosed(stuck)]);
    ok(performance.now() - from < 10_000);
  });

  test('it is not ready when its gallery cannot be read, and says why without a path', async () => {
    const home = newHome();
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'gallery'), 'a file');
    const shell = await startShell({ home });
    try {
      const reply = await shell.send('/readyz');
      is(reply.status, 503);
      equal([reply.json().ready, reply.json().problems[0].part], [false, 'gallery']);
      ok(!reply.text.includes(scratch));
      is((await shell.send('/healthz')).status, 200);
    } finally {
      await shell.server.close();
    }
  });
});
