import { connect } from 'node:net';
import { equal, is, match, ok } from 'uvu/assert';
import { isUlid } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { type Shell, sendBytes, startShell } from './support.ts';

const tokensPath = '/api/v1/tokens';

suite('server requests', (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell({ bodyKilobytes: 100, requestSeconds: 1, changesPerMinute: 60 });
  });
  test.after(() => shell.server.close());
  const create = (body: string | object, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    shell.send(tokensPath, { method: 'POST', token: shell.tokens.admin, body, headers });

  test('every reply has the headers that keep a browser from running or embedding it', async () => {
    for (const to of ['/healthz', '/nothing', '/%zz', '/docs', '/api/v1/tokens', `/${'x'.repeat(3000)}`]) {
      const { headers } = await shell.send(to);
      match(String(headers['content-security-policy']), /^default-src 'none';.*frame-ancestors 'none'/, to);
      ok(!/unsafe|script-src/.test(String(headers['content-security-policy'])));
      equal(
        ['x-content-type-options', 'referrer-policy', 'x-frame-options', 'cross-origin-resource-policy'].map((name) => headers[name]),
        ['nosniff', 'no-referrer', 'DENY', 'same-origin'],
        to,
      );
      equal([headers.server, headers['x-powered-by']], [undefined, undefined]);
      ok(isUlid(String(headers['x-request-id'])), to);
    }
  });

  test('a request id is our own, in the reply, in its error and in the log', async () => {
    const reply = await shell.send('/nothing?prompt=private%20words', { headers: { 'x-request-id': 'forged\tid' } });
    const id = String(reply.headers['x-request-id']);
    ok(isUlid(id));
    is(reply.json().error.requestId, id);
    const lines = shell.log.filter((line) => line.includes(id));
    is(lines.length, 1);
    match(JSON.parse(lines[0] ?? '').message, /^GET \/nothing 404 \d+ ms local$/);
    ok(!shell.log.some((line) => /forged|private/.test(line)));
  });

  test('404 and 405 are coded JSON; 405 says what is allowed', async () => {
    const absent = await shell.send('/api/v1/nothing');
    equal([absent.status, absent.json().error.code], [404, 'ERR_NOT_FOUND']);
    for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
      const reply = await shell.send('/healthz', { method });
      equal([reply.status, reply.headers.allow, reply.json().error.code], [405, 'GET, HEAD', 'ERR_METHOD'], method);
    }
    is((await shell.send('/healthz', { method: 'HEAD' })).text, '');
  });

  for (const [what, body, code] of [
    ['no JSON', '{"name":', 'ERR_INVALID_ARGUMENT'],
    ['a lone surrogate and NUL', '{"name":"\\u0000\\ud800"}', 'ERR_INVALID_ARGUMENT'],
    ['bytes that are no UTF-8', '\xff\xfe{}', 'ERR_INVALID_ARGUMENT'],
    ['an array', '[1,2]', 'ERR_INVALID_ARGUMENT'],
    ['null', 'null', 'ERR_INVALID_ARGUMENT'],
    ['nothing', '', 'ERR_INVALID_ARGUMENT'],
    ['a key __proto__', '{"name":"a","__proto__":{"scope":"admin"}}', 'ERR_INVALID_ARGUMENT'],
    ['a key constructor.prototype', '{"name":"a","constructor":{"prototype":{"x":1}}}', 'ERR_INVALID_ARGUMENT'],
    ['arrays nested 50,000 deep', '['.repeat(50_000), 'ERR_INVALID_ARGUMENT'],
    ['an unknown field', '{"name":"a","scop":"read"}', 'ERR_INVALID_ARGUMENT'],
    ['more than the limit', `{"name":"${'a'.repeat(100_000)}"}`, 'ERR_TOO_LARGE'],
  ] as const)
    test(`a body with ${what} is a coded error`, async () => {
      const reply = await create(body);
      equal([reply.status, reply.json().error.code], [code === 'ERR_TOO_LARGE' ? 413 : 400, code]);
      is(({} as Record<string, unknown>)['scope'], undefined);
      ok(!/node_modules|at .*\.ts/.test(reply.text));
    });

  test('a body without length, larger than the limit, is refused while it comes', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const head = `POST ${tokensPath} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${shell.tokens.admin}\r\nContent-Type: application/json\r\n`;
    const reply = await sendBytes(shell.server.url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(10)}`);
    match(reply, /^HTTP\/1.1 413 /);
    match(reply, /ERR_TOO_LARGE/);
  });

  test('without a token nothing of a body is awaited or parsed: a boundary of megabytes, a body that never ends', async () => {
    const head = (type: string) =>
      `POST ${tokensPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 3000000\r\n\r\n`;
    const from = performance.now();
    for (const type of ['multipart/form-data; boundary=x', 'application/json']) {
      const reply = await sendBytes(shell.server.url, `${head(type)}${'-'.repeat(20_000)}`, 700);
      match(reply, /^HTTP\/1.1 401 /);
    }
    const wide = await sendBytes(shell.server.url, head(`multipart/form-data; boundary=${'-'.repeat(30_000)}`), 700);
    match(wide, /^HTTP\/1.1 431 /);
    ok(performance.now() - from < 10_000);
  });

  test('a multipart body without a boundary is a fault of the client', async () => {
    const headers = { 'content-type': 'multipart/form-data' };
    for (const to of ['/v1/images/edits', '/api/v1/jobs']) {
      const reply = await shell.send(to, { method: 'POST', token: shell.tokens.paint, body: 'abc', headers });
      is(reply.status, 400, to);
      match(reply.json().error.message, /boundary/);
    }
  });

  test('headers that are too long, and bytes that are no HTTP, are coded errors without a fingerprint', async () => {
    for (const [bytes, status, code] of [
      [`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'ERR_TOO_LARGE'],
      [`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'X-Long-Name: value\r\n'.repeat(2000)}\r\n`, 431, 'ERR_TOO_LARGE'],
      ['NONSENSE\r\n\r\n', 400, 'ERR_INVALID_ARGUMENT'],
      ['GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400, 'ERR_INVALID_ARGUMENT'],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'ERR_INVALID_ARGUMENT'],
    ] as const) {
      const reply = await sendBytes(shell.server.url, bytes, 3000);
      ok(reply.startsWith(`HTTP/1.1 ${status} `), reply.slice(0, 40));
      ok(reply.includes(code) && /nosniff/.test(reply) && !/\r\nserver:/i.test(reply));
    }
  });

  test('a client that sends its body slowly is cut off', async () => {
    const { hostname, port } = new URL(shell.server.url);
    const socket = connect(Number(port), hostname);
    const head = `POST ${tokensPath} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${shell.tokens.admin}\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: 1000\r\n\r\n{`);
    const drip = setInterval(() => socket.write(' '), 200);
    const from = performance.now();
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drip);
    ok(performance.now() - from < 15_000);
    match(text, /^HTTP\/1.1 408 |^$/);
  });

  test('a caller that changes too much must wait; reading goes on', async () => {
    let last = await create('{}');
    for (let tries = 0; tries < 70 && last.status !== 429; tries++) last = await create('{}');
    equal([last.status, last.json().error.code], [429, 'ERR_RATE_LIMIT']);
    ok(Number(last.headers['retry-after']) >= 1);
    is((await shell.send(tokensPath, { token: shell.tokens.admin })).status, 200);
    is((await shell.send('/api/v1/caller')).status, 200);
  });
});
