/** Finding works in the gallery: filters, conditions, completion, saved searches. */
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
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
    await panel.getByRole('button', { name: /^Winter "series" \d+$/ }).click();
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
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('button', { name: 'Pin best above the works' }).waitFor();
    // The refused name is an answer of status 400, which the browser notes by itself.
    equal(
      faults.filter((fault) => !fault.includes('searches/')),
      [],
    );
    await close();
  });
});
