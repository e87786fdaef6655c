/** The page in a browser that refuses: storage, service worker, a wrong clock, files of an older version. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';
import { visit } from './visit.ts';

/** Every key that the page has ever kept something under, with something that another version may have kept. */
const keptKeys = ['theme', 'view', 'row height', 'facets', 'facet tag', 'facet rating', 'details', 'pixelated', 'sections', 'single keys']
  .concat([
    'pinned searches',
    'searches',
    'searches by meaning',
    'queue cleared',
    'notice',
    'sound',
    'prompts',
    'presets',
    'draft',
    'start',
  ])
  .concat(['grid axes', 'places', 'reloaded']);
const odd = ['{"a":1}', '[{"a":1},2,null]', '"text"', '-7', 'not json'];
const rooms = ['studio', 'queue', 'cull', 'settings'];

suite('a browser that refuses', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 12 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = async (init: string | (() => void), options: BrowserContextOptions = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    watched.context.setDefaultTimeout(20_000);
    await signInAs(watched.page, server);
    await watched.page.addInitScript(typeof init === 'string' ? { content: init } : init);
    await watched.page.goto(server.url);
    await watched.page.getByText('12 works').waitFor();
    return watched;
  };

  test('storage that throws, or holds what another version kept: each room opens, and choices hold until the page is closed', async () => {
    // As text: a function would bring what the compiler of the tests adds to it.
    const throwing = `for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      Object.defineProperty(window, name, { get: () => { throw new DOMException('refused', 'SecurityError'); } });`;
    const refused = await open(throwing);
    for (const room of rooms) await visit(refused.page, room);
    await visit(refused.page, `works/${ids[0]}`);
    await refused.page.getByLabel('Title').fill('kept for now');
    await refused.page.getByLabel('Note').focus();
    await refused.page.getByText('Saved', { exact: true }).waitFor();
    equal(refused.faults, []);
    await refused.close();

    for (const shift of [0, 1]) {
      const watched = await openPage(browser);
      watched.context.setDefaultTimeout(20_000);
      await signInAs(watched.page, server);
      await watched.page.addInitScript(
        ([keys, values]) => {
          for (const [index, key] of keys.entries())
            for (const storage of [localStorage, sessionStorage])
              storage.setItem(`ai-artist / ${key}`, values[index % values.length] ?? '');
        },
        [keptKeys, [...odd.slice(shift), ...odd.slice(0, shift)]] as const,
      );
      await watched.page.goto(server.url);
      await watched.page.getByText('12 works').waitFor();
      await visit(watched.page, 'studio');
      await watched.page.getByLabel('Prompt', { exact: true }).waitFor();
      await visit(watched.page, 'queue');
      await visit(watched.page, `works/${ids[1]}`);
      await watched.page.getByLabel('Title').waitFor();
      equal(watched.faults, []);
      await watched.close();
    }
  });

  test('a tab of an older version: it says so, is loaded again once, and what was typed is there; without storage it does not loop', async () => {
    for (const isRefused of [false, true]) {
      const { page, close } = await open(
        isRefused
          ? () => {
              Storage.prototype.setItem = () => {
                throw new DOMException('full', 'QuotaExceededError');
              };
            }
          : () => undefined,
      );
      await visit(page, 'studio');
      await page.getByLabel('Prompt', { exact: true }).fill('a prompt that nobody has sent');
      let loads = 0;
      page.on('load', () => loads++);
      let asked = 0;
      // The files of the build that this tab came with are gone.
      await page.route('**/assets/queue-page-*', (route) => (asked++ === 0 ? route.fulfill({ status: 404 }) : route.continue()));
      await page.getByRole('link', { name: 'Queue' }).click();
      if (isRefused) {
        await page.getByRole('button', { name: 'Try again' }).waitFor();
        await page.waitForTimeout(500);
        is(loads, 0);
        await page.getByRole('button', { name: 'Try again' }).click();
      } else await page.getByText('The page was loaded again').waitFor();
      await page.getByRole('heading', { name: 'Queue' }).waitFor();
      await visit(page, 'studio');
      is(await page.getByLabel('Prompt', { exact: true }).inputValue(), 'a prompt that nobody has sent');
      ok(loads <= 1);
      await close();
    }
  });

  test('another build answers after a restart: the page says so, and loads again when it is told to', async () => {
    const { page, close } = await open(() => {
      // A stream of this tab, whose server has become another process.
      Reflect.deleteProperty(window, 'SharedWorker');
      const Real = EventSource;
      window.EventSource = class extends Real {
        constructor(address: string | URL) {
          super(address);
          addEventListener('restarted', () => this.dispatchEvent(new MessageEvent('reset', { data: '{}' })));
        }
      };
    });
    await page.route(`${server.url}/`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace(/assets\/index-[\w-]+\.js/, 'assets/index-newer.js') });
    });
    await page.evaluate(() => dispatchEvent(new Event('restarted')));
    const bar = page.getByRole('alert').filter({ hasText: 'newer version' });
    await bar.waitFor();
    await page.unroute(`${server.url}/`);
    await Promise.all([page.waitForEvent('load'), bar.getByRole('button', { name: 'Load it again' }).click()]);
    await page.getByText('12 works').waitFor();
    is(await bar.count(), 0);
    await close();
  });

  test('a clock that is a day ahead: what ends after the list was cleared is shown', async () => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
    const post = async (to: string, body: object): Promise<{ id: string }> =>
      (await (await fetch(`${server.url}/api/v1/${to}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as { id: string };
    const end = async (prompt: string): Promise<unknown> => post(`jobs/${(await post('jobs', { prompt })).id}/cancel`, {});
    await end('before the list was cleared');
    const { page, context, faults, close } = await openPage(browser);
    context.setDefaultTimeout(20_000);
    await page.clock.setSystemTime(Date.now() + 86_400_000);
    await signInAs(page, server);
    await page.goto(`${server.url}/queue`);
    await page.getByText('before the list was cleared').waitFor();
    await page.getByRole('button', { name: 'Clear the list' }).click();
    await page.getByText('before the list was cleared').waitFor({ state: 'detached' });
    await end('after it was cleared');
    await page.getByText('after it was cleared').waitFor();
    equal(faults, []);
    await close();
  });

  test('opened while the server is away, the page begins when it is back; a worker whose storage is refused changes nothing', async () => {
    const front = await standIn(server.url);
    const { page, context, close } = await openPage(browser, { serviceWorkers: 'allow' });
    context.setDefaultTimeout(20_000);
    await page.goto(front.url);
    await page.getByText('12 works').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await page.getByText('12 works').waitFor();
    is(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
    await page.getByRole('link', { name: 'Collections' }).click();
    await page.getByRole('heading', { name: 'Collections' }).waitFor();
    await close();

    const kept = await openPage(browser, { serviceWorkers: 'allow' });
    kept.context.setDefaultTimeout(20_000);
    await kept.page.goto(server.url);
    await kept.page.evaluate(() => navigator.serviceWorker.ready);
    await kept.page.reload();
    await kept.page.getByText('12 works').waitFor();
    await kept.context.setOffline(true);
    await kept.page.goto(server.url);
    await kept.page.getByRole('alert').getByText('cannot be reached').waitFor();
    await kept.context.setOffline(false);
    await kept.page.getByText('12 works').waitFor();
    is(await kept.page.getByRole('alert').count(), 0);
    await kept.close();
    await front.close();
  });
});

/** Passes requests on to a server, whose service worker then has storage that is refused. */
async function standIn(to: string): Promise<{ url: string; close(): Promise<void> }> {
  const refusing =
    'for (const name of ["open", "match", "keys", "delete"]) CacheStorage.prototype[name] = () => Promise.reject(new DOMException("refused", "SecurityError"));\n';
  const pass = (given: IncomingMessage, answer: ServerResponse): void => {
    const headers = { ...given.headers, host: new URL(to).host, 'accept-encoding': 'identity' };
    const asked = request(`${to}${given.url}`, { method: given.method, headers }, (found) => {
      if (given.url !== '/worker.js') {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        return void found.pipe(answer);
      }
      const { 'content-length': _, ...others } = found.headers;
      answer.writeHead(found.statusCode ?? 502, others);
      answer.write(refusing);
      found.pipe(answer);
    });
    asked.on('error', () => given.socket.destroy());
    given.pipe(asked);
  };
  const front: Server = createServer(pass);
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done));
  const close = (): Promise<void> =>
    new Promise((done) => {
      front.close(() => done());
      front.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, close };
}
