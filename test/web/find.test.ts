/** Finding works in the gallery: filters, conditions, completion, saved searches, calendar, views. */
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { openAt, queryOf, shows, signIn } from './find-steps.ts';

const hostile = '<img src=x onerror=alert(1)>';
const arabic = 'ثعلب في الثلج';

suite('finding in the gallery', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    await fillGallery(path.join(server.home, 'gallery'), {
      works: 90,
      days: 500,
      change: (sidecar, index) => {
        const tags = sidecar['tags'] as string[];
        if (index % 9 === 0) sidecar['tags'] = [...tags, hostile, arabic];
        if (index % 9 === 1) (sidecar['recipe'] as { prompt: string }).prompt = `${hostile} ${arabic} ${'long '.repeat(400)}`;
        if (index % 3 === 0) sidecar['collections'] = ['winter "series"'];
        if (index % 10 === 0) sidecar['trashedAt'] = '2026-01-01T00:00:00.000Z';
      },
    });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = (address: string, options?: BrowserContextOptions): Promise<Watched> => openAt(browser, `${server.url}${address}`, options);
  const total = async (query: string): Promise<number> => {
    const answer = await fetch(`${server.url}/api/v1/works?limit=1&query=${encodeURIComponent(query)}`);
    return ((await answer.json()) as { total: number }).total;
  };
  test('filters narrow the query, which chips show, exclude and remove', async () => {
    const { page, faults, close } = await open('/');
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Filters' });
    await panel.getByRole('button', { name: /^fox \d+$/ }).click();
    await page.waitForURL(/q=tag%3Afox$/);
    const foxes = await total('tag:fox');
    await shows(page, foxes);
    await panel.getByRole('button', { name: 'Sampler' }).click();
    await panel.getByRole('button', { name: /^euler \d+$/ }).click();
    is(queryOf(page), 'tag:fox sampler:=euler');
    const eulers = await total('tag:fox sampler:=euler');
    await shows(page, eulers);
    ok(eulers < (await total('tag:fox sampler:euler')), 'euler is not euler_a');
    await panel.getByRole('button', { name: 'Exclude euler', exact: true }).click();
    is(queryOf(page), 'tag:fox -sampler:=euler');
    await page.getByRole('button', { name: 'Remove tag:fox' }).click();
    is(queryOf(page), '-sampler:=euler');
    await page.getByRole('button', { name: 'Do not exclude sampler:=euler' }).click();
    is(queryOf(page), 'sampler:=euler');
    await page.getByRole('button', { name: 'Remove sampler:=euler' }).click();
    await page.getByRole('button', { name: 'Not in any collection' }).click();
    await shows(page, await total('is:uncollected'));
    await page.getByRole('button', { name: 'Not in any collection', pressed: true }).click();
    await panel.getByRole('button', { name: /^winter "series" \d+$/ }).click();
    is(queryOf(page), String.raw`collection:"winter \"series\""`);
    await shows(page, await total('-is:uncollected'));
    equal(faults, []);
    await close();
  });

  test('texts of strangers stay texts, in filters and chips', async () => {
    const { page, faults, close } = await open('/');
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    const tag = page.getByRole('button', { name: new RegExp(`^${hostile.replace(/[()]/g, '\\$&')} \\d+$`) });
    await tag.click();
    await shows(page, await total(`tag:"${hostile}"`));
    await page.getByRole('button', { name: `Remove tag:"${hostile}"` }).waitFor();
    await page.getByRole('button', { name: new RegExp(`^${arabic} \\d+$`) }).click();
    is(queryOf(page), `tag:"${hostile}" tag:"${arabic}"`);
    const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
    is(scrollWidth, clientWidth);
    equal(faults, []);
    await close();
  });

  test('the search field completes, remembers, and says what was meant', async () => {
    const { page, faults, close } = await open('/');
    const field = page.getByRole('combobox', { name: 'Search' });
    await page.keyboard.press('/');
    await page.keyboard.type('-sam');
    await page.getByRole('option', { name: /-sampler:/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    is(await field.inputValue(), '-sampler:');
    await page.keyboard.type('lc');
    await page.getByRole('option', { name: /-sampler:lcm/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    is(await field.inputValue(), '-sampler:=lcm ');
    await page.keyboard.press('Enter');
    await shows(page, await total('-sampler:=lcm'));
    await field.fill('smapler:lcm');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Did you mean sampler?' }).click();
    await shows(page, await total('sampler:lcm'));
    await field.fill('');
    await field.press('ArrowUp');
    is(await field.inputValue(), 'smapler:lcm');
    await field.press('ArrowUp');
    is(await field.inputValue(), '-sampler:=lcm');
    await field.press('ArrowDown');
    await field.press('ArrowDown');
    is(await field.inputValue(), '');
    await page.getByRole('button', { name: 'How to search' }).click();
    await page.getByRole('dialog').getByText('a minus sign excludes').waitFor();
    equal(faults, []);
    await close();
  });

  test('a search is saved, pinned as a live folder, renamed, deleted, and brought back', async () => {
    const { page, faults, close } = await open('/?q=rating:%3E%3D4');
    await signIn(page, server.token);
    await page.getByRole('button', { name: 'Save search' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('<b>');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText('expected letters').waitFor();
    await dialog.getByLabel('Name').fill('my best');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved as @my-best').waitFor();
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.getByRole('button', { name: 'Pin my-best above the works' }).click();
    const folders = page.getByRole('navigation', { name: 'Pinned searches' });
    await folders.getByRole('link', { name: `my-best ${await total('rating:>=4')}` }).click();
    is(queryOf(page), '@my-best');
    await page.getByRole('button', { name: 'Rename my-best' }).click();
    await dialog.getByLabel('Name').fill('best');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await folders.getByRole('link', { name: /^best \d/ }).click();
    await shows(page, await total('rating:>=4'));
    await page.getByRole('button', { name: 'Delete best' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Pin best above the works' }).waitFor();
    // The refused name is an answer of status 400, which the browser notes by itself.
    equal(
      faults.filter((fault) => !fault.includes('searches/')),
      [],
    );
    await close();
  });

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
    const faults: string[] = [];
    const check = async (page: Page, name: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      faults.push(...violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`));
    };
    for (const colorScheme of ['light', 'dark'] as const) {
      const wide = await open('/?q=tag:fox%20-rating:none', { colorScheme });
      await wide.page.getByRole('button', { name: 'Filters', exact: true }).click();
      await wide.page.getByRole('button', { name: /^fox \d+$/ }).waitFor();
      await check(wide.page, `filters ${colorScheme}`);
      await wide.page.getByRole('radio', { name: 'List' }).check();
      await wide.page.getByRole('combobox', { name: 'Search' }).fill('tag');
      await wide.page.getByRole('option').first().waitFor();
      await check(wide.page, `list ${colorScheme}`);
      await wide.page.getByRole('button', { name: 'How to search' }).click();
      await check(wide.page, `help ${colorScheme}`);
      await wide.page.goto(`${server.url}/calendar`);
      await wide.page.locator('a[data-day]').first().waitFor();
      await check(wide.page, `calendar ${colorScheme}`);
      await wide.close();
      const phone = await open('/?q=tag:fox', { colorScheme, viewport: { width: 390, height: 844 } });
      await phone.page.getByRole('button', { name: 'Filters', exact: true }).click();
      await phone.page
        .getByRole('dialog')
        .getByRole('button', { name: /^fox \d+$/ })
        .waitFor();
      await check(phone.page, `drawer ${colorScheme}`);
      await phone.close();
    }
    equal(faults, []);
  });
});
