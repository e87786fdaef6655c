/** One slow request does not stop a server: while it works for seconds, health checks and live events answer at once. */
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { homeOf, seededRandom } from '../../../lib/core/index.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { manyWorks } from '../../gallery/many-works.ts';
import { type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { endServers, type ServerProcess, startServerProcess } from '../programs/start.ts';
import { calmestWaits, type Waits } from './probe.ts';

/** Longest wait, milliseconds. */
const limit = 100;
/** How long each kind of work lasts, milliseconds. */
const workMs = 3000;
/** On a machine with other work, the first ones may be slow. */
const rounds = 5;
const worksOfMonth = 800;

/** A PNG of noise, which does not compress. */
async function noise(edge: number): Promise<Buffer> {
  const random = seededRandom(edge);
  const data = Uint8Array.from({ length: edge * edge * 3 }, () => random() * 256);
  return sharp(data, { raw: { width: edge, height: edge, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

suite('a server at work', { timeoutMs: 120_000 }, (test) => {
  let here: Place;
  let server: ServerProcess;
  let token: string;
  let large: Buffer;
  const months = ['2026/11', '2026/12', '2027/01', '2027/02', '2027/03'];
  const aside = (month: string): string => path.join(here.home, `aside ${month.replace('/', '-')}`);

  test.before(async () => {
    here = place();
    await manyWorks(here, worksOfMonth);
    for (const month of months) {
      here.clock.jump(30 * 86_400_000);
      await manyWorks(here, worksOfMonth);
      renameSync(path.join(here.gallery.folder, month), aside(month));
    }
    await here.gallery.rebuild();
    large = await noise(2400);
    const folder = path.join(here.gallery.folder, '2026', '10');
    const picture = path.join(here.home, 'large.png');
    writeFileSync(picture, large);
    for (const id of (await here.gallery.select('')).slice(0, 15)) {
      rmSync(path.join(folder, `${id}.png`), { force: true });
      linkSync(picture, path.join(folder, `${id}.png`));
    }
    token = (await new TokenBook(homeOf(here.home)).create({ name: 'painter', scope: 'paint' })).token;
    server = await startServerProcess(here.home);
    await (await get('/api/v1/works?query=fox')).arrayBuffer(); // the modules that the first requests load
  });
  test.after(endServers);

  const get = async (to: string): Promise<Response> => {
    const response = await fetch(`${server.url}${to}`, { headers: { authorization: `Bearer ${token}` } });
    assert.is(response.status, 200, to);
    return response;
  };

  /** Does `work` again and again, until the time is up. */
  const again = async (work: (count: number) => Promise<void>): Promise<void> => {
    const end = performance.now() + workMs;
    for (let count = 0; performance.now() < end; count++) await work(count);
  };

  const check = (waits: Waits): void => {
    assert.ok(waits.count >= 10, JSON.stringify(waits));
    assert.ok(waits.health < limit, `/healthz: ${waits.health} ms`);
    assert.ok(waits.event < limit, `/api/v1/events: ${waits.event} ms`);
  };

  test('the measure sees an event loop that stands still for 400 ms in the three seconds', async () => {
    const work = async (): Promise<void> => {
      await sleep(500);
      server.block(400);
      await sleep(500);
    };
    const waits = await calmestWaits(server, work, { rounds: 2, enough: limit });
    assert.ok(Math.max(waits.health, waits.event) > 200, JSON.stringify(waits));
  });

  test('searches', async () => {
    const long = Array.from({ length: 180 }, (_, at) => `-"w${at}x"`).join(' ');
    const lane = (number: number, round: number): Promise<void> =>
      again(async (count) => {
        const query = encodeURIComponent(`${long} -q${number}x${round}x${count}`);
        const { total } = (await (await get(`/api/v1/works?limit=1&query=${query}`)).json()) as { total: number };
        assert.ok(total >= worksOfMonth);
      });
    const work = async (round: number): Promise<void> => void (await Promise.all([1, 2, 3, 4].map((number) => lane(number, round))));
    check(await calmestWaits(server, work, { rounds, enough: limit }));
  });

  test('archives', async () => {
    const work = (): Promise<void> =>
      again(async () => {
        let bytes = 0;
        for await (const chunk of (await get('/api/v1/export.zip?query=')).body ?? []) bytes += (chunk as Uint8Array).length;
        assert.ok(bytes > 15 * large.length);
      });
    check(await calmestWaits(server, work, { rounds, enough: limit }));
  });

  test('the index: deleted again and again, and made of a month of works that was not there before', async () => {
    const { index } = here.gallery.layout;
    const total = async (): Promise<number> => ((await (await get('/api/v1/works?limit=1')).json()) as { total: number }).total;
    const work = async (round: number): Promise<void> => {
      const [month = ''] = months.splice(0, 1);
      const before = await total();
      mkdirSync(path.dirname(path.join(here.gallery.folder, month)), { recursive: true });
      renameSync(aside(month), path.join(here.gallery.folder, month));
      await again(async () => {
        rmSync(index, { force: true });
        while (!existsSync(index)) {
          assert.ok((await total()) >= before, String(round));
          await sleep(20);
        }
      });
      while ((await total()) < before + worksOfMonth - 1) await sleep(20);
    };
    check(await calmestWaits(server, work, { rounds, enough: limit }));
  });

  test('large pictures as base64, to the server and back', async () => {
    const body = JSON.stringify({ image: large.toString('base64') });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const work = (): Promise<void> =>
      again(async () => {
        const response = await fetch(`${server.url}/sdapi/v1/extra-single-image`, { method: 'POST', headers, body });
        let length = 0;
        for await (const chunk of response.body ?? []) length += (chunk as Uint8Array).length;
        assert.equal([response.status, length > large.length], [200, true]);
      });
    check(await calmestWaits(server, work, { rounds, enough: limit }));
  });
});
