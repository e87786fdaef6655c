/** Duels in a real browser, over a real server with the bundled CLIP. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';

async function checkLook(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await axeClean(page, `${colorScheme}`);
  }
}

suite('duels on the page', { timeoutMs: 60_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const duels = async (): Promise<{ duels: number; works: { id: string; won: number }[] }> => {
    const answer = await fetch(`${server.url}/api/v1/duels`, { headers: { authorization: `Bearer ${server.token}` } });
    return (await answer.json()) as { duels: number; works: { id: string; won: number }[] };
  };
  const opened = async (options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.context.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });
    watched.context.setDefaultTimeout(20_000);
    await watched.page.goto(`${server.url}/duel`);
    return watched;
  };

  test('a reader is told what it is for; without works it says so', async () => {
    const reader = await openPage(browser);
    await reader.page.goto(`${server.url}/duel`);
    await reader.page.getByText('taste is learned from').waitFor();
    equal(reader.faults, []);
    await reader.close();
    const { page, close } = await opened();
    await page.getByText('A duel needs two works or more').waitFor();
    await close();
  });

  test('arrows choose, space skips, Backspace takes back; the answers are told', async () => {
    await fillGallery(path.join(server.home, 'gallery'), {
      works: 3,
      change: (sidecar) => {
        sidecar['tags'] = ['<img src=x onerror=alert(1)>', ...(sidecar['tags'] as string[])];
      },
    });
    const { page, faults, close } = await opened();
    const first = page.getByRole('button', { name: /^Choose the first/ });
    const pictures = page.locator('main button img');
    await first.waitFor();
    await pictures.nth(1).waitFor();
    const winner = /works\/(\w+)/.exec((await pictures.first().getAttribute('src')) ?? '')?.[1];
    await page.keyboard.press('ArrowLeft');
    await page.getByText('1 answer').waitFor();
    const { works } = await duels();
    equal([works[0]?.id, works[0]?.won], [winner, 1]);
    await first.waitFor();
    await page.keyboard.press(' ');
    await first.waitFor();
    await page.getByRole('button', { name: /^Choose the second/ }).click();
    await page.getByText('2 answers').waitFor();
    await first.waitFor();
    // Three works have three pairs.
    await page.getByText('You have seen this pair before').waitFor();
    await page.keyboard.press('Backspace');
    await page.getByText('Answer taken back.').waitFor();
    is((await duels()).duels, 1);
    await page.getByRole('button', { name: 'What your answers say' }).click();
    await page.getByText('1 duel so far').waitFor();
    await checkLook(page);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 390, height: 844 });
    await pictures.nth(1).waitFor();
    await checkLook(page);
    ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    equal(faults, []);
    await close();
  });
});
