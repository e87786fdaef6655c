/**
 * Measures a server under load: 200 pages and thumbnails and 50 searches a second (open loop) on a gallery of 100,000 works, while another process
 * files works and pictures are painted all the time. Prints latencies as clients see them, the delay of the server's event loop, and what a work costs in memory and
 * index. Needs a built checkout.
 * `npm run bench server`, or `tsx bench/server/server.ts 10000 --seconds 20 --home FOLDER`; a home that is given is kept, and filled if it is empty.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillGallery } from '../../lib/bench/tasks/filled-gallery.ts';
import { homeOf } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { TokenBook } from '../../lib/server/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, home: { type: 'string' } },
  allowPositionals: true,
});
const works = Number(positionals[0] ?? 100_000);
const seconds = Number(values.seconds);
/** Requests a second. */
const rates = { page: 50, thumbnail: 150, search: 50 } as const;
type Kind = keyof typeof rates;
/** Milliseconds. */
const limits = { latencyP99: 100, loopP99: 20 };

const home = values.home ?? mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-server-'));
const cli = fileURLToPath(new URL('../../dist/esm/bin/ai-artist.js', import.meta.url));
const filer = fileURLToPath(new URL('filer.ts', import.meta.url));

/** Runs inside the server: answers each message with the delays of its event loop since the last one, and its memory. */
const probe = `
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('message', () => {
    const { percentile, max } = { percentile: delay.percentile(99), max: delay.max };
    process.send({ loopP99: percentile / 1e6 - 5, loopMax: max / 1e6 - 5, megabytes: process.memoryUsage.rss() / 2 ** 20 });
    delay.reset();
  });
  process.channel.unref();`;

interface Probed {
  loopP99: number;
  loopMax: number;
  megabytes: number;
}

const probed = (server: ChildProcess): Promise<Probed> =>
  new Promise((resolve) => {
    server.once('message', (message) => resolve(message as Probed));
    server.send('now');
  });

async function started(home: string): Promise<{ server: ChildProcess; url: string }> {
  writeFileSync(path.join(home, 'config.yaml'), 'server:\n  readsPerMinute: 0\n');
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(probe)}`];
  const server = fork(cli, ['serve', '--home', home, '--port', String(port)], {
    execArgv,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    if (
      await fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { server, url };
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Memory of a server without works, MB. */
async function megabytesWithoutWorks(): Promise<number> {
  const empty = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-empty-'));
  const { server, url } = await started(empty);
  try {
    await answered(`${url}/api/v1/works?limit=24&query=fox`);
    return (await probed(server)).megabytes;
  } finally {
    const gone = new Promise((done) => server.once('exit', done));
    server.kill('SIGKILL');
    await gone;
    rmSync(empty, { recursive: true, force: true });
  }
}

/** Keeps two jobs in the queue, so that a picture is always being painted. Resolves when it is stopped, with the number of pictures. */
async function paint(url: string, signal: AbortSignal): Promise<number> {
  const { token } = await new TokenBook(homeOf(home)).create({ name: `bench ${Date.now()}`, scope: 'paint' });
  let painted = 0;
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      const response = await fetch(`${url}/api/v1/jobs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=30' },
        body: JSON.stringify({ prompt: 'flat vector art of a fox', options: { width: 128, height: 128, steps: 20 }, keep: false }),
        signal,
      });
      if (!response.ok) throw new Error(`POST /jobs: ${response.status} ${await response.text()}`);
      const { state } = (await response.json()) as { state: string };
      if (state === 'done') painted++;
    }
  };
  await Promise.all([lane(), lane()]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return painted;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

function answered(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = get(address, { agent, headers: { accept: 'image/avif,image/webp,*/*' } }, (response) => {
      response
        .on('data', () => undefined)
        .on('end', () => resolve(response.statusCode ?? 0))
        .on('error', reject);
    });
    outgoing.on('error', reject);
  });
}

const words = ['fox', 'owl', 'lighthouse', 'snow', 'stars', 'rain', 'watercolour', 'ink', 'retro', 'autumn'];
const fields = ['rating:>=4', 'steps:>=20', 'sampler:euler_a', 'tag:owl', 'model:sd15', 'cfg:5..8'];

