/** Culling in a real browser, over a real server. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';

const hostile = `<img src=x onerror=alert(1)> שלום ${'long '.repeat(30)}`;

suite('culling', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), {
      works: 12,
      change: (sidecar, index) => {
        delete sidecar['rating'];
        if (index === 11) sidecar['flag'] = 'pick';
        if (index === 10) sidecar['title'] = hostile;
        if (index === 0) sidecar['hidden'] = true;
      },
    });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const ask = async (route: string, init: RequestInit = {}): Promise<Record<string, unknown>> =>
    (await (
      await fetch(`${server.url}/api/v1/${route}`, {
        ...init,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      })
    ).json()) as Record<string, unknown>;
  const change = (id: string | undefined, body: unknown) => ask(`works/${id}`, { method: 'PATCH', body: JSON.stringify(body) });
  const total = async (query: string): Promise<unknown> => (await ask(`works?limit=1&query=${encodeURIComponent(query)}`))['total'];
  const opened = async (address: string, options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.context.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });
    await watched.page.goto(`${server.url}/${address}`);
    return watched;
  };
  /** The id of the work whose picture is shown. */
  const shown = (page: Page, id: string | undefined): Promise<void> => page.locator(`main img[src*="${id}"]`).waitFor();

  test('begins with the first undecided work; one key decides and goes on; undo goes back', async () => {
    const { page, faults, close } = await opened('cull');
    await shown(page, ids[10]);
    await page.getByText('1 of 12').waitFor();
    await page.keyboard.press('x');
    await shown(page, ids[9]);
    await page.getByText('Rejected.').waitFor();
    await page.keyboard.press('4');
    await shown(page, ids[8]);
    await page.getByText('3 of 12').waitFor();
    await page.keyboard.press('Backspace');
    await shown(page, ids[9]);
    await page.getByText('2 of 12').waitFor();
    await page.keyboard.press('ArrowRight');
    await shown(page, ids[8]);
    await page.waitForURL(new RegExp(`at=${ids[8]}`));
    await page.reload();
    await shown(page, ids[8]);
    is(await total('flag:reject'), 1);
    is(await total('-rating:none'), 0);
    equal(faults, []);
    await close();
  });

  test('decisions made while the server is away wait, and are sent when it is back', async () => {
    const { page, context, close } = await opened('cull');
    await shown(page, ids[9]);
    await page.keyboard.press('ArrowRight');
    await shown(page, ids[8]);
    await page.waitForTimeout(300);
    await context.setOffline(true);
    await page.keyboard.press('p');
    await shown(page, ids[7]);
    await page.keyboard.press('3');
    await page.getByText('2 decisions wait in this page').waitFor();
    is(await total('flag:pick'), 1);
    await context.setOffline(false);
    await page.getByText('The server has all decisions now.').waitFor();
    is(await total('flag:pick'), 2);
    is(await total('rating:3'), 1);
    await close();
  });

  test('what somebody else decides leaves; a work that is removed is passed over', async () => {
    const { page, faults, close } = await opened('cull');
    await shown(page, ids[9]);
    await change(ids[6], { flag: 'reject' });
    await page.getByText('5 of 12').waitFor();
    await ask(`works/${ids[9]}/trash`, { method: 'POST' });
    await page.getByText('Somebody has removed the work').waitFor();
    await shown(page, ids[5]);
    equal(faults, []);
    await close();
  });

  test('with a thumb at 390 px: swipes and buttons; the end says what came of it', async () => {
    const { page, faults, close } = await opened('cull', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await shown(page, ids[5]);
    const swipe = async (dx: number, dy: number): Promise<void> => {
      const at = { pointerId: 1, pointerType: 'touch', isPrimary: true, bubbles: true };
      const stage = page.locator('.touch-none');
      await stage.dispatchEvent('pointerdown', { ...at, clientX: 200, clientY: 400 });
      await stage.dispatchEvent('pointermove', { ...at, clientX: 200 + dx, clientY: 400 + dy });
      await stage.dispatchEvent('pointerup', { ...at, clientX: 200 + dx, clientY: 400 + dy });
    };
    await swipe(0, 120);
    await shown(page, ids[4]);
    await swipe(-120, 0);
    await shown(page, ids[3]);
    for (const next of [ids[2], ids[1], ids[0]]) {
      await page.getByRole('button', { name: 'Rate 2 stars' }).tap();
      await shown(page, next);
    }
    await page.getByRole('button', { name: 'Pick', exact: true }).tap();
    await shown(page, ids[4]);
    await page.getByText('what you skipped').waitFor();
    await page.getByRole('button', { name: 'Reject', exact: true }).tap();
    await page.getByRole('heading', { name: 'All 11 works are decided' }).waitFor();
    await page.getByText('3 picked · 4 rejected · 4 rated').waitFor();
    is(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await page.getByRole('button', { name: 'Rate the 3 that are left' }).tap();
    await page.getByText('4 of 7').waitFor();
    for (let n = 0; n < 3; n++) {
      await page.locator('main img').waitFor();
      await page.getByRole('button', { name: 'Rate 5 stars' }).tap();
      await page.getByText(`${n + 5} of 7`).waitFor();
    }
    await page.getByRole('link', { name: 'Open the rejected ones' }).tap();
    await page.getByText('4 works').waitFor();
    match(page.url(), /flag%3Areject/);
    equal(faults, []);
    await close();
  });

  test('without a token it shows, and asks before it changes; an empty result says so', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/cull?all=1&q=-hidden:true`);
    await page.locator('main img').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('dialog').getByLabel('Token').waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/cull?q=zebra`);
    await page.getByRole('heading', { name: 'No work matches' }).waitFor();
    equal(faults, []);
    await close();
  });

  test('is clean by axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await opened('cull?all=1', { colorScheme });
      for (const address of ['cull?all=1', 'cull']) {
        await page.goto(`${server.url}/${address}`);
        await page.waitForTimeout(500);
        await axeClean(page, `${address} ${colorScheme}`);
      }
      await close();
    }
  });
});
