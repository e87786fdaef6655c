/** One address cannot take all connections of a server. */
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { equal, is, match } from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { addressGroup } from '../../lib/server/app/connections.ts';
import { type ServerOptions, TokenBook } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { newHome, type Shell, startShell } from './support.ts';

/** An address of this machine by which connections do not come from loopback. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && !one.internal && one.family === 'IPv4')?.address;

const question = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A connection that has asked for something, and what came back first; `refused`: it was closed. */
function open(host: string, { server: { url } }: Shell): Promise<{ socket: Socket; answer: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), host);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (answer.includes('}')) resolve({ socket, answer });
    });
    socket.once('close', () => resolve({ socket, answer }));
    // A refused connection may be reset before its answer is read.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
    // After the answer of a refusal has had time to come, which needs no question.
    setTimeout(() => {
      if (!socket.destroyed) socket.write(question);
    }, 50);
  });
}

const statusOf = ({ answer }: { answer: string }): string => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none';

async function reachable(options: ServerOptions): Promise<Shell> {
  const home = newHome();
  await new TokenBook(homeOf(home)).create({ name: 'a', scope: 'read' });
  return startShell({ home, host: '0.0.0.0', connectionsPerAddress: 3, ...options });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve()).destroy()));

suite('server: connections of an address', (test) => {
  for (const [address, group] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:DB8:0:0:ffff::9', '2001:db8:0:0'],
    ['fe80::1', 'fe80::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ] as const)
    test(`${address} counts as ${group}`, () => is(addressGroup(address), group));

  test('this machine may have any number', async () => {
    const shell = await reachable({});
    try {
      const all = await Promise.all(Array.from({ length: 8 }, () => open('127.0.0.1', shell)));
      equal([...new Set(all.map(statusOf))], ['200']);
      for (const { socket } of all) socket.destroy();
    } finally {
      await shell.server.close();
    }
  });

  // Needs a network: connections over loopback come from loopback.
  if (outer === undefined) return;

  test('others get the code for too many at the bound, are let in again below it, and lock nobody else out', async () => {
    const shell = await reachable({});
    try {
      const first = await Promise.all([1, 2, 3].map(() => open(outer, shell)));
      equal(first.map(statusOf), ['200', '200', '200']);
      const fourth = await open(outer, shell);
      is(statusOf(fourth), '429');
      match(fourth.answer, /"code":"ERR_RATE_LIMIT","message":"connections: expected at most 3 of an address/);
      match(fourth.answer, /^x-request-id: \w{26}\r$/im);
      await closed(fourth.socket);
      const local = await open('127.0.0.1', shell);
      is(statusOf(local), '200');
      await closed(first[0]?.socket as Socket);
      await new Promise((done) => setTimeout(done, 100));
      is(statusOf(await open(outer, shell)), '200');
      is(shell.log.filter((line) => line.includes('holds 3; further ones are refused')).length, 1);
    } finally {
      await shell.server.close();
    }
  });

  test('an idle connection counts too', async () => {
    const shell = await reachable({});
    try {
      const port = Number(new URL(shell.server.url).port);
      const idle = await Promise.all(
        [1, 2, 3].map(
          () =>
            new Promise<Socket>((done) => {
              const socket = connect(port, outer, () => done(socket));
            }),
        ),
      );
      is(statusOf(await open(outer, shell)), '429');
      for (const socket of idle) socket.destroy();
    } finally {
      await shell.server.close();
    }
  });

  for (const [name, options] of [
    ['a trusted proxy', { trustedProxies: [outer] }],
    ['everybody, if the bound is 0,', { connectionsPerAddress: 0 }],
  ] as const)
    test(`${name} may have any number`, async () => {
      const shell = await reachable(options as ServerOptions);
      try {
        const all = await Promise.all(Array.from({ length: 8 }, () => open(outer, shell)));
        equal([...new Set(all.map(statusOf))], ['200']);
        for (const { socket } of all) socket.destroy();
      } finally {
        await shell.server.close();
      }
    });
});
