/** The gallery in a real browser, over a real server. */

import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';

suite('the gallery page', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 300 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('shows the newest works, opens one, and comes back to the same place', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(server.url);
    await page.getByText('300 works').waitFor();
    is(await page.locator('li a').first().getAttribute('href'), `/works/${ids.at(-1)}`);
    await page.locator('[data-grid]').evaluate((grid) => grid.scrollTo(0, 900));
    await page.waitForTimeout(300);
    const before = await page.locator('[data-grid]').evaluate((grid) => grid.scrollTop);
    const href = await page.evaluate(() => {
      const inView = [...document.querySelectorAll('li a')].find((link) => link.getBoundingClientRect().top > 150);
      return inView?.getAttribute('href');
    });
    await page.locator(`a[href="${href}"]`).click();
    await page.getByRole('button', { name: 'Back' }).waitFor();
    match(page.url(), new RegExp(`${href}$`));
    await page.keyboard.press('Escape');
    await page.waitForURL(`${server.url}/`);
    const after = await page.locator('[data-grid]').evaluate((grid) => grid.scrollTop);
    ok(Math.abs(after - before) <= 5, `scrolled from ${before} to ${after}`);
    equal(faults, []);
    await close();
  });

  test('rates by key after signing in, and the server has it', async () => {
    const { page, faults, close } = await openPage(browser);
    const [id = ''] = ids;
    await page.goto(`${server.url}/works/${id}`);
    await page.getByRole('heading', { level: 2 }).filter({ hasText: 'of a' }).waitFor();
    await page.keyboard.press('4');
    await page.getByRole('dialog').getByText('ai-artist serve token create browser --scope paint').waitFor();
    await page.getByLabel('Token').fill(server.token);
    const rated = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok());
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await rated;
    await page.getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    const answer = await fetch(`${server.url}/api/v1/works/${id}`, { headers: { authorization: `Bearer ${server.token}` } });
    is(((await answer.json()) as { rating: number }).rating, 4);
    equal(faults, []);
    await close();
  });

  test('a wrong token is said, and the right one signs in after it', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(`${server.url}/works/${ids[1]}`);
    await page.getByRole('navigation').getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Token').fill('aia_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The server does not know this token.').waitFor();
    await page.getByLabel('Token').fill(server.token);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  });

  test('is clean by axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openPage(browser, { colorScheme });
      for (const address of ['', `works/${ids[5]}`, 'settings']) {
        await page.goto(`${server.url}/${address}`);
        await page.waitForTimeout(500);
        await axeClean(page, `${address} ${colorScheme}`);
      }
      await close();
    }
  });
});
