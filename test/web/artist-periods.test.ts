/** Periods and series in a real browser. */
import type { Browser } from 'playwright-core';
import { equal, is } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { hostile, openAs } from './open-as.ts';

suite('periods and series', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([
      serving({}, 'create:\n  candidates: 1\npaint:\n  width: 128\n  height: 128\n  steps: 2\n'),
      openBrowser(),
    ]);
    admin = await server.newToken('curator', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string, token?: string, options = {}) => openAs(browser, server, address, token, options);

  test('a period is started with a claim, and measured when it is ended', async () => {
    const { page, faults, close } = await open('artist/periods', admin);
    await page.getByRole('button', { name: 'Start a period' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(hostile);
    await dialog.getByLabel('Ends after this many works').fill('20');
    await dialog.getByLabel('Hypothesis').fill('Boats look alike');
    await dialog.getByLabel('Measure').selectOption('consistency');
    await dialog.getByLabel('Value').fill('0.8');
    await dialog.getByRole('button', { name: 'Start a period' }).click();
    await page.getByRole('link', { name: hostile }).click();
    await page.getByText(/^consistency above 0.8$/i).waitFor();
    const measured = page.getByRole('region', { name: 'What was measured' });
    is(await measured.count(), 0);
    await page.getByRole('button', { name: 'End it now' }).click();
    await measured.getByText(/consistency above 0.8: /i).waitFor();
    is(await page.getByRole('button', { name: 'End it now' }).count(), 0);
    await page.reload();
    await measured.waitFor();
    equal(faults, []);
    await close();
  });

  test('a series is set up, painted and ended', async () => {
    const { page, faults, close } = await open('artist/series', admin);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Set up a series' }).click();
    await dialog.getByLabel('Name').fill('Boats');
    await dialog.getByLabel('Subjects').fill('a boat, a ship');
    await dialog.getByRole('button', { name: 'Set up a series' }).click();
    await page.getByRole('heading', { name: 'Boats' }).waitFor();
    await page.getByText('0 of 4 works').waitFor();
    await page.getByRole('button', { name: 'Paint the next work' }).click();
    await page.getByText('1 of 4 works').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('Its works stay').waitFor();
    equal(faults, []);
    await close();
  });
});
