/** What is around every page: titles, keys, who is signed in, unknown addresses, and a gallery without a work. */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const hostile = `<img src=x onerror=alert(1)> لوحة ${'long '.repeat(190)}`;
const phone = { width: 390, height: 844 };

suite('the shell of the page', (test) => {
  let server: Serving;
  let empty: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, empty, browser] = await Promise.all([
      serving({ paint: false }, 'server:\n  title: Night <b>Pictures</b>\n'),
      serving({ paint: false }),
      openBrowser(),
    ]);
    const change = (sidecar: Record<string, unknown>, index: number): void => {
      if (index === 0) sidecar['title'] = hostile;
      sidecar['collections'] = ['winter series'];
    };
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 40, days: 330, change });
  });
  test.after(async () => {
    await browser?.close();
    await Promise.all([server?.close(), empty?.close()]);
  });
  const titled = (name: string): string => (name === '' ? 'Night <b>Pictures</b>' : `${name} – Night <b>Pictures</b>`);

  test('every page and work has a title of its own', async () => {
    const { page, faults, close } = await openPage(browser);
    const shows = (title: string): Promise<unknown> => page.waitForFunction((wanted) => document.title === wanted, title);
    await page.goto(server.url);
    await page.getByText('40 works').waitFor();
    is(await page.title(), titled(''));
    await page.getByRole('link', { name: 'Queue' }).click();
    await shows(titled('Queue'));
    await page.getByRole('link', { name: 'Settings' }).click();
    await shows(titled('Settings'));
    await page.goto(`${server.url}/?q=tag:fox`);
    await shows(titled('tag:fox'));
    await page.goto(`${server.url}/works/${ids[3]}`);
    const heading = page.getByRole('heading', { level: 2 }).filter({ hasText: 'of a' });
    await heading.waitFor();
    await shows(titled((await heading.textContent()) ?? ''));
    await page.keyboard.press('Escape');
    await shows(titled(''));
    await page.goto(`${server.url}/works/${ids[0]}`);
    await page.waitForFunction(() => document.title.startsWith('<img src=x onerror=alert(1)> لوحة long'));
    ok((await page.title()).length < 150);
    equal(faults, []);
    await close();
  });

  test('the navigation marks the entry that a page belongs to', async () => {
    const { page, faults, close } = await openPage(browser);
    await signInAs(page, server);
    for (const [address, entry, current] of [
      ['', 'Gallery', 'page'],
      [`works/${ids[0]}`, 'Gallery', 'true'],
      ['duplicates', 'Gallery', 'true'],
      ['share', 'Gallery', 'true'],
      ['calendar', 'Gallery', 'true'],
      ['duel', 'Gallery', 'true'],
      [`compare?a=${ids[0]}&b=${ids[1]}`, 'Gallery', 'true'],
      ['figures/likes?range=all', 'Figures', 'page'],
      ['publish/accounts', 'Publishing', 'page'],
    ] as const) {
      await page.goto(`${server.url}/${address}`);
      const marked = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current]');
      await marked.waitFor();
      equal([address, await marked.innerText(), await marked.getAttribute('aria-current')], [address, entry, current]);
    }
    equal(faults, []);
    await close();
  });

  test('the list of keys begins with those of the room that is shown, and can be searched', async () => {
    const { page, faults, close } = await openPage(browser, { viewport: phone });
    await page.goto(`${server.url}/works/${ids[3]}`);
    await page.getByRole('heading', { level: 2 }).filter({ hasText: 'of a' }).waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    const rooms = (): Promise<string[]> => dialog.getByRole('heading', { level: 3 }).allTextContents();
    equal((await rooms()).slice(0, 3), ['One work where you are', 'Everywhere', 'Gallery']);
    await dialog.getByRole('searchbox', { name: 'Find a key' }).fill('decision');
    equal(await rooms(), ['Cull']);
    await dialog.getByText('Take the last decision back').waitFor();
    await dialog.getByRole('searchbox').fill('zzz');
    await dialog.getByText('No key does that.').waitFor();
    await axeClean(page, 'keys');
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/slideshow`);
    await page.locator('main img').first().waitFor();
    await page.keyboard.press('?');
    await dialog.waitFor();
    is((await rooms())[0], 'Slideshow and kiosk where you are');
    await dialog.getByText('Rate', { exact: true }).first().waitFor();
    equal(faults, []);
    await close();
  });

  test('signing out says what it does; on a phone it is behind "More"', async () => {
    const { page, faults, close } = await openPage(browser, { viewport: phone });
    await signInAs(page, server);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'More pages' }).click();
    await axeClean(page, 'more');
    await page.getByRole('button', { name: 'Signed in as painter (paint)' }).click();
    const dialog = page.getByRole('dialog', { name: 'Signed in' });
    await dialog.getByText('painter', { exact: true }).waitFor();
    await dialog.getByText('looking, painting, rating, tags and collections').waitFor();
    await dialog.getByText(/cannot be undone/).waitFor();
    await axeClean(page, 'account');
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Signed out. This browser has forgotten the token painter.').waitFor();
    const session = await page.evaluate(async () => (await fetch('api/v1/session')).json());
    is((session as { name: string | null }).name, null);
    equal(faults, []);
    await close();
  });

  test('an unknown address has status 404, says so, and leads on', async () => {
    const { page, faults, close } = await openPage(browser);
    const answer = await page.goto(`${server.url}/galery/${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
    is(answer?.status(), 404);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    is(await page.title(), titled('Page not found'));
    await page.getByText('/galery/<img src=x onerror=alert(1)>').waitFor();
    await axeClean(page, 'not found');
    await page.getByRole('link', { name: 'The gallery, where works can be searched' }).click();
    await page.getByText('40 works').waitFor();
    equal(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
    await close();
  });

  test('a gallery without a work says what to do, and shows no buttons for works', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await openPage(browser, { colorScheme });
      await page.goto(empty.url);
      await page.getByRole('heading', { name: 'No works yet' }).waitFor();
      is(await page.getByRole('combobox', { name: 'Search' }).count(), 0);
      is(await page.getByRole('button', { name: 'Choose works' }).count(), 0);
      await page.getByText('ai-artist create "a red fox in the snow"', { exact: true }).waitFor();
      await axeClean(page, `first ${colorScheme}`);
      await page.getByRole('link', { name: 'Open the studio' }).click();
      await page.waitForURL(`${empty.url}/studio`);
      equal(faults, []);
      await close();
    }
  });

  test('a phone has one row of tools and the number of works; the rest is in a menu', async () => {
    const { page, faults, close } = await openPage(browser, { viewport: phone, hasTouch: true });
    await page.goto(server.url);
    await page.getByText('40 works').waitFor();
    const grid = await page.locator('[data-grid]').boundingBox();
    ok(grid && grid.y < 90, `the pictures begin at ${grid?.y} px`);
    await page.getByRole('button', { name: 'View and actions' }).click();
    await axeClean(page, 'gallery menu');
    await page.getByLabel('Order').selectOption('oldest');
    await page.waitForURL(/sort=oldest/);
    await page.getByRole('radio', { name: 'List' }).check();
    await page.getByRole('button', { name: 'How to search' }).click();
    await page.getByRole('dialog', { name: 'How to search' }).getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    equal(faults, []);
    await close();
  });

  test('on a phone the calendar opens at the newest month, and comes back to where it was', async () => {
    const { page, faults, close } = await openPage(browser, { viewport: phone });
    await page.goto(`${server.url}/calendar`);
    const months = page.locator('main:visible section');
    const newest = page.locator('[data-newest]');
    await newest.waitFor();
    match((await newest.getAttribute('aria-label')) ?? '', /November|December/);
    const inView = async (): Promise<boolean> => {
      const box = await newest.boundingBox();
      return box !== null && box.y >= 0 && box.y < phone.height;
    };
    ok(await inView(), 'the newest month is in view');
    await months.nth(2).scrollIntoViewIfNeeded();
    await page.waitForTimeout(200);
    const before = await months.nth(2).boundingBox();
    await months.nth(2).locator('a[data-day]').first().click();
    await page.waitForURL(/date%3A|date:/);
    await page.goBack();
    await newest.waitFor();
    const after = await months.nth(2).boundingBox();
    ok(Math.abs((after?.y ?? 0) - (before?.y ?? -99)) < 60, `March was at ${before?.y}, is at ${after?.y}`);
    equal(faults, []);
    await close();
  });

  test('names of words in the filters begin with a capital letter', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/?q=tag:fox`);
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    const value = page.getByRole('complementary').getByRole('button', { name: /^winter series \d+$/i });
    match((await value.textContent()) ?? '', /^Winter series/);
    await value.click();
    await page.waitForURL(/winter(%20|\+)series/);
    equal(faults, []);
    await close();
  });
});
