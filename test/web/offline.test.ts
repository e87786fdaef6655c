/** The page when the server goes away, comes back, or has become another one. */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

suite('the page without its server', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    await fillGallery(path.join(server.home, 'gallery'), { works: 40 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('says that the server is gone, and goes on when it is back', async () => {
    const { page, close } = await openPage(browser, { serviceWorkers: 'allow' });
    await page.goto(server.url);
    await page.getByText('40 works').waitFor();
    await page.context().setOffline(true);
    await page.getByLabel('Order').selectOption('oldest');
    await page.getByRole('alert').first().waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('40 works').waitFor();
    await page.waitForFunction(() => document.querySelector('[role=alert]') === null);
    await close();
  });

  test('pages that were left hold no connections, and hear events again when one goes back', async () => {
    const keeping = await openBrowser({ keepsPages: true });
    try {
      const { page } = await openPage(keeping);
      await signInAs(page, server);
      // More than the six connections that a browser opens to a server.
      for (const address of ['queue', 'collections', 'share', 'settings', 'studio', 'queue', 'share', '', 'collections']) {
        await page.goto(`${server.url}/${address}`);
        await page.getByRole('navigation').first().waitFor();
      }
      await page.goBack({ waitUntil: 'commit' });
      equal(new URL(page.url()).pathname, '/');
      const work = page.locator('li').first();
      await work.locator('a').first().waitFor();
      const id = (await work.locator('a').first().getAttribute('href'))?.split('/').at(-1);
      await fetch(`${server.url}/api/v1/works/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ star: true, rating: 5 }),
      });
      await work.getByText('★★★★★').waitFor();
    } finally {
      await keeping.close();
    }
  });

  test('opens without a network after a visit', async () => {
    const { page, close } = await openPage(browser, { serviceWorkers: 'allow' });
    await page.goto(server.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await page.getByText('40 works').waitFor();
    await page.context().setOffline(true);
    await page.goto(`${server.url}/settings`);
    await page.getByRole('navigation').waitFor();
    await close();
  });

  test('the worker keeps no errors, and nothing of the API', async () => {
    const { page, close } = await openPage(browser, { serviceWorkers: 'allow' });
    await page.goto(server.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await page.getByText('40 works').waitFor();
    const answers = await page.evaluate(async () => {
      await fetch('assets/gone-123.js');
      const kept: string[] = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
      return kept;
    });
    ok(answers.includes('/'));
    equal(
      answers.filter((one) => one !== '/' && !/^\/assets\/[\w-]+-[\w-]+\.(js|css)$/.test(one)),
      [],
    );
    ok(!answers.includes('/assets/gone-123.js'));
    await close();
  });

  test('a tab of an older version reloads once where a file is gone, and not for ever', async () => {
    const { page, close } = await openPage(browser);
    await page.route('**/assets/settings-page-*', (route) => route.fulfill({ status: 404 }));
    await page.goto(server.url);
    await page.getByText('40 works').waitFor();
    let loads = 0;
    page.on('load', () => loads++);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    is(loads, 1);
    await page.unroute('**/assets/settings-page-*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await close();
  });
});
