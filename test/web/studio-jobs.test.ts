/** Jobs of the studio: they outlast the page, make way for others, and fill grids. */
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { asked, hostile, nextJob, openStudio, paint, painted, prompt, result, setOption } from './studio-support.ts';

suite('jobs of the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('a running job survives a reload, another takes its place, and it is cancelled', async () => {
    const { page, faults, close } = await openStudio(browser, server);
    await prompt(page).fill('a lighthouse');
    await setOption(page, 'Steps', '300');
    await paint(page);
    const first = await nextJob(page);
    await page.getByText(/Step \d+ of 300/).waitFor({ timeout: 20_000 });
    await page.goto(`${server.url}/studio`);
    await page.getByText(/Step \d+ of 300/).waitFor();
    is(await prompt(page).inputValue(), 'a lighthouse', 'the form is kept');
    await page.locator('[data-preview]').waitFor();
    await prompt(page).fill('an owl');
    await page.getByRole('button', { name: 'Stop this, start the new one' }).click();
    await nextJob(page, first);
    await page.getByText(/Step \d+ of 300/).waitFor({ timeout: 20_000 });
    is(String(((await (await asked(server, `jobs/${first}`)).json()) as { state: string }).state), 'cancelled');
    await result(page).getByRole('button', { name: 'Cancel' }).click();
    await result(page).getByText('Cancelled').first().waitFor();
    await prompt(page).press('Alt+ArrowUp');
    await prompt(page).press('Alt+ArrowUp');
    is(await prompt(page).inputValue(), 'a lighthouse');
    await prompt(page).press('Alt+ArrowDown');
    is(await prompt(page).inputValue(), 'an owl');
    equal(faults, []);
    await close();
  });

  test('a grid of two options fills in, and is downloaded', async () => {
    const { page, faults, close } = await openStudio(
      browser,
      server,
      `studio?${new URLSearchParams({ prompt: 'a fox', options: '{"seed":5,"steps":2}' })}`,
    );
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'a fox');
    is(new URL(page.url()).search, '');
    await page.getByText('Grid of two options').click();
    await page.getByLabel('Option of the Columns').selectOption('cfgScale');
    await page.getByLabel('Values, with commas').fill('1, 4');
    await page.getByLabel('Option of the Rows').selectOption('steps');
    await page.getByLabel('Values, with commas').last().fill('2, 3');
    await page.getByText('4 pictures', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Paint the grid' }).click();
    await page.getByText('4 of 4 pictures done').waitFor({ timeout: 40_000 });
    equal(await page.getByRole('columnheader').allTextContents(), ['1', '4']);
    equal(await page.getByRole('rowheader').allTextContents(), ['2', '3']);
    is(await page.getByRole('table').getByRole('link').count(), 4);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the grid' }).click()]);
    const saved = await sharp(await download.path()).metadata();
    ok((saved.width ?? 0) > 2 * 128 && (saved.height ?? 0) > 2 * 128);
    await page.getByRole('table').getByRole('link').first().click();
    await page.waitForURL(/\/works\//);
    equal(faults, []);
    await close();
  });

  test('hostile texts, 390 pixels, and storage that is refused', async () => {
    const { page, faults, close } = await openStudio(browser, server, 'studio', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.reload();
    await prompt(page).fill(hostile);
    await setOption(page, 'Steps', '2');
    await paint(page);
    await painted(page);
    await result(page).getByRole('button', { name: 'Rate 5 stars' }).tap();
    await result(page).getByRole('button', { name: 'Remove the rating' }).waitFor();
    is(await page.evaluate(() => Math.max(...[...document.querySelectorAll('main, html')].map((one) => one.scrollWidth))), 390);
    await page.getByRole('button', { name: 'Presets' }).click();
    await page.getByLabel('Name of the form').fill(hostile.slice(0, 150));
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The browser refuses to keep').waitFor();
    equal(faults, []);
    await close();
  });
});
