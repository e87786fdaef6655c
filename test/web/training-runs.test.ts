/** Two tiny runs of the bundled model in a real browser: compared, prolonged, deleted. */
import type { Browser } from 'playwright-core';
import { equal } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { openAs } from './open-as.ts';
import { addStickers, train } from './training-support.ts';

suite('runs of training', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('trainer', 'admin');
    await addStickers(server, admin);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('runs are compared, prolonged and deleted', async () => {
    const { page, faults, close } = await openAs(browser, server, 'training', admin);
    await train(page, server, 'first', '0');
    const [name = ''] = decodeURIComponent(page.url()).split('/').slice(-1);
    await page.getByRole('button', { name: 'Give it more steps' }).click();
    await page.getByLabel('Steps in all').fill('3');
    await page.getByRole('dialog').getByRole('button', { name: 'Give it more steps' }).click();
    await page.getByRole('img', { name: /Loss, smoothed: from .* at step 3/ }).waitFor({ timeout: 60_000 });
    await page.getByText('finished', { exact: true }).waitFor({ timeout: 60_000 });

    await train(page, server, 'second', '0');
    await page.getByRole('link', { name: 'All runs' }).click();
    await page
      .getByRole('checkbox', { name: /^Choose/ })
      .first()
      .waitFor();
    for (const box of await page.getByRole('checkbox', { name: /^Choose/ }).all()) await box.check();
    await page.getByRole('button', { name: 'Compare runs' }).click();
    await page.getByRole('img', { name: new RegExp(`second.*${name}|${name}.*second`) }).waitFor();
    await page.reload();
    await page.getByRole('slider', { name: 'Step' }).waitFor();
    await page.getByRole('button', { name: 'second', pressed: true }).click();
    await page.getByRole('button', { name: 'second', pressed: false }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, `two runs ${colorScheme}`);
    }
    await page.goto(`${server.url}/training/runs/${name}`);
    await page.getByRole('button', { name: 'Delete the run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText(`${name} was deleted.`).waitFor();
    equal(faults, []);
    await close();
  });
});
