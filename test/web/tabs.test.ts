/** Many tabs of one browser: over HTTP/1.1 it opens six connections to a server. */
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { equal, is } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const tabs = 8;

suite('many tabs of one browser', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    // Newest first: those are shown without scrolling.
    ids = (await fillGallery(path.join(server.home, 'gallery'), { works: 8 })).reverse();
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const rate = async (id: string | undefined, rating: number): Promise<void> => {
    const answer = await fetch(`${server.url}/api/v1/works/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rating }),
    });
    is(answer.status, 200);
  };
  const stars = (page: Page, id: string | undefined, rating: number): Promise<void> =>
    page.locator(`li:has(a[href="/works/${id}"])`).getByText('★'.repeat(rating), { exact: true }).waitFor();
  const openTabs = async (context: BrowserContext, first: Page): Promise<Page[]> => {
    const pages = [first];
    for (let more = 1; more < tabs; more++) pages.push(await context.newPage());
    for (const page of pages) {
      await page.goto(server.url);
      await page.getByText('8 works').waitFor();
    }
    return pages;
  };
  /** Shows or hides a tab, as far as its scripts can see: in a browser without windows all tabs are visible. */
  const show = (page: Page, isShown: boolean): Promise<void> =>
    page.evaluate((visible) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: !visible });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isShown);

  test('eight load, and all hear of changes; after signing out in one, all are signed out', async () => {
    const { page, context, close, faults } = await openPage(browser);
    await signInAs(page, server);
    const pages = await openTabs(context, page);
    await rate(ids[0], 4);
    await Promise.all(pages.map((one) => stars(one, ids[0], 4)));
    // The stream is not that of the first tab: the others go on without it.
    await page.close();
    const rest = pages.slice(1);
    await rate(ids[1], 3);
    await Promise.all(rest.map((one) => stars(one, ids[1], 3)));
    const [second] = rest;
    await second?.getByRole('button', { name: /^Signed in as painter/ }).click();
    await second?.getByRole('button', { name: 'Sign out' }).click();
    await Promise.all(rest.map((one) => one.getByRole('navigation').getByRole('button', { name: 'Sign in' }).waitFor()));
    equal(faults, []);
    await close();
  });

  test('where browsers have no shared workers, hidden tabs hold no connection, and learn what they missed', async () => {
    const { page, context, close, faults } = await openPage(browser);
    await context.addInitScript(() => {
      Reflect.deleteProperty(window, 'SharedWorker');
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    });
    const pages = await openTabs(context, page);
    const events = page.waitForRequest((request) => request.url().includes('/api/v1/events'));
    await show(page, true);
    await events;
    await rate(ids[2], 2);
    await stars(page, ids[2], 2);
    await show(page, false);
    await rate(ids[3], 5);
    const [, other] = pages;
    if (other) await show(other, true);
    await show(page, true);
    await stars(page, ids[3], 5);
    equal(faults, []);
    await close();
  });
});
