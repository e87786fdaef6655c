/** Slideshow and kiosk in a real browser, over a real server. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';

suite('slideshow and kiosk', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), {
      works: 6,
      change: (sidecar, index) => {
        delete sidecar['rating'];
        if (index === 5) sidecar['hidden'] = true;
        if (index === 4) sidecar['title'] = '<img src=x onerror=alert(1)> שלום';
      },
    });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const shown = (page: Page, id: string | undefined): Promise<void> => page.locator(`main .z-\\[1\\] img[src*="${id}"]`).waitFor();
  const signIn = (page: Page): Promise<unknown> =>
    page.context().request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });

  test('from the menu of the gallery: it goes on by itself, pauses, rates, and closes', async () => {
    const { page, faults, close } = await openPage(browser);
    await signIn(page);
    await page.goto(server.url);
    await page.getByText('6 works').waitFor();
    await page.getByRole('button', { name: 'Look through' }).click();
    await page.getByRole('menuitem', { name: 'Slideshow' }).click();
    // The newest work is hidden: it is not shown on a wall.
    await shown(page, ids[4]);
    is(await page.getByRole('navigation').count(), 0);
    await page.getByLabel('Time for each picture').selectOption('3');
    await page.waitForURL(/seconds=3/);
    await shown(page, ids[3]);
    await page.getByRole('heading', { name: 'Slideshow' }).waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await shown(page, ids[2]);
    const saved = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok());
    await page.keyboard.press('5');
    await saved;
    await page.getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await shown(page, ids[3]);
    await page.getByRole('combobox', { name: 'Order' }).selectOption('random');
    await page.waitForURL(/sort=random&seed=\d+/);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Escape');
    await page.getByText('6 works').waitFor();
    equal(faults, []);
    await close();
  });

  test('a kiosk shows pictures only, and new works as they come', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/kiosk?seconds=1&caption=1&q=-flag:reject`);
    await shown(page, ids[4]);
    await page.getByText('<img src=x onerror=alert(1)> שלום').waitFor();
    await shown(page, ids[2]);
    is(await page.getByRole('button').count(), 0);
    is(await page.locator('main .cursor-none').count(), 1);
    const [fresh] = await fillGallery(path.join(server.home, 'gallery'), { works: 1, start: Date.UTC(2026, 0, 1), days: 1 });
    await shown(page, fresh);
    equal(faults, []);
    await close();
  });

  test('a gallery without works: the kiosk waits for the first one', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/kiosk?q=lighthouse-nobody-painted`);
    await page.getByText('Nothing to show yet').waitFor();
    await page.goto(`${server.url}/slideshow?q=nothing-like-this`);
    await page.getByText('No work matches').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('No work matches').waitFor();
    equal(faults, []);
    await close();
  });

  test('is clean by axe, and fits a phone', async () => {
    const { page, close } = await openPage(browser, { viewport: { width: 390, height: 844 } });
    for (const address of ['slideshow?seconds=60', 'kiosk?caption=1&seconds=60']) {
      await page.goto(`${server.url}/${address}`);
      await page.locator('main img').first().waitFor();
      await axeClean(page, `${address}`);
      ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    }
    await close();
  });
});
