/** What receivers of webhooks answer, and what is kept of it: nothing that they wrote but a status, and a short line in plain text. */
import { equal, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { homeOf } from '../../lib/core/index.ts';
import { TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { certificateFor } from './certificate.ts';
import { endServers, type ServerProcess, startServerProcess } from './programs/start.ts';
import { newHome } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;

const script = '<img src=x onerror=alert(1)>\u0085\u009b31m';
const long = 'y'.repeat(30_000);

suite('replies of receivers of webhooks', { timeoutMs: 60_000 }, (test) => {
  let server: ServerProcess;
  let token: string;
  const receivers: Server[] = [];
  /** Answers every connection with these bytes. */
  const listens = async (receiver: Server, answer: string): Promise<number> => {
    receiver.on(receiver.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    receivers.push(receiver);
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    return (receiver.address() as AddressInfo).port;
  };
  const certificate = certificateFor([`${script}.example`, `${'n'.repeat(60)}.example`, `${'m'.repeat(10_000)}.example`]);
  test.before(async () => {
    const home = newHome();
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'config.yaml'), 'server:\n  webhooks:\n    privateHosts: [127.0.0.1, localhost]\n');
    writeFileSync(path.join(home, 'ca.pem'), certificate.cert);
    token = (await new TokenBook(homeOf(home)).create({ name: 'admin', scope: 'admin' })).token;
    server = await startServerProcess(home, { env: { NODE_EXTRA_CA_CERTS: path.join(home, 'ca.pem') } });
  });
  test.after(async () => {
    for (const receiver of receivers) receiver.close();
    await endServers();
  });
  const ask = async (method: string, to: string, body?: object): Promise<Json> => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${server.url}/api/v1${to}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    ok(response.ok, `${method} ${to}: ${response.status}`);
    return response.json();
  };
  /** The delivery of a test message, once it was tried. */
  const delivered = async (url: string): Promise<Json> => {
    const { id } = await ask('POST', '/webhooks', { url });
    await ask('POST', `/webhooks/${id}/test`, {});
    for (let tries = 0; tries < 200; tries++) {
      const { deliveries } = await ask('GET', '/webhook-deliveries');
      const found = deliveries.find((one: Json) => one.webhook === id && one.tries > 0);
      if (found) return found;
      await sleep(50);
    }
    throw new Error(`${url}: expected a try within 10 s`);
  };

  const head = (line: string, ...headers: string[]): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`;
  const replies: Record<string, [reply: string, state: string, problem: RegExp]> = {
    'a reason and a body': [
      `${head(`HTTP/1.1 410 ${script}${'r'.repeat(5000)}`, 'content-type: text/html')}${script}${long}`,
      'dead',
      /^status 410$/,
    ],
    'a redirect to a script': [head('HTTP/1.1 302 Found', `location: javascript:alert(1)//${script}`), 'waiting', /^a redirect \(302\)/],
    'a time to wait that is none': [head('HTTP/1.1 503 Away', `retry-after: ${script}`, 'content-length: 0'), 'waiting', /^status 503$/],
    'no HTTP': [`<script>alert(1)</script>${long}`, 'waiting', /HTTP/],
    'a header that is none': [head('HTTP/1.1 200 OK', `${script}: 1`), 'waiting', /HTTP/],
    'a status that is none': [head('HTTP/1.1 000 x'), 'waiting', /^an answer that is not HTTP$/],
    'headers without end': [`HTTP/1.1 500 x\r\nx-script: ${script}${long}`, 'waiting', /./],
  };
  for (const [name, [reply, state, problem]] of Object.entries(replies))
    test(`${name}: nothing of it is kept`, async () => {
      const found = await delivered(`http://127.0.0.1:${await listens(createTcpServer(), reply)}/`);
      equal(found.state, state);
      match(found.problem, problem);
      ok(!/[<>]|alert|yyy|rrr/.test(found.problem), found.problem);
      ok(found.problem.length <= 301);
    });

  test('names of a certificate: a short line of plain text', async () => {
    const port = await listens(createTlsServer({ ...certificate }), head('HTTP/1.1 204 No Content'));
    const found = await delivered(`https://localhost:${port}/`);
    match(found.problem, /altnames/);
    equal([...found.problem].length, 301, 'cut');
    ok(!/[\u0000-\u001f\u007f-\u009f]/.test(found.problem));
  });
});
