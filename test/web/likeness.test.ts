/** Works like words, like a work, and like a picture, compared by the bundled CLIP. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, is, not } from 'uvu/assert';
import { insertPngChunks, pngTextChunk } from '../../lib/image/formats/png-chunks.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { openAt, queryOf, signIn } from './find-steps.ts';

suite('likeness in the gallery', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 40 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string): Promise<Watched> => openAt(browser, `${server.url}${address}`);

  test('words by meaning, more like this, and a picture find what looks like it', async () => {
    const { page, faults, close } = await open('/?q=-tag:owl%20lighthouse');
    page.setDefaultTimeout(25_000);
    await page.getByRole('button', { name: 'By meaning' }).click();
    const likeness = page.getByRole('region', { name: 'Likeness' });
    await likeness.getByText(/works were compared/).waitFor();
    is(new URL(page.url()).searchParams.get('like'), 'lighthouse');
    is(queryOf(page), '-tag:owl');
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.fill('flurbish zzyzx');
    await field.press('Enter');
    await likeness.getByText('Unknown words: flurbish, zzyzx.').waitFor();
    await page.getByText('Nothing like that', { exact: true }).waitFor();
    await page.goto(`${server.url}/works/${ids[1]}`);
    await page.getByRole('link', { name: 'More like this' }).waitFor();
    await page.keyboard.press('m');
    await page.waitForURL(new RegExp(`likework=${ids[1]}`));
    await likeness.getByText(/The most alike first/).waitFor();
    const first = page.locator('[data-grid] li').first();
    not.match((await first.locator('a').first().getAttribute('href')) ?? '', new RegExp(`works/${ids[1]}`));
    await first.hover();
    await first.getByRole('link', { name: /^More like / }).click();
    await page.waitForURL((url) => !url.href.includes(`likework=${ids[1]}`));
    equal(faults, []);
    await close();
  });

  test('a chosen picture shows works like it, and the recipe that it carries', async () => {
    const { page, faults, close } = await open('/');
    page.setDefaultTimeout(25_000);
    await signIn(page, server.token);
    const folder = mkdtempSync(path.join(tmpdir(), 'pictures-'));
    const file = path.join(folder, 'a<b>.png');
    writeFileSync(file, await pictureWithRecipe(path.join(server.home, 'gallery'), ids[2] ?? ''));
    await page.locator('input[type=file]').setInputFiles(file);
    const likeness = page.getByRole('region', { name: 'Likeness' });
    await likeness.getByText('a<b>.png').waitFor();
    await likeness.getByText(/Its recipe/).click();
    await likeness.getByText('a fox of the recipe').waitFor();
    await likeness.getByText(/The most alike first/).waitFor();
    await page.reload();
    await likeness.getByText('The picture that you chose is no longer here').waitFor();
    await page.locator('input[type=file]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('text') });
    await page.getByText('Expected a PNG, JPEG, WebP or AVIF picture.').waitFor();
    rmSync(folder, { recursive: true });
    equal(faults, []);
    await close();
  });

  test('words that were typed stay when the kind of search changes, entered or not', async () => {
    const { page, faults, close } = await open('/?q=-tag:owl');
    page.setDefaultTimeout(25_000);
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.fill('-tag:owl red lighthouse');
    await page.getByRole('button', { name: 'By meaning' }).click();
    await page.waitForURL((url) => url.searchParams.get('like') === 'red lighthouse');
    is(queryOf(page), '-tag:owl');
    is(await field.inputValue(), 'red lighthouse');
    await field.fill('red lighthouse sea');
    await page.getByRole('button', { name: 'By meaning', pressed: true }).click();
    await page.waitForURL((url) => url.searchParams.get('like') === null);
    is(queryOf(page), '-tag:owl red lighthouse sea');
    is(await field.inputValue(), '-tag:owl red lighthouse sea');
    await field.fill('sampler:euler');
    await page.getByRole('button', { name: 'By meaning' }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'sampler:euler');
    equal(faults, []);
    await close();
  });

  test('a picture that is dropped on the gallery shows works like it; a text that is dropped does nothing', async () => {
    const { page, faults, close } = await open('/?q=-tag:owl');
    page.setDefaultTimeout(25_000);
    const name =
      readdirSync(path.join(server.home, 'gallery'), { recursive: true, encoding: 'utf8' }).find((one) => one.endsWith('.png')) ?? '';
    const bytes = readFileSync(path.join(server.home, 'gallery', name)).toString('base64');
    const transfer = (of: 'picture' | 'text') =>
      page.evaluateHandle(
        ({ base64, kind }) => {
          const data = new DataTransfer();
          const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          if (kind === 'picture') data.items.add(new File([content], 'dropped <b>.png', { type: 'image/png' }));
          else data.setData('text/plain', 'https://example.org/a.png');
          return data;
        },
        { base64: bytes, kind: of },
      );
    const hint = page.getByText('Drop a picture to find works like it');
    const target = page.locator('[data-grid]');
    const text = { dataTransfer: await transfer('text') };
    await target.dispatchEvent('dragover', text);
    await target.dispatchEvent('drop', text);
    is(await hint.count(), 0);
    is(new URL(page.url()).searchParams.get('likepicture'), null);
    const picture = { dataTransfer: await transfer('picture') };
    await target.dispatchEvent('dragover', picture);
    await hint.waitFor();
    await target.dispatchEvent('dragleave', picture);
    await hint.waitFor({ state: 'detached' });
    await target.dispatchEvent('dragover', picture);
    await target.dispatchEvent('drop', picture);
    const likeness = page.getByRole('region', { name: 'Likeness' });
    await likeness.getByText('dropped <b>.png').waitFor();
    await likeness.getByText(/The most alike first/).waitFor();
    is(await hint.count(), 0);
    is(queryOf(page), '-tag:owl');
    equal(faults, []);
    await close();
  });

  test('is clean by axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openAt(browser, `${server.url}/?likework=${ids[1]}`, { colorScheme });
      await page.getByText(/The most alike first/).waitFor();
      await axeClean(page, `${colorScheme}`);
      await close();
    }
  });
});

/** The picture of a work with an infotext in it, as other programs write it. */
async function pictureWithRecipe(gallery: string, id: string): Promise<Uint8Array> {
  const name = readdirSync(gallery, { recursive: true, encoding: 'utf8' }).find((one) => one.endsWith(`${id}.png`)) ?? '';
  const infotext = 'a fox of the recipe\nSteps: 7, Sampler: Euler, CFG scale: 1, Seed: 5, Size: 96x96';
  return insertPngChunks(readFileSync(path.join(gallery, name)), [pngTextChunk('parameters', infotext)]);
}
