/** Duels in a real browser, over a real server with the bundled CLIP. */
import { readFileSync } from 'node:fs';
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
    // The texts are whole, on demand, below their pictures.
    await page.getByRole('button', { name: 'Show the texts of the works' }).click();
    const texts = page.getByRole('region', { name: /^Text of / });
    is(await texts.count(), 2);
    ok(await texts.first().evaluate((text) => text.scrollHeight <= text.clientHeight + 1 || getComputedStyle(text).overflowY === 'auto'));
    const boxes = await Promise.all([pictures.first(), texts.first(), pictures.nth(1), texts.nth(1)].map((one) => one.boundingBox()));
    for (const [index, box] of boxes.slice(1).entries())
      ok((box?.y ?? 0) >= (boxes[index]?.y ?? 0) + (boxes[index]?.height ?? 0) - 1, `part ${index}`);
    await checkLook(page);
    equal(faults, []);
    await close();
  });

  test('both pictures appear at once, and not before the slower one is there', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.context().request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });
    let release = (): void => undefined;
    const released = new Promise<void>((done) => {
      release = done;
    });
    let asked = 0;
    await page.route('**/thumbnail?*1280*', async (route) => {
      asked += 1;
      if (asked > 1) await released;
      await route.continue();
    });
    const arrived = page.waitForResponse(/thumbnail\?.*1280/, { timeout: 60_000 });
    await page.goto(`${server.url}/duel`);
    await arrived;
    await page.waitForTimeout(300);
    const pictures = page.locator('main button img');
    is(await pictures.count(), 0);
    release();
    await pictures.nth(1).waitFor();
    ok(asked > 1);
    equal(faults, []);
    await close();
  });

  test('learns the taste at once from two answers', async () => {
    const { page, faults, close } = await opened();
    await page.getByRole('button', { name: 'What your answers say' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Learning needs 2 duels or more.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Choose the first/ }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('1 answer').waitFor();
    await page.getByRole('button', { name: 'What your answers say' }).click();
    await dialog.getByText('No taste was learned yet.').waitFor();
    await dialog.getByRole('button', { name: 'Learn now' }).click();
    await dialog.getByText('The taste was learned from 2 duels.').waitFor({ timeout: 40_000 });
    await dialog.getByText('The taste in use was learned from 2 duels.').waitFor();
    equal(JSON.parse(readFileSync(path.join(server.home, 'taste.json'), 'utf8')).kind, 'duels');
    equal(faults, []);
    await close();
  });
});
