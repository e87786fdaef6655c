/** The schedule in a real browser: jobs, their runs, and the calendar. */
import type { Browser } from 'playwright-core';
import { equal, is, match } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { hostile, openAs } from './open-as.ts';

suite('the schedule of the artist', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({}, 'create:\n  candidates: 1\n'), openBrowser()]);
    admin = await server.newToken('curator', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string, token?: string, options = {}) => openAs(browser, server, address, token, options);
  const ask = async (way: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/api/v1/${way}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  test('a job is added, paused, changed, run, and removed with a way back', async () => {
    const { page, faults, close } = await open('artist', admin);
    await page.getByRole('button', { name: 'Add a job' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Time', { exact: true }).fill('07:30');
    await dialog.getByText(/In the next 14 days: 14 runs/).waitFor();
    await dialog.getByLabel('Topics or prompts').fill(`${hostile}\na small boat`);
    await dialog.getByLabel('Name').fill(hostile);
    await dialog.getByText('More settings').click();
    await dialog.getByText('How it paints').waitFor();
    await dialog.getByLabel('Find an option').fill('width');
    await dialog.getByRole('spinbutton', { name: 'Width', exact: true }).fill('128');
    await dialog.getByLabel('Find an option').fill('height');
    await dialog.getByRole('spinbutton', { name: 'Height', exact: true }).fill('128');
    await dialog.getByLabel('Find an option').fill('steps');
    await dialog.getByRole('spinbutton', { name: 'Steps', exact: true }).fill('1');
    await dialog.getByRole('button', { name: 'Add a job' }).click();
    await page.getByRole('button', { name: `Pause ${hostile}` }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: `Resume ${hostile}` }).click();
    await page.getByRole('button', { name: `Edit ${hostile}` }).click();
    match(page.url(), /job=/);
    await dialog.getByLabel('Repeats').selectOption('weekly');
    await dialog.getByLabel('Friday').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/weekly mon,fri 07:30/).waitFor();
    const { jobs } = (await (await ask('schedule')).json()) as { jobs: { payload: Record<string, unknown>; rotation: string[] }[] };
    equal(jobs[0]?.rotation, [hostile, 'a small boat']);
    is(jobs[0]?.payload['steps'], 1);

    await page.getByRole('button', { name: `Run now ${hostile}` }).click();
    await page.getByRole('link', { name: 'History' }).click();
    const works = page.getByRole('list').getByRole('link');
    await works.first().waitFor({ timeout: 60_000 });
    await works.first().click();
    await page.waitForURL(/works\//);
    await page.getByRole('button', { name: 'Back' }).click();

    await page.goto(`${server.url}/artist`);
    await page.getByRole('button', { name: `Remove ${hostile}` }).click();
    await page.getByText('There are no jobs yet').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/weekly mon,fri 07:30/).waitFor();
    equal(faults, []);
    await close();
  });

  test('the calendar shows months and weeks, also on a phone', async () => {
    await ask('schedule', { when: 'every 6h', name: 'six hours' });
    const { page, faults, close } = await open('artist', admin, { viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Later' }).click();
    await page
      .getByRole('link', { name: /4 runs on|5 runs on/ })
      .nth(8)
      .click();
    match(page.url(), /view=week/);
    await page
      .getByRole('link', { name: /six hours: planned/ })
      .first()
      .click();
    await page.getByRole('dialog').getByLabel('Every').waitFor();
    await page.keyboard.press('Escape');
    const { width, scroll } = await page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
    is(scroll, width);
    equal(faults, []);
    await close();
  });
});
