/** A tiny run of the bundled model in a real browser: its curve, samples and LoRA. */
import type { Browser } from 'playwright-core';
import { equal, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { openAs } from './open-as.ts';
import { addStickers, train } from './training-support.ts';

suite('a run of training', (test) => {
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

  test('a run is started; its curve, samples and LoRA are shown', async () => {
    const { page, faults, close } = await openAs(browser, server, 'training', admin);
    await train(page, server, 'first', '1');
    await page.getByRole('img', { name: /Loss, smoothed: from .* at step 2/ }).waitFor();
    await page.getByRole('slider', { name: 'Step' }).press('End');
    await page.locator('[aria-valuetext^="Step 2, Loss, smoothed: 0."]').waitFor();
    await page.getByText('As a table').click();
    await page.getByRole('rowheader', { name: '2' }).waitFor();
    const before = page.getByRole('img', { name: 'Sample of prompt 1 at step 0' }).first();
    ok((await before.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))) >= 64);
    await page.getByText('After 2 steps').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the LoRA' }).click();
    match((await download).suggestedFilename(), /\.safetensors$/);
    await page.getByRole('button', { name: 'Use it in prompts' }).click();
    await page.getByLabel('Name for prompts').fill('sticker-style');
    await page.getByRole('dialog').getByRole('button', { name: 'Use it in prompts' }).click();
    await page.getByText('Prompts find it as sticker-style.').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, `a run ${colorScheme}`);
    }
    equal(faults, []);
    await close();
  });
});