/** Addresses of each kind. Four of five searches are among a few that come again and again, as of people at work; the others are new. */
function addresses(url: string, ids: readonly string[]): Record<Kind, (index: number) => string> {
  const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;
  return {
    page: (index) => `${url}/api/v1/works?limit=24&sort=${index % 5 === 0 ? 'rating' : 'newest'}`,
    thumbnail: (index) => `${url}/api/v1/works/${pick(ids, index)}/thumbnail?width=320`,
    search: (index) => {
      const query =
        index % 5 === 0 ? `${pick(words, index)} seed:>${index * 7919}` : `${pick(words, index)} ${pick(fields, Math.floor(index / 10))}`;
      return `${url}/api/v1/works?limit=24&query=${encodeURIComponent(query)}`;
    },
  };
}

/** Sends requests at the given rates, whether or not earlier ones were answered. */
async function load(url: string, ids: readonly string[], during: number): Promise<Record<Kind, { times: number[]; failed: number }>> {
  const make = addresses(url, ids);
  const results = {
    page: { times: [] as number[], failed: 0 },
    thumbnail: { times: [] as number[], failed: 0 },
    search: { times: [] as number[], failed: 0 },
  };
  const sent: Record<Kind, number> = { page: 0, thumbnail: 0, search: 0 };
  const waiting = new Set<Promise<void>>();
  const began = performance.now();
  const send = (kind: Kind): void => {
    // The time a request was due, so that a stalled client is not left out of the figures.
    const due = began + (sent[kind] / rates[kind]) * 1000;
    const request = answered(make[kind](sent[kind]++))
      .then((status) => (status === 200 ? results[kind].times.push(performance.now() - due) : results[kind].failed++))
      .catch(() => results[kind].failed++)
      .then(() => void waiting.delete(request));
    waiting.add(request);
  };
  while (performance.now() - began < during * 1000) {
    const passed = (performance.now() - began) / 1000;
    for (const kind of Object.keys(rates) as Kind[]) while (sent[kind] < passed * rates[kind]) send(kind);
    await new Promise((done) => setTimeout(done, 2));
  }
  await Promise.all(waiting);
  return results;
}

const at = (times: readonly number[], share: number): string =>
  (times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1).padStart(9);

async function main(): Promise<void> {
  console.log(hardwareLine(await hardware()));
  const folder = path.join(home, 'gallery');
  mkdirSync(home, { recursive: true });
  if (!existsSync(folder)) await fillGallery(folder, works, false);
  const gallery = new Gallery({ folder });
  const ids = (await gallery.list({ limit: 300 })).works.map(({ id }) => id);
  for (const id of ids) await gallery.thumbnail(id); // as if they had been painted here
  const least = await megabytesWithoutWorks();
  const { server, url } = await started(home);
  await answered(`${url}/api/v1/works?limit=24&query=fox`);
  const { megabytes: first } = await probed(server);
  const stopping = new AbortController();
  const painting = paint(url, stopping.signal);
  painting.catch((error: unknown) => console.error(error));
  const filing = spawn(process.execPath, ['--import', 'tsx', filer, folder, '2'], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await load(url, ids, 5); // the caches of a server that has run for a while
    await probed(server);
    const results = await load(url, ids, seconds);
    const { loopP99, loopMax, megabytes } = await probed(server);
    const { works: count } = await gallery.stats();
    console.log(`${count} works; ${seconds} s; milliseconds        p50      p99      max   failed`);
    for (const kind of Object.keys(rates) as Kind[]) {
      const { times, failed } = results[kind];
      const over = Number(at(times, 0.99)) > limits.latencyP99 ? `   limit ${limits.latencyP99} OVER` : '';
      console.log(
        `${`${kind}, ${rates[kind]}/s`.padEnd(36)}${at(times, 0.5)}${at(times, 0.99)}${at(times, 1 - 1e-9)}${String(failed).padStart(9)}${over}`,
      );
    }
    const over = loopP99 > limits.loopP99 ? `   limit ${limits.loopP99} OVER` : '';
    console.log(
      `${'event loop of the server'.padEnd(36)}${''.padEnd(9)}${loopP99.toFixed(1).padStart(9)}${loopMax.toFixed(1).padStart(9)}${over}`,
    );
    stopping.abort();
    console.log(`memory of the server ${megabytes.toFixed(0)} MB; pictures painted meanwhile: ${await painting}`);
    const perWork = ((first - least) * 2 ** 20) / count;
    console.log(
      `for each work: ${perWork.toFixed(0)} bytes of memory, ${(statSync(gallery.layout.index).size / count).toFixed(0)} of index`,
    );
  } finally {
    stopping.abort();
    filing.kill();
    server.kill();
    agent.destroy();
    if (values.home === undefined) rmSync(home, { recursive: true, force: true });
  }
}

await main();
