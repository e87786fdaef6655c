/** One work in a real browser: looking closely, saving and copying. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillSpecial, type SpecialWorks, special } from './special-works.ts';

suite('one work closely on the page', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let works: SpecialWorks;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    works = await fillSpecial(path.join(server.home, 'gallery'));
    ({ ids } = works);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (index: number, options: Parameters<typeof openPage>[1] = {}, query = ''): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.page.goto(`${server.url}/works/${ids[index]}${query}`);
    return watched;
  };
  /** Without what the browser itself writes about the picture that is gone. */
  const own = (faults: string[]): string[] => faults.filter((fault) => !fault.includes(`/works/${ids[special.gone]}/`));
  const picture = (page: Page) => page.locator('[data-picture]');
  const scaleOf = (page: Page): Promise<number> =>
    picture(page).evaluate((image) => image.getBoundingClientRect().width / (image as HTMLElement).offsetWidth);

  test('a small picture fills the stage; it is enlarged by keys, wheel and double click, moved by arrows, and shown as squares', async () => {
    const { page, faults, close } = await open(20);
    const box = await picture(page).boundingBox();
    ok(box && Math.max(box.width, box.height) > 600, `the picture is ${box?.width} pixels wide`);
    await page.keyboard.press('+');
    ok(Math.abs((await scaleOf(page)) - 1.5) < 0.01);
    const before = await picture(page).boundingBox();
    await page.keyboard.press('ArrowRight');
    const after = await picture(page).boundingBox();
    ok(before && after && after.x < before.x, 'the picture moved');
    match(page.url(), new RegExp(ids[20] ?? ''));
    await page.keyboard.press('z');
    is(await scaleOf(page), 1);
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -400);
    await page.waitForTimeout(50);
    ok((await scaleOf(page)) > 1.3);
    await page.mouse.dblclick(500, 400);
    is(await scaleOf(page), 1);
    await page.getByRole('button', { name: 'Show pixels as squares' }).click();
    is(await picture(page).evaluate((image) => getComputedStyle(image).imageRendering), 'pixelated');
    await page.getByRole('button', { name: 'Older work' }).waitFor(); // the list around it is there
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(new RegExp(ids[19] ?? ''));
    equal(own(faults), []);
    await close();
  });

  test('on a phone a swipe goes on, a pull down closes, and the details are a sheet', async () => {
    const { page, faults, close } = await open(20, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await picture(page).waitFor();
    const swipe = async (from: [number, number], to: [number, number]): Promise<void> => {
      const client = await page.context().newCDPSession(page);
      const points = [0, 0.25, 0.5, 0.75, 1].map((share) => ({
        x: from[0] + (to[0] - from[0]) * share,
        y: from[1] + (to[1] - from[1]) * share,
      }));
      for (const [index, point] of points.entries())
        await client.send('Input.dispatchTouchEvent', { type: index === 0 ? 'touchStart' : 'touchMove', touchPoints: [point] });
      await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await swipe([300, 400], [80, 405]);
    await page.waitForURL(new RegExp(ids[19] ?? ''));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('complementary', { name: 'Details' }).getByText('Sampler').waitFor();
    await axeClean(page, 'page');
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    await picture(page).waitFor();
    await swipe([200, 250], [205, 600]);
    await page.waitForURL(`${server.url}/`);
    equal(own(faults), []);
    await close();
  });

  test('saves the original, a web size, the picture alone and the recipe; copies it', async () => {
    const { page, context, faults, close } = await open(20);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await picture(page).waitFor();
    const save = async (name: string): Promise<{ name: string; bytes: Buffer }> => {
      await page.getByRole('button', { name: 'Download' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const original = await save('Original');
    match(original.name, /\.png$/);
    ok(original.bytes.equals(readFileSync(`${works.fileOf(ids[20] ?? '')}.png`)));
    match((await save('For the web')).name, /\.webp$/);
    const alone = await save('Picture without recipe');
    match(alone.name, /\.png$/);
    ok(!alone.bytes.includes('parameters') && alone.bytes.includes('trainedAlgorithmicMedia'));
    const recipe = await save('Recipe (JSON)');
    is(JSON.parse(recipe.bytes.toString()).model.name, 'ai-artist-mini');
    match((await save('Recipe (A1111 text)')).bytes.toString(), /Steps: \d+/);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy as A1111 text' }).click();
    await page.getByText('Copied').waitFor();
    match(await page.evaluate(() => navigator.clipboard.readText()), /Steps: \d+/);
    equal(own(faults), []);
    await close();
  });

  test('is clean by axe in both themes, with panel and menus', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await open(special.hostile, { colorScheme });
      await picture(page).waitFor();
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem').first().waitFor();
      await axeClean(page, `${colorScheme}`);
      equal(own(faults), []);
      await close();
    }
  });
});
