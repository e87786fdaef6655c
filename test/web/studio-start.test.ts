/** Start pictures of the studio over a reload, and a result that keeps its place. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { fillGallery } from './fill.ts';
import { openStudio, paint, painted, prompt, result, setOption } from './studio-support.ts';

const file = async (): Promise<{ name: string; mimeType: string; buffer: Buffer }> => ({
  name: 'start.png',
  mimeType: 'image/png',
  buffer: await sharp({ create: { width: 96, height: 64, channels: 3, background: '#2563eb' } })
    .png()
    .toBuffer(),
});
const strength = (page: Page) => page.getByLabel('How much is repainted');

suite('start pictures and results of the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('a file is kept over a reload, until it is removed', async () => {
    const { page, faults, close } = await openStudio(browser, server);
    await page.getByLabel('Choose a file').setInputFiles(await file());
    await strength(page).waitFor();
    await page.waitForTimeout(500);
    await page.reload();
    await strength(page).waitFor();
    equal(
      await page.getByRole('img', { name: /^Mask over/ }).evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        return width / height;
      }),
      1.5,
    );
    await page.getByRole('button', { name: 'Paint without a start picture' }).click();
    await page.waitForTimeout(500);
    await page.reload();
    await prompt(page).waitFor();
    await page.waitForTimeout(500);
    is(await strength(page).count(), 0);
    equal(faults, []);
    await close();
  });

  test('a work is kept while the server is away or refuses, comes back with it, and is forgotten once it is gone', async () => {
    const gallery = path.join(server.home, 'gallery');
    const [id = ''] = await fillGallery(gallery, { works: 1 });
    const { page, close } = await openStudio(browser, server, `studio?start=${id}`);
    const work = page.getByRole('img', { name: /^Mask over/ });
    await work.waitFor();
    const requests = `**/api/v1/works/${id}`;
    await page.route(requests, (route) => route.abort());
    await page.reload();
    await page.getByText('comes back with it').waitFor();
    await page.unroute(requests);
    await work.waitFor();
    // An error of the server that is not about the work.
    const refused = { status: 500, json: { error: { code: 'ERR_INTERNAL', message: 'disk: expected it to answer' } } };
    await page.route(requests, (route) => route.fulfill(refused));
    await page.reload();
    await page.getByText('disk: expected it to answer').waitFor();
    await page.unroute(requests);
    await page.getByRole('button', { name: 'Try again' }).click();
    await work.waitFor();
    // Its files are removed by another program.
    for (const file of readdirSync(gallery, { recursive: true, encoding: 'utf8' })) if (file.includes(id)) rmSync(path.join(gallery, file));
    await page.reload();
    await page.getByText('The work that you start from is gone').waitFor();
    await page.reload();
    await prompt(page).waitFor();
    await page.waitForTimeout(500);
    is(await page.getByText('The work that you start from is gone').count(), 0);
    await close();
  });

  test('a browser without room says so, once, and paints', async () => {
    const { page, faults, close } = await openStudio(browser, server);
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('refused', 'SecurityError');
      };
    });
    await page.reload();
    await page.getByLabel('Choose a file').setInputFiles(await file());
    await page.getByText('The browser refuses to keep this picture').waitFor();
    await strength(page).waitFor();
    equal(faults, []);
    await close();
  });

  test('on a desktop and a phone, the result keeps its place when the picture arrives, and its actions stand in two groups', async () => {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      const { page, faults, close } = await openStudio(browser, server, 'studio', { viewport });
      await prompt(page).fill('flat vector art of a fox');
      await setOption(page, 'Steps', '80'); // long enough that its steps are seen
      await page.getByLabel('Width', { exact: true }).fill('192');
      await page.getByLabel('Height', { exact: true }).fill('128');
      await paint(page);
      const jobs = page.getByRole('navigation', { name: 'Your last jobs' });
      await page.getByText(/Step \d+ of 80/).waitFor({ timeout: 20_000 });
      const top = (): Promise<number> => jobs.evaluate((list) => Math.round((list as HTMLElement).offsetTop));
      const before = await top();
      await painted(page);
      await page.waitForTimeout(300);
      is(await top(), before, `${viewport.width}: the list of jobs moved`);
      const [download, trash] = await Promise.all(
        [result(page).getByRole('link', { name: 'Download' }), result(page).getByRole('button', { name: 'Delete' })].map((one) =>
          one.boundingBox(),
        ),
      );
      is(download?.y, trash?.y);
      await result(page).getByRole('button', { name: 'Rate 5 stars' }).click();
      await result(page).getByRole('button', { name: 'Remove the rating' }).waitFor();
      ok(
        (await page.evaluate(() =>
          Math.max(...[...document.querySelectorAll('main, html, nav')].map((one) => one.scrollWidth - one.clientWidth)),
        )) <= 0,
      );
      equal(faults, []);
      await close();
    }
  });
});
