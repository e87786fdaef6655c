/** The health page in a real browser, over a real server with a real gallery. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, match, not, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const hostile = `<img src=x onerror=alert(1)> \u202eقطط ${'x'.repeat(2000)}`;

suite('the health page', (test) => {
  let server: Serving;
  let browser: Browser;
  let token: string;
  let folder: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    token = await server.newToken('owner', 'admin');
    folder = path.join(server.home, 'gallery');
    await fillGallery(folder, { works: 20 });
    const now = new Date().toISOString();
    const logs = path.join(server.home, 'logs');
    const line = { time: now, level: 'error', message: `${hostile} at /home/somebody/secret/file.png` };
    mkdirSync(logs, { recursive: true });
    writeFileSync(path.join(logs, `serve-${now.slice(0, 10)}.jsonl`), `${JSON.stringify(line)}\n`);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (options = {}) => {
    const watched = await openPage(browser, options);
    await signInAs(watched.page, { url: server.url, token });
    await watched.page.goto(`${server.url}/health`);
    await watched.page.locator('[data-part=engine]').first().waitFor({ timeout: 20_000 });
    return watched;
  };

  test('says of each part how it is, in words, and what to do; the log is text', async () => {
    const { page, faults, close } = await open();
    for (const part of ['Engine', 'Memory', 'Disk', 'Models', 'Gallery', 'Schedule', 'Painting', 'Queue', 'Log', 'Versions'])
      await page.getByRole('heading', { level: 3, name: part }).first().waitFor();
    const log = page.locator('[data-part=log]');
    equal(await log.getAttribute('data-state'), 'warning');
    const said = await log.innerText();
    match(said, /^Warning/);
    match(said, /1 error in the log of the last week/);
    match(said, /What to do:/);
    match(said, /<img src=x onerror=alert\(1\)>/);
    not.match(said, /somebody/);
    equal(faults, []);
    await close();
  });

  test('the report is text without folders of others', async () => {
    const { page, context, close } = await open();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as text' }).click();
    await page.getByText('Copied').waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    match(report, /^ai-artist \d/);
    match(report, /\[Good\] Gallery: 20 works/);
    match(report, /\[Warning\] Log: 1 error/);
    not.match(report, /somebody|aia_/);
    ok(!report.includes(server.home), 'the home folder is not named');
    await close();
  });

  test('a check finds what is wrong, and a repair puts it right and says what it did', async () => {
    const [orphan = ''] = await fillGallery(folder, { works: 1, start: Date.UTC(2025, 5, 1), days: 1 });
    rmSync(path.join(folder, '2025', '06', `${orphan}.json`));
    const { page, faults, close } = await open();
    await page.getByLabel('Read every picture').uncheck();
    await page.getByRole('button', { name: 'Check gallery' }).click();
    await page.getByText('1 finding:').waitFor({ timeout: 20_000 });
    await page.getByText('Picture without a record').waitFor();
    await page.getByRole('button', { name: 'Repair gallery' }).click();
    await page.getByText('1 repair:').waitFor({ timeout: 20_000 });
    await page.getByText('is a work again').waitFor();
    await page.getByText('Nothing is wrong.').waitFor();
    await page.getByText('21 in the index').waitFor();
    equal(faults, []);
    await close();
  });

  test('a check that another browser has begun is said, and shown in place of a second one', async () => {
    const { page, faults, close } = await open();
    let refused = 0;
    await page.route('**/api/v1/health/run', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const other = await fetch(route.request().url(), { method: 'POST', headers, body: '{"of":"models"}' });
      equal(other.status, 202);
      const response = await route.fetch();
      refused = response.status();
      await route.fulfill({ response });
    });
    await page.getByRole('button', { name: 'Check gallery' }).click();
    await page.getByText('expected none that is running, got one').waitFor();
    equal(refused, 409);
    await page.getByText(/files have the bytes that were recorded/).waitFor({ timeout: 20_000 });
    equal(
      faults.filter((line) => !/409/.test(line)),
      [],
    );
    await close();
  });

  test('who is no administrator is told so, and has no dead buttons', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/health`);
    await page.getByText('shown to administrators').waitFor();
    equal(await page.getByRole('button', { name: 'Check gallery' }).count(), 0);
    equal(faults, []);
    await close();
  });

  test('is clean by axe, in both themes and on a phone', async () => {
    for (const options of [{ colorScheme: 'light' as const }, { colorScheme: 'dark' as const, viewport: { width: 390, height: 844 } }]) {
      const { page, close } = await open(options);
      await axeClean(page, `health ${options.colorScheme}`);
      await close();
    }
  });
});
