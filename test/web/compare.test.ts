/** Comparing two works, and painting one again, in a real browser with the bundled model. */
import type { Browser } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';

suite('comparing and painting again on the page', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let a: string;
  let b: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
    const paint = async (prompt: string, seed: number): Promise<string> => {
      const reply = await fetch(`${server.url}/api/v1/jobs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', prefer: 'wait=50' },
        body: JSON.stringify({ prompt, options: { steps: 2, seed, width: 64, height: 64 } }),
      });
      return ((await reply.json()) as { pictures: { work: string }[] }).pictures[0]?.work ?? '';
    };
    a = await paint('flat vector art of a fox in the snow', 7);
    b = await paint('flat vector art of an owl in the snow', 8);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('a line, side by side, and one over the other; then the fields that differ', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/compare?a=${a}&b=${b}`);
    const line = page.getByRole('slider', { name: 'Line between the two pictures' });
    await line.waitFor();
    ok(await line.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('m');
    await page.waitForURL(/mode=side/);
    await page.goto(`${server.url}/compare?a=${a}&b=${b}`);
    await line.waitFor();
    await page.keyboard.press('End');
    is(
      await page
        .locator('img')
        .nth(1)
        .evaluate((image) => image.style.clipPath),
      'inset(0px 0% 0px 0px)',
    );
    await page.getByText('of the pixels differ').waitFor();
    const rows = page.getByRole('row');
    const differing = await rows.allInnerTexts();
    ok(differing.some((row) => row.startsWith('Prompt')) && differing.some((row) => row.startsWith('Seed')), differing.join(' | '));
    ok(!differing.some((row) => row.startsWith('Steps')));
    is(await page.locator('mark').first().innerText(), 'a');
    await page.getByText('fields are the same').click();
    await page.getByText('Steps', { exact: true }).waitFor();
    await axeClean(page, 'compare');
    await page.keyboard.press('m');
    await page.waitForURL(/mode=side/);
    const pictures = page.locator('[data-picture]');
    await pictures.nth(1).waitFor();
    await page.keyboard.press('+');
    const transforms = await pictures.evaluateAll((images) => images.map((image) => (image as HTMLElement).style.transform));
    is(transforms[0], transforms[1]);
    match(transforms[0] ?? '', /scale\(1\.5\)/);
    await axeClean(page, 'compare');
    await page.keyboard.press('m');
    await page.getByText('Shown: flat vector art of a fox').waitFor();
    await page.keyboard.down('b');
    await page.getByText('Shown: flat vector art of an owl').waitFor();
    await page.keyboard.up('b');
    await page.getByText('Shown: flat vector art of a fox').waitFor();
    await axeClean(page, 'compare');
    await page.keyboard.press('s');
    await page.waitForURL(new RegExp(`a=${b}`));
    equal(faults, []);
    await close();
  });

  test('the second work is chosen from the page; the viewer leads here', async () => {
    const { page, faults, close } = await openPage(browser, { colorScheme: 'dark' });
    await page.goto(`${server.url}/works/${b}`);
    await page.locator('[data-picture]').waitFor();
    await page.keyboard.press('c');
    await page.waitForURL(new RegExp(`compare\\?a=${b}&b=${a}`));
    await page.getByRole('slider', { name: 'Line between the two pictures' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(`**/works/${b}`);
    await page.goto(`${server.url}/compare?a=${a}`);
    await page.getByRole('searchbox', { name: 'Search works' }).fill('owl');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /an owl/ }).waitFor();
    await axeClean(page, 'compare');
    await page.getByRole('button', { name: /an owl/ }).click();
    await page.waitForURL(new RegExp(`b=${b}`));
    await page.getByText('differences').waitFor();
    await axeClean(page, 'compare');
    equal(faults, []);
    await close();
  });

  test('painted again from its recipe, a work is equal to the pixel', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/works/${a}`);
    is(await page.getByRole('link', { name: 'Remix in the studio' }).getAttribute('href'), `/studio?work=${a}`);
    await page.getByRole('button', { name: 'Reproduce' }).click();
    await page.getByLabel('Token').fill(server.token);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Equal to the pixel.').waitFor({ timeout: 40_000 });
    equal(faults, []);
    await close();
  });
});
