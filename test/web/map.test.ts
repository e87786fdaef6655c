/** The map of the works, in a real browser over a real server; the works are pretended, the server's own map has its tests beside it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { tasksOf } from './main-thread.ts';
import { mapBody, pretendMap } from './pretend-map.ts';

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const hostile = '<img src=x onerror=alert(1)> \u202eقطط'.padEnd(2000, 'x');

const stage = (page: Page) => page.getByRole('application', { name: /Map of the works/ });
const painted = (page: Page) => page.locator('canvas[data-painted]').waitFor();
const inView = async (page: Page): Promise<number> => {
  const text = await page.getByText(/works? in view/).innerText();
  return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', ''));
};
const zoomed = (page: Page) => page.waitForURL(/[?&]z=/);

suite('the map', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(
    count: number,
    { query = '', topics, ...options }: BrowserContextOptions & { query?: string; topics?: string[] } = {},
  ) {
    const watched = await openPage(browser, options);
    const map = await pretendMap(watched.page, count, topics);
    await watched.page.goto(`${server.url}/map${query}`);
    await painted(watched.page);
    return { ...watched, map };
  }

  test('wheel and keys zoom, the address keeps the view, and "back" from a work returns to it', async () => {
    const { page, faults, close } = await open(3000);
    await page.getByText('3,000 works in view.').waitFor();
    const box = await stage(page).boundingBox();
    ok(box);
    await page.mouse.move(box.x + box.width / 2 + 220, box.y + box.height / 2); // over a cloud
    await page.mouse.wheel(0, -1000);
    await zoomed(page);
    const view = new URL(page.url()).search;
    const near = await inView(page);
    ok(near > 0 && near < 3000, `${near} in view`);
    const link = page.getByRole('listitem').getByRole('link', { name: 'a fox' }).first();
    const href = await link.getAttribute('href');
    await link.focus();
    await page.locator(`[data-card="${href?.split('/').at(-1)}"]`).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/works\//);
    await page.goBack();
    await painted(page);
    is(new URL(page.url()).search, view);
    is(await inView(page), near);
    // The same by the address alone.
    await page.goto(`${server.url}/map${view}`);
    await painted(page);
    is(await inView(page), near);
    await stage(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL((url) => url.search !== view);
    await page.keyboard.press('+');
    await page.waitForURL((url) => Number(url.searchParams.get('z')) > Number(new URLSearchParams(view).get('z')));
    await page.keyboard.press('0');
    await page.getByText('3,000 works in view.').waitFor();
    equal(new URL(page.url()).search, '');
    // The works are opened from a pretended list, which the server does not have.
    equal(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
    await close();
  });

  test('dragging and zooming 20,000 works keeps every task below 50 ms', async () => {
    const { page, faults, close } = await open(20_000);
    const [x, y] = [700, 400];
    const tasks = await tasksOf(browser, page, async () => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (let step = 0; step < 40; step++) await page.mouse.move(x + 200 * Math.sin(step / 6), y + 120 * Math.cos(step / 6));
      await page.mouse.up();
      for (let step = 0; step < 40; step++) {
        await page.mouse.wheel(0, step < 20 ? -150 : 150);
        await page.waitForTimeout(16);
      }
      await zoomed(page);
    });
    ok(tasks.length > 100, `${tasks.length} tasks`);
    equal(
      tasks.filter((ms) => ms > 50),
      [],
    );
    equal(faults, []);
    await close();
  });

  test('the mouse shows the work under it, dragging moves, and a click opens', async () => {
    const { page, map, close } = await open(12, { query: '?x=0.7&y=0&z=1' });
    const box = await stage(page).boundingBox();
    ok(box);
    await page.locator('[data-stage] img').first().waitFor();
    const pictures = await page.locator('[data-stage] img').count();
    is(pictures, await inView(page));
    const first = await page.locator('[data-stage] img').last().boundingBox();
    ok(first);
    await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2);
    await page.locator('[data-card]').waitFor();
    await page.mouse.down();
    await page.mouse.move(first.x + 80, first.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.get('x') !== '0.7');
    match(page.url(), /\/map\?/);
    await page.waitForTimeout(300);
    const moved = await page.locator('[data-stage] img').last().boundingBox();
    ok(moved);
    await page.mouse.click(moved.x + moved.width / 2, moved.y + moved.height / 2);
    await page.waitForURL(/\/works\//);
    ok(map.ids.some((id) => page.url().includes(id)));
    await close();
  });

  test('colours have a legend whose classes stand out; a search stands out and leads to the gallery', async () => {
    const { page, faults, close } = await open(600, { topics: [hostile, 'foxes'] });
    await page.getByRole('button', { name: /^Foxes/ }).click();
    await page.waitForURL(/only=1/);
    is(await page.getByRole('button', { name: /^Foxes/ }).getAttribute('aria-pressed'), 'true');
    await page.getByRole('button', { name: /^<img src=x/ }).waitFor();
    await page.getByLabel('Colour by').selectOption('time');
    await page.waitForURL(/by=time/);
    await page.getByRole('button', { name: 'January 2024 600' }).waitFor();
    await page.getByLabel('Highlight a search').fill('foxes');
    await page.keyboard.press('Enter');
    await page.getByText('100 works stand out.').waitFor();
    match((await page.getByRole('link', { name: 'In the gallery' }).getAttribute('href')) ?? '', /\?q=foxes/);
    equal(faults, []);
    await close();
  });

  test('says why there is no map, and what to do', async () => {
    const { page, faults, close } = await openPage(browser);
    const { ids } = await pretendMap(page, 30);
    let answer: () => Promise<{ status: number; body?: Buffer; json?: unknown }> = async () => ({ status: 200, body: mapBody([], [], []) });
    await page.unroute('**/api/v1/map');
    await page.route('**/api/v1/map', async (route) => route.fulfill(await answer()));
    const shows = async (text: string): Promise<void> => {
      await page.goto(`${server.url}/map`);
      await page.getByText(text).waitFor();
    };
    await shows('No works yet');
    answer = async () => ({ status: 200, body: mapBody(ids.slice(0, 3), [0, 1, 0], [0, 0, 1]) });
    await shows('There are only 3 works with a place.');
    await page.getByRole('link', { name: 'Paint more in the studio' }).waitFor();
    answer = async () => ({ status: 200, body: mapBody([], [], [], 7) });
    await shows('The pictures of 7 works have not been compared yet.');
    answer = async () => ({ status: 200, body: mapBody(ids, Array(30).fill(0.5), Array(30).fill(0.5), 7) });
    await shows('7 works have no place yet');
    await page.getByText('30 works in view.').waitFor();
    let go: () => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        go = () => resolve({ status: 500, json: { error: { code: 'ERR_MODEL_NOT_FOUND', message: 'the CLIP is missing' } } });
      });
    await shows('The server is comparing the pictures.');
    await page.getByText('1 second so far').waitFor();
    go();
    await page.getByText('The map could not be made: the CLIP is missing').waitFor();
    answer = async () => ({ status: 200, body: mapBody(ids, ids.map(Math.random), ids.map(Math.random)) });
    await page.getByRole('button', { name: 'Try again' }).click();
    await painted(page);
    equal(
      faults.filter((fault) => !fault.includes('500')),
      [],
    );
    await close();
  });

  test('on a phone a tap shows a work and the card opens it; the buttons zoom', async () => {
    const { page, close } = await open(12, phone);
    await page.getByRole('button', { name: 'Zoom in' }).tap();
    await zoomed(page);
    await page.getByRole('button', { name: 'Whole map' }).tap();
    await page.waitForURL(`${server.url}/map`);
    const point = await page.locator('[data-stage] img').last().boundingBox();
    ok(point);
    await page.touchscreen.tap(point.x + point.width / 2, point.y + point.height / 2);
    await page.locator('a[data-card]').tap();
    await page.waitForURL(/\/works\//);
    await close();
  });

  test('is clean by axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await open(60, { colorScheme });
      await page.getByRole('button', { name: /^Foxes/ }).waitFor();
      await axeClean(page, `map ${colorScheme}`);
      await close();
    }
  });
});
