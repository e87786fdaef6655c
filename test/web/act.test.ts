/** Choosing works, and what is done with them. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const works = 240;
const hostile = '<img src=x onerror=alert(1)> שלום';

suite('acting on works', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await signInAs(watched.page, server);
    await watched.page.goto(server.url);
    await watched.page.getByText(`${works} works`).waitFor();
    await tile(watched.page, 0).waitFor();
    return watched;
  };
  const tile = (page: Page, index: number) => page.locator(`li a[data-index="${index}"]`);
  const chosen = (page: Page, n: number) => page.getByText(`${n} chosen`, { exact: true }).waitFor();
  const totalOf = async (query: string): Promise<number> => {
    const address = `${server.url}/api/v1/works?limit=1&query=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { headers: { authorization: `Bearer ${server.token}` } });
    return ((await answer.json()) as { total: number }).total;
  };

  test('chooses by keyboard alone: arrows move, space chooses, shift a range, Ctrl+A all, Escape none', async () => {
    const { page, faults, close } = await open();
    await page.keyboard.press('ArrowRight');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['index']);
    is(await focused(), '0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    is(await focused(), '2');
    await page.keyboard.press(' ');
    await chosen(page, 1);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await chosen(page, 3);
    await page.keyboard.press('End');
    await page.waitForFunction((last) => (document.activeElement as HTMLElement | null)?.dataset['index'] === String(last), works - 1);
    await page.keyboard.press('PageUp');
    ok(Number(await focused()) < works - 1);
    await page.keyboard.press('Home');
    await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset['index'] === '0');
    await page.keyboard.press('Control+a');
    await chosen(page, works);
    await page.keyboard.press('Escape');
    await page.getByText(`${works} works`).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/works/${ids.at(-1)}`);
    equal(faults, []);
    await close();
  });

  test('chooses by pointer: box, Ctrl, shift with a preview, a whole month; only changed tiles are drawn again', async () => {
    const { page, faults, close } = await open();
    await tile(page, 1).hover();
    await page.locator('li:has(a[data-index="1"])').getByRole('checkbox').click();
    await chosen(page, 1);
    await tile(page, 4).click({ modifiers: ['ControlOrMeta'] });
    await chosen(page, 2);
    await page.keyboard.down('Shift');
    await tile(page, 6).hover();
    is(await page.locator('li[data-mark=preview]').count(), 2);
    await tile(page, 6).click({ modifiers: ['Shift'] });
    await page.keyboard.up('Shift');
    await chosen(page, 4);
    await page.evaluate(() => {
      const drawn = new Set<Element | null>();
      const observer = new MutationObserver((records) => {
        for (const { target } of records) drawn.add((target as Element).closest('li'));
        document.body.dataset['drawn'] = String(drawn.size);
      });
      const list = document.querySelector('[data-grid] ul');
      if (list) observer.observe(list, { subtree: true, attributes: true, childList: true });
    });
    await tile(page, 7).click();
    await chosen(page, 5);
    // The one that was chosen, and the one that had the focus.
    const drawn = Number(await page.locator('body').getAttribute('data-drawn'));
    ok(drawn >= 1 && drawn <= 2, `${drawn} tiles`);
    const month = page.getByRole('checkbox', { name: /^Choose all of / }).first();
    await month.click();
    is(await month.getAttribute('aria-checked'), 'true');
    await page.getByRole('button', { name: 'Invert' }).click();
    is(await month.getAttribute('aria-checked'), 'false');
    equal(faults, []);
    await close();
  });

  test('rates all results but one, undoes it in one step, and the history has it', async () => {
    const { page, faults, close } = await open();
    const before = await totalOf('rating:5');
    await page.getByRole('button', { name: 'Choose works' }).click();
    await page.getByRole('button', { name: `Choose all ${works}` }).click();
    await tile(page, 0).click();
    await chosen(page, works - 1);
    await page.getByRole('button', { name: 'Rating' }).click();
    await page.getByRole('menuitem', { name: 'Rate 5 stars' }).click();
    // Every record is written: that takes long where other tests write, too.
    await page.getByText(/works? changed\./).waitFor({ timeout: 60_000 });
    ok((await totalOf('rating:5')) >= works - 1);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(/^Undone for/).waitFor({ timeout: 60_000 });
    is(await totalOf('rating:5'), before);
    await page.keyboard.press('Control+z');
    await page.getByRole('dialog', { name: 'Undo history' }).getByText('undone').first().waitFor();
    await axeClean(page, 'history');
    equal(faults, []);
    await close();
  });

  test('adds and removes tags and a new collection, also hostile ones', async () => {
    const { page, faults, close } = await open({ colorScheme: 'dark' });
    await tile(page, 0).click({ modifiers: ['ControlOrMeta'] });
    await tile(page, 3).click();
    await chosen(page, 2);
    await axeClean(page, 'bar');
    await page.getByRole('button', { name: 'Tags' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Add tags').fill(`${hostile}, misty`);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('misty', { exact: true }).waitFor();
    is(await totalOf('tag:misty'), 2);
    await axeClean(page, 'tags');
    await dialog.getByRole('button', { name: 'Remove misty' }).click();
    await dialog.getByText('misty', { exact: true }).waitFor({ state: 'detached' });
    is(await totalOf('tag:misty'), 0);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Collections' }).click();
    await dialog.getByLabel('Add to a collection').fill(hostile);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('button', { name: `Remove ${hostile}` }).waitFor();
    is(await totalOf(`collection:"${hostile}"`), 2);
    equal(faults, []);
    await close();
  });

  test('on a phone: a long press chooses, taps add, the trash takes them, restoring brings them back', async () => {
    const { page, faults, close } = await open({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
    const box = await tile(page, 2).boundingBox();
    const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 60 };
    const touch = await page.context().newCDPSession(page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await page.waitForTimeout(700);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await chosen(page, 1);
    await tile(page, 0).tap();
    await chosen(page, 2);
    await page.getByRole('button', { name: 'Move to trash' }).click();
    await page.getByText(`${works - 2} works`).waitFor();
    await page.getByText('2 works moved to the trash.').waitFor();
    await page.goto(`${server.url}/?trash=1`);
    await page.getByText('2 works').waitFor();
    await page.getByRole('button', { name: 'View and actions' }).click();
    await page.getByRole('button', { name: 'Choose works' }).click();
    await tile(page, 0).tap();
    await tile(page, 1).tap();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The trash is empty', { exact: true }).waitFor();
    await page.getByText('2 works taken out of the trash.').waitFor();
    is(await totalOf(''), works);
    equal(faults, []);
    await close();
  });

  test('works leave the list at once when they are moved to the trash, and come back if the server refuses', async () => {
    const { page, faults, close } = await open();
    const addresses = '**/api/v1/works/actions';
    let answer = (): void => undefined;
    const asked = new Promise<void>((done) => {
      answer = done;
    });
    const refusal = { status: 503, json: { error: { code: 'ERR_BUSY', message: 'server: expected it to be free' } } };
    await page.route(addresses, async (route) => {
      await asked;
      await route.fulfill(refusal);
    });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await chosen(page, 1);
    await page.keyboard.press('Delete');
    await page.getByText(`${works - 1} works`).waitFor();
    is(await page.locator(`a[data-index][href*="${ids.at(-1)}"]`).count(), 0);
    answer();
    await page.getByText('server: expected it to be free').waitFor();
    await page.getByText(`${works} works`).waitFor();
    await page.locator(`a[data-index][href*="${ids.at(-1)}"]`).waitFor();
    await page.unroute(addresses);
    equal(
      faults.filter((fault) => !fault.includes('503')),
      [],
    );
    await close();
  });

  test('deletes for ever only for an admin who types the number', async () => {
    const { page, faults, close } = await openPage(browser);
    const token = await server.newToken('boss', 'admin');
    await signInAs(page, { url: server.url, token });
    await page.goto(`${server.url}/?q=tag:owl`);
    await page.getByRole('button', { name: 'Choose works' }).click();
    const [n = 0] = [await totalOf('tag:owl')];
    await page.getByRole('button', { name: `Choose all ${n}` }).click();
    await page.getByRole('button', { name: 'Move to trash' }).click();
    await page.getByText('No work matches').waitFor();
    await page.getByText(/moved to the trash/).waitFor();
    await page.goto(`${server.url}/?trash=1`);
    await page.getByText(`${n} works`).waitFor();
    await page.keyboard.press('Control+a');
    await page.getByRole('button', { name: 'Delete for ever' }).click();
    const dialog = page.getByRole('dialog');
    ok(await dialog.getByRole('button', { name: 'Delete for ever' }).isDisabled());
    await dialog.getByLabel(`Type ${n} to go on`).fill(String(n));
    await axeClean(page, 'purge');
    await dialog.getByRole('button', { name: 'Delete for ever' }).click();
    await page.getByText('The trash is empty', { exact: true }).waitFor();
    is(await totalOf(''), works - n);
    // Pictures that were asked for while their files were being deleted.
    equal(
      faults.filter((fault) => !/404 .*thumbnail/.test(fault)),
      [],
    );
    await close();
  });

  test('downloads a ZIP and the recipes', async () => {
    const { page, faults, close } = await openPage(browser);
    await signInAs(page, server);
    await page.goto(server.url);
    await tile(page, 0).click({ modifiers: ['ControlOrMeta'] });
    for (const [item, name] of [
      ['Download as ZIP', 'works.zip'],
      ['Download recipes (JSON)', 'recipes.json'],
    ] as const) {
      await page.getByRole('button', { name: 'More actions' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
      is(download.suggestedFilename(), name);
    }
    equal(faults, []);
    await close();
  });
});
