/**
 * Memory of a server while many clients follow its events:
 * `node --expose-gc --import tsx bench/server/sse-memory.ts [--clients 1000] [--rounds 30] [--works 100] [--json]`, or `npm run bench sse`.
 * Each round changes all works, which is one event for each of them. Every tenth client reads nothing. After each round the server collects its
 * garbage and tells its heap and buffers. From the third round on they may grow by the shared log of events, which has a bound, and by what each
 * change costs the gallery, with ten clients as with a thousand: exit status 1 above it. One pointer that a client keeps of each event is 20 MiB.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { homeOf } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { TokenBook } from '../../lib/server/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '30' },
    works: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});
const [clients, rounds, works] = [values.clients, values.rounds, values.works].map(Number) as [number, number, number];
const warmRounds = 3;
/** What the log keeps of an event, what the gallery gains with a change, and what the rest of the server may gain meanwhile, bytes. */
const [eventBytes, changeBytes, otherBytes] = [1024, 1024, 2 ** 20];
const mostLogged = 2000;

const serverText = (home: string): string => `
  import { startServer } from ${JSON.stringify(new URL('../../lib/server/index.ts', import.meta.url).href)};
  const server = await startServer({ home: ${JSON.stringify(home)}, port: 0, paint: false });
  process.on('message', () => {
    for (let turn = 0; turn < 3; turn++) globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    process.send(heapUsed + arrayBuffers);
  });
  process.on('disconnect', () => process.exit(0));
  process.send(server.url);`;

const said = (server: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the server ended with ${code}`));
    server.once('exit', ended);
    server.once('message', (message) => {
      server.off('exit', ended);
      resolve(message);
    });
  });

async function memoryOf(server: ChildProcess): Promise<number> {
  const answer = said(server);
  server.send('now');
  return (await answer) as number;
}

/** Follows the works. `heard` counts the changes, as far as the client reads. */
interface Client {
  socket: Socket;
  heard: number;
}

function follow(url: string, token: string, reads: boolean): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const client: Client = { socket, heard: 0 };
    socket.on('error', reject);
    let rest = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      const text = rest + part;
      client.heard += text.split('event: work.changed\n').length - 1;
      // A frame may be cut anywhere, but is counted once.
      const last = text.lastIndexOf('event: work.changed\n');
      rest = text.slice(Math.max(last < 0 ? 0 : last + 20, text.length - 19));
      if (text.includes('event: ready')) {
        resolve(client);
        if (!reads) socket.pause();
      }
    });
    socket.write(`GET /api/v1/events?topics=work HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  });
}

async function newHome(home: string): Promise<string> {
  const gallery = new Gallery({ home });
  for (let at = 0; at < works; at++) {
    const data = new Uint8Array(8 * 8 * 3).fill(at % 256);
    await gallery.add({ image: new ArtImage({ data, width: 8, height: 8, channels: 3 }, { prompt: `work ${at}`, seed: at }) });
  }
  await gallery.close();
  return (await new TokenBook(homeOf(home)).create({ name: 'bench', scope: 'paint' })).token;
}

async function changeAll(url: string, token: string, round: number): Promise<void> {
  const action = { action: { action: 'change', change: { rating: 1 + (round % 5) } }, query: '', waitSeconds: 30 };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/works/actions`, { method: 'POST', headers, body: JSON.stringify(action) });
  const body = (await answer.json()) as { changed?: number };
  if (body.changed !== works) throw new Error(`round ${round}: expected ${works} changed works, got ${JSON.stringify(body)}`);
}

async function measure(): Promise<{ connected: number[]; bytes: number[]; heard: number }> {
  const home = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-sse-'));
  const token = await newHome(home);
  const server = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', serverText(home)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const all: Client[] = [];
  try {
    const url = (await said(server)) as string;
    const before = await memoryOf(server);
    for (let at = 0; at < clients; at++) all.push(await follow(url, token, at % 10 !== 9));
    const connected = [before, await memoryOf(server)];
    const readers = all.filter((_, at) => at % 10 !== 9);
    const bytes: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      await changeAll(url, token, round);
      for (const end = performance.now() + 60_000; readers.some(({ heard }) => heard < round * works); await sleep(20))
        if (performance.now() > end) throw new Error(`round ${round}: not every client heard of every change`);
      bytes.push(await memoryOf(server));
    }
    return { connected, bytes, heard: Math.min(...readers.map(({ heard }) => heard)) };
  } finally {
    for (const { socket } of all) socket.destroy();
    server.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

const { connected, bytes, heard } = await measure();
const mebibytes = (count = 0): number => Math.round((count / 2 ** 20) * 100) / 100;
const logged = Math.max(0, Math.min(mostLogged, rounds * works) - Math.min(mostLogged, warmRounds * works));
const growth = (bytes.at(-1) ?? 0) - (bytes[warmRounds - 1] ?? 0);
const allowed = logged * eventBytes + Math.max(0, rounds - warmRounds) * works * changeBytes + otherBytes;
const result = {
  clients,
  events: heard,
  perClientKiB: Math.round((((connected[1] ?? 0) - (connected[0] ?? 0)) / 1024 / clients) * 10) / 10,
  mib: bytes.map(mebibytes),
  growthMiB: mebibytes(growth),
  allowedMiB: mebibytes(allowed),
};
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(hardwareLine(await hardware()));
  console.log(result);
}
process.exitCode = growth > allowed ? 1 : 0;
