/** The calendar, the views and the trash of the gallery; and everything for finding under axe. */
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { equal, match } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { openAt, queryOf, shows, signIn } from './find-steps.ts';

const hostile = '<img src=x onerror=alert(1)> ثعلب في الثلج';

suite('views of the gallery', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    await fillGallery(path.join(server.home, 'gallery'), {
      works: 90,
      days: 500,
      change: (sidecar, index) => {
        if (index % 9 === 1) (sidecar['recipe'] as { prompt: string }).prompt = `${hostile} ${'long '.repeat(400)}`;
        if (index % 10 === 0) sidecar['trashedAt'] = '2026-01-01T00:00:00.000Z';
      },
    });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = (address: string, options?: BrowserContextOptions): Promise<Watched> => openAt(browser, `${server.url}${address}`, options);

  test('the calendar leads to the works of a day, by keys', async () => {
    const { page, faults, close } = await open('/calendar?q=tag:fox');
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    const year = Number(await page.getByRole('heading', { level: 2 }).last().innerText());
    await page.getByRole('link', { name: /the year before/ }).click();
    await page.waitForURL(new RegExp(`year=${year - 1}`));
    const day = page.locator('a[data-day][tabindex="0"]');
    await day.focus();
    await page.keyboard.press('End');
    const [, works = ''] = /: (\d+) works?$/.exec((await page.locator(':focus').getAttribute('aria-label')) ?? '') ?? [];
    await page.keyboard.press('Enter');
    await page.waitForURL(/date%3A/);
    match(queryOf(page) ?? '', /^tag:fox date:\d{4}-\d{2}-\d{2}$/);
    await shows(page, Number(works));
    equal(faults, []);
    await close();
  });

  test('list, wall, random order and trash', async () => {
    const { page, faults, close } = await open('/');
    const first = page.locator('[data-grid] li').first();
    await page.getByRole('radio', { name: 'List' }).check();
    await page.waitForFunction(() => document.querySelector('[data-grid] li')?.clientHeight === 72);
    const newest = await first.locator('a').first().getAttribute('href');
    await page.getByRole('radio', { name: 'Wall without gaps' }).check();
    await page.getByRole('heading', { level: 2 }).first().waitFor({ state: 'detached' });
    await page.getByLabel('Order').selectOption('Random order');
    await page.waitForURL(/sort=random&seed=\d+/);
    await page.waitForFunction((href) => document.querySelector('[data-grid] li a')?.getAttribute('href')?.split('?')[0] !== href, newest);
    const order = (): Promise<(string | null)[]> =>
      page.locator('[data-grid] li').evaluateAll((tiles) => tiles.map((tile) => tile.innerHTML.slice(0, 60)));
    const before = await order();
    await page.reload();
    await page.locator('[data-grid] li').first().waitFor();
    equal(await order(), before, 'a seed gives one order');
    await page.goto(`${server.url}/?trash=1`);
    await page.getByText('The trash is shown to signed-in people only.').waitFor();
    await signIn(page, server.token);
    await page.getByRole('heading', { name: 'Trash' }).waitFor();
    await shows(page, 9);
    equal(
      faults.filter((fault) => !fault.includes('trashed=true')),
      [],
    );
    await close();
  });

  test('is clean by axe, in both themes, wide and on a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const wide = await open('/?q=tag:fox%20-rating:none', { colorScheme });
      await wide.page.getByRole('button', { name: 'Filters', exact: true }).click();
      await wide.page.getByRole('button', { name: /^fox \d+$/ }).waitFor();
      await axeClean(wide.page, `filters ${colorScheme}`);
      await wide.page.getByRole('radio', { name: 'List' }).check();
      await wide.page.getByRole('combobox', { name: 'Search' }).fill('tag');
      await wide.page.getByRole('option').first().waitFor();
      await axeClean(wide.page, `list ${colorScheme}`);
      await wide.page.getByRole('button', { name: 'How to search' }).click();
      await axeClean(wide.page, `help ${colorScheme}`);
      await wide.page.goto(`${server.url}/calendar`);
      await wide.page.locator('a[data-day]').first().waitFor();
      await axeClean(wide.page, `calendar ${colorScheme}`);
      await wide.close();
      const phone = await open('/?q=tag:fox', { colorScheme, viewport: { width: 390, height: 844 } });
      await phone.page.getByRole('button', { name: 'Filters', exact: true }).click();
      await phone.page
        .getByRole('dialog')
        .getByRole('button', { name: /^fox \d+$/ })
        .waitFor();
      await axeClean(phone.page, `drawer ${colorScheme}`);
      await phone.close();
    }
  });
});
