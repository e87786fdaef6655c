/** Galleries so large that browsers cannot lay them out in one box. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage } from './browser.ts';
import { type ManyWorks, pretendWorks } from './many-works.ts';

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
const many = 100_000;
const newest = 20_000;

/** The works in view: index in the list and edges. */
const inView = (page: Page): Promise<{ position: number; top: number; bottom: number }[]> =>
  page.locator('[data-grid]').evaluate((grid) => {
    const view = grid.getBoundingClientRect();
    return [...grid.querySelectorAll('li')].flatMap((item) => {
      const { top, bottom } = item.getBoundingClientRect();
      if (bottom <= view.top || top >= view.bottom) return [];
      return [{ position: Number(item.getAttribute('aria-posinset')), top: top - view.top, bottom: view.bottom - bottom }];
    });
  });
const last = async (page: Page): Promise<{ position: number; bottom: number } | undefined> => (await inView(page)).at(-1);
const settled = (page: Page): Promise<void> => page.waitForTimeout(400);

suite('100,000 works', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(options: BrowserContextOptions, dayOf = (index: number) => newest - Math.floor(index / 60)) {
    const watched = await openPage(browser, options);
    // One column: the rows are as high as they can be.
    await watched.page.addInitScript(() => localStorage.setItem('ai-artist / row height', '480'));
    const works: ManyWorks = await pretendWorks(watched.page, many, dayOf);
    await watched.page.goto(server.url);
    await watched.page.locator('li a img').first().waitFor();
    return { ...watched, works };
  }

  test('the last is reached on a phone by the End key, the timeline and by scrolling, and each work is passed on the way', async () => {
    const { page, faults, close } = await open(phone);
    const grid = page.locator('[data-grid]');
    const height = await grid.evaluate((element) => element.scrollHeight);
    ok(height <= 15_000_000 / 3, `the box is ${height} px`);
    await grid.focus();
    await page.keyboard.press('End');
    await settled(page);
    is((await last(page))?.position, many);
    const atEnd = await last(page);
    ok(atEnd !== undefined && atEnd.bottom >= 0, 'the last work is whole');
    // Wheel or finger: pixel by pixel, whatever the box leaves out. Nothing is skipped.
    for (let step = 0; step < 6; step++) {
      const before = (await inView(page))[0];
      await grid.evaluate((element) => element.scrollBy(0, -400));
      await settled(page);
      const now = (await inView(page)).find(({ position }) => position === before?.position);
      ok(before && now && Math.abs(now.top - before.top - 400) <= 2, `from ${JSON.stringify(before)} to ${JSON.stringify(now)}`);
    }
    const slider = page.getByRole('slider', { name: 'Timeline' });
    await slider.focus();
    await page.keyboard.press('Home');
    await settled(page);
    is((await inView(page))[0]?.position, 1);
    const strip = await slider.boundingBox();
    ok(strip);
    await page.mouse.click(strip.x + strip.width / 2, strip.y + strip.height - 1);
    await settled(page);
    ok(((await last(page))?.position ?? 0) > many * 0.99);
    equal(faults, []);
    await close();
  });

  /** Holds back all works but the first ones. @returns lets them come */
  async function holdRest(page: Page): Promise<() => void> {
    let send = (): void => undefined;
    const sent = new Promise<void>((resolve) => (send = resolve));
    await page.route(
      (url) => url.pathname.endsWith('/works/ids') && !url.searchParams.has('limit'),
      async (route) => {
        await sent;
        await route.fallback();
      },
    );
    return () => send();
  }

  test('the End key leads to the last work although only the first are known, unless another key follows', async () => {
    for (const follows of [false, true]) {
      const { page, faults, close } = await openPage(browser, {});
      await pretendWorks(page, many, (index) => newest - Math.floor(index / 60));
      const send = await holdRest(page);
      await page.goto(server.url);
      await page.locator('li a img').first().waitFor();
      await page.locator('[data-grid]').focus();
      await page.keyboard.press('End');
      const known = page.locator('[data-grid] li[aria-posinset="500"]');
      await known.waitFor();
      if (follows) await page.keyboard.press('ArrowLeft');
      send();
      await page.getByRole('slider', { name: 'Timeline' }).waitFor();
      if (follows) await known.waitFor();
      else await page.locator(`[data-grid] li[aria-posinset="${many}"]`).waitFor();
      equal(faults, []);
      await close();
    }
  });

  test('the first works and the number of all are shown before the rest is known, and nothing moves when it comes', async () => {
    const { page, faults, close } = await openPage(browser, {});
    // 7 a day at first, many a day before: the groups of all are days, those of the first ones alone would be months.
    await pretendWorks(page, many, (index) => newest - Math.floor(index < 700 ? index / 7 : 100 + (index - 700) / 90));
    const send = await holdRest(page);
    const rest = page.waitForRequest((request) => request.url().includes('/works/ids') && !request.url().includes('limit='));
    await page.goto(server.url);
    await page.getByText('100,000 works').waitFor();
    const places = (): Promise<string[]> =>
      page
        .locator('[data-grid] :is(li, h2)')
        .evaluateAll((all) => all.slice(0, 20).map((one) => JSON.stringify(Object.values(one.getBoundingClientRect().toJSON()))));
    await rest;
    ok((await page.getByRole('slider', { name: 'Timeline' }).count()) === 0);
    const before = await places();
    ok(before.length === 20);
    send();
    await page.getByRole('slider', { name: 'Timeline' }).waitFor();
    equal(await places(), before);
    await page.locator('[data-grid]').focus();
    await page.keyboard.press('End');
    await settled(page);
    is((await last(page))?.position, many);
    equal(faults, []);
    await close();
  });

  test('a jump to the oldest and back loads three windows at most, and the document stays small', async () => {
    const { page, works, close } = await open({});
    await settled(page);
    const firstWindow = works.thumbnails.length;
    const grid = page.locator('[data-grid]');
    for (let jump = 0; jump < 3; jump++) {
      await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await settled(page);
      await grid.evaluate((element) => element.scrollTo(0, 0));
      await settled(page);
    }
    ok(new Set(works.thumbnails).size <= 3 * firstWindow, `${new Set(works.thumbnails).size} thumbnails, ${firstWindow} in a window`);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    ok(elements < 500, `${elements} elements`);
    await close();
  });

  test('half of them on one day', async () => {
    const { page, faults, close } = await open({}, (index) => (index < many / 2 ? newest : newest - 1 - Math.floor(index / 1000)));
    await page.getByRole('slider', { name: 'Timeline' }).focus();
    await page.keyboard.press('End');
    await settled(page);
    is((await last(page))?.position, many);
    equal(faults, []);
    await close();
  });

  test('a work deep in the list opens by its address, and "back" shows it in the list', async () => {
    const { page, works, close } = await open({});
    const id = works.ids[77_777] ?? '';
    await page.route(`**/api/v1/works/${id}`, (route) =>
      route.fulfill({
        json: { ...{ id, createdAt: '2024-01-01T00:00:00Z', width: 512, height: 512, version: 'v', name: 'deep' }, recipe: null },
      }),
    );
    await page.goto(`${server.url}/works/${id}`);
    await page.getByRole('button', { name: 'Older work' }).waitFor();
    await page.keyboard.press('Escape');
    await settled(page);
    ok((await inView(page)).some(({ position }) => position === 77_778));
    await close();
  });
});
