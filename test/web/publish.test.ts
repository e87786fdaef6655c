/** The publishing page in a real browser: posts in every state, what can be done with them, and the accounts. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match, not, ok } from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { connectAccount, Outbox, setPublishingOff } from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { fillGallery } from './fill.ts';
import { hostile, openAs } from './open-as.ts';
import { addPost, fillPosts } from './publish-support.ts';

const phone = { width: 390, height: 844 };

suite('the publishing page', { timeoutMs: 120_000 }, (test) => {
  let browser: Browser;
  /** Posts in every state; one without an account, for what is done in the page; one that has nothing. */
  let full: Serving;
  let own: Serving;
  let empty: Serving;
  let admin: string;
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist posts-'));
  let ids: string[];
  test.before(async () => {
    [full, own, empty, browser] = await Promise.all([
      serving({ paint: false }),
      serving({ paint: false }, 'publish:\n  minutesBetween: 0\n  perDay: 100\n'),
      serving({ paint: false }),
      openBrowser(),
    ]);
    admin = await full.newToken('admin', 'admin');
    const works = await fillGallery(path.join(full.home, 'gallery'), { works: 12 });
    await fillPosts(full.home, works);
    ids = await fillGallery(path.join(own.home, 'gallery'), { works: 4 });
    await connectAccount(own.home, { name: 'shelf', network: 'folder', server: folder, secrets: {} });
  });
  test.after(async () => {
    await browser?.close();
    await Promise.all([full?.close(), own?.close(), empty?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const rows = (page: Page) => page.getByRole('list', { name: 'Posts' }).locator(':scope > li');
  const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
  const choose = async (page: Page, post: string, what: string): Promise<void> => {
    await row(page, post)
      .getByRole('button', { name: /^More for/ })
      .click();
    await page.getByRole('menuitem', { name: what }).click();
  };

  test('says of each post where it is, what comes next and what to do, newest first', async () => {
    const { page, faults, close } = await openAs(browser, full, 'publish', admin);
    await rows(page).nth(10).waitFor();
    match(await page.title(), /^Publishing – /);
    match((await rows(page).first().textContent()) ?? '', /Three owls/);
    for (const [post, ...said] of [
      ['Three owls', 'Draft', 'Mastodon', '@painter@example.social', 'It waits for your approval.'],
      ['Retro poster', 'Terms not known, a person must decide: LoRA retro'],
      ['Two of today', 'Waits', 'Bluesky', 'Its account has stopped', 'expected a valid app password'],
      ['New Year', 'Waits', 'It goes out at Jan 1, 2100'],
      ['Ink drawing', 'Uploading', 'ECONNRESET', '2 tries failed; the next one is at'],
      ['A fox in the snow', 'May be out', 'Look at the account, then say what you found'],
      ['Mountain lake', 'Failed', 'Post a smaller one', 'Mend the cause, then try again'],
      ['Lighthouse', 'Published', 'Out since', '1 like · 1 reply · 1 share'],
      ['Old oak tree', 'Instagram', '1,204 views · 88 likes · 3 replies · 2 saves'],
      ['Sailing ship', '31 likes · 0 replies · 4 shares'],
      ['Owl in the rain', 'Withdrawn'],
    ] as const) {
      const text = (await row(page, post).last().textContent()) ?? '';
      for (const one of said) ok(text.includes(one), `${post}: ${one} is missing in ${text}`);
    }
    const link = row(page, 'Sailing ship').getByRole('link', { name: /^Open on Mastodon/ });
    match((await link.getAttribute('href')) ?? '', /^https:\/\/example\.social\/@painter\//);
    is(await link.getAttribute('rel'), 'noreferrer noopener');
    await row(page, 'Three owls').getByText('Text and history').click();
    await row(page, 'Three owls').getByText('Three owls sit on a bare branch before a full moon').waitFor();
    equal(faults, []);
    await close();
  });

  test('filters by state and account are in the address; a filter that nothing fits says so', async () => {
    const { page, faults, close } = await openAs(browser, full, 'publish', admin);
    await page.getByRole('link', { name: 'Needs you 4' }).click();
    await page.waitForURL(/state=person/);
    await rows(page).nth(3).waitFor();
    is(await rows(page).count(), 4);
    await page.getByRole('combobox', { name: 'Account' }).selectOption('sky');
    await page.waitForURL(/account=sky/);
    await page.getByRole('link', { name: 'Needs you 1' }).waitFor();
    is(await rows(page).count(), 1);
    await page.getByRole('link', { name: 'Published 0' }).click();
    await page.getByText('No posts are like this.').waitFor();
    await page.goBack();
    await row(page, 'A fox in the snow').waitFor();
    equal(faults, []);
    await close();
  });

  test('without a token it asks for one; with scope paint one looks, and nothing can be changed', async () => {
    const stranger = await openAs(browser, full, 'publish');
    await stranger.page.getByText('Posts and accounts are shown to holders of a token').waitFor();
    is(await rows(stranger.page).count(), 0);
    equal(stranger.faults, []);
    await stranger.close();
    const { page, faults, close } = await openAs(browser, full, 'publish', full.token);
    await rows(page).nth(10).waitFor();
    await page.getByText('need a token with scope admin').waitFor();
    is(await rows(page).getByRole('button').count(), 0);
    is(await page.getByRole('button', { name: 'Stop all publishing' }).count(), 0);
    equal(faults, []);
    await close();
  });

  test('an account that has stopped says why and what to do; tokens that end, totals, and no secret', async () => {
    const { page, faults, close } = await openAs(browser, full, 'publish/accounts', admin);
    const accounts = page.getByRole('list', { name: 'Accounts' }).locator(':scope > li');
    await accounts.filter({ hasText: '32 likes' }).getByText('2 posts out · 32 likes · 1 reply · 5 shares').waitFor();
    const stopped = accounts.filter({ hasText: 'Bluesky' });
    await stopped.getByText('expected a valid app password').waitFor();
    await stopped.getByText('ai-artist publish connect bluesky https://bsky.social --as sky').waitFor();
    await accounts.filter({ hasText: 'Instagram' }).getByText('Its token ends in 3 days').waitFor();
    await page.getByText('What is done in a terminal').click();
    await page.getByText('ai-artist publish disconnect insta').waitFor();
    not.match((await page.content()) ?? '', /tooth-and-nail/);
    await stopped.getByRole('link', { name: 'Its posts' }).click();
    await page.waitForURL(/publish\?account=sky/);
    equal(faults, []);
    await close();
  });

  test('a home without accounts says how to begin, one without posts how to make the first', async () => {
    const { page, faults, close } = await openAs(browser, empty, 'publish', await empty.newToken('admin', 'admin'));
    await page.getByRole('heading', { name: 'No account is connected yet' }).waitFor();
    await page.getByText('ai-artist publish connect mastodon https://example.social', { exact: true }).waitFor();
    await axeClean(page, 'no accounts');
    // It appears when it is connected, without a reload.
    await connectAccount(empty.home, { name: 'shelf', network: 'folder', server: path.join(folder, 'other'), secrets: {} });
    await page.getByRole('heading', { name: 'No posts yet' }).waitFor();
    await axeClean(page, 'no posts');
    equal(faults, []);
    await close();
  });

  test('a draft is approved for a time, published now, and deleted after a question; the list follows', async () => {
    const token = await own.newToken('admin', 'admin');
    const account = { account: 'shelf', network: 'folder' } as const;
    const { page, faults, close } = await openAs(browser, own, 'publish', token);
    const gallery = new Gallery({ home: own.home });
    const first = await addPost(own.home, { work: ids[0] ?? '', ...account, text: hostile });
    await row(page, '<img src=x onerror=alert(1)>').waitFor();
    await choose(page, '<img src=x', 'Set the time …');
    const dialog = page.getByRole('dialog', { name: 'Set the time …' });
    await dialog.getByRole('radio', { name: 'Not before' }).check();
    await dialog
      .getByRole('textbox', { name: 'Not before' })
      .or(dialog.locator('input[type=datetime-local]'))
      .first()
      .fill('2100-01-01T09:00');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await row(page, '<img src=x').getByText('It goes out at Jan 1, 2100, 09:00.').waitFor();
    await choose(page, '<img src=x', 'Publish now');
    await row(page, '<img src=x').getByText('Published', { exact: true }).waitFor();
    ok(existsSync(path.join(folder, `${first}.json`)), 'it is in the folder');
    equal(
      ((await gallery.get(ids[0] ?? '')).posts ?? []).map(({ id }) => id),
      [first],
    );
    await row(page, '<img src=x')
      .getByRole('button', { name: /^Delete from Folder/ })
      .click();
    await page.getByRole('dialog').getByText('This cannot be undone').waitFor();
    ok(existsSync(path.join(folder, `${first}.json`)), 'it asks first');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await row(page, '<img src=x').getByText('Withdrawn', { exact: true }).waitFor();
    not.ok(readdirSync(folder).includes(`${first}.json`));
    equal(faults, []);
    await close();
  });

  test('failed posts are tried again, unknown ones settled, drafts withdrawn; what others do appears', async () => {
    await setPublishingOff(own.home, true);
    const account = { account: 'shelf', network: 'folder' } as const;
    const outbox = new Outbox(own.home);
    await addPost(own.home, { work: ids[1] ?? '', ...account, text: 'It failed', state: 'failed' });
    await addPost(own.home, { work: ids[2] ?? '', ...account, text: 'Not there', state: 'unknown' });
    await addPost(own.home, { work: ids[2] ?? '', ...account, text: 'It is there', state: 'unknown' });
    const draft = await addPost(own.home, { work: ids[3] ?? '', ...account, text: 'Only a draft' });
    const { page, faults, close } = await openAs(browser, own, 'publish', await own.newToken('admin 2', 'admin'));
    await page.getByText('All publishing is stopped.').waitFor();
    await row(page, 'It failed').getByRole('button', { name: 'Try again' }).click();
    await row(page, 'It failed').getByText('Publishing is off').waitFor();
    for (const [post, found] of [
      ['Not there', 'It is not there'],
      ['It is there', 'It is there'],
    ] as const) {
      await row(page, post)
        .getByRole('button', { name: /^I have looked/ })
        .click();
      const dialog = page.getByRole('dialog', { name: 'Is the post out?' });
      ok(await dialog.getByRole('button', { name: 'Save' }).isDisabled());
      await dialog.getByRole('radio', { name: found }).check();
      if (post === 'Not there') await dialog.getByRole('button', { name: 'Publish it again' }).click();
      else {
        await dialog.getByRole('textbox', { name: 'Its address' }).fill('https://example.org/found');
        await dialog.getByRole('button', { name: 'Save' }).click();
      }
      await dialog.waitFor({ state: 'detached' });
    }
    await row(page, 'Not there').getByText('Waits', { exact: true }).waitFor();
    await row(page, 'It is there')
      .getByRole('link', { name: /^Open on Folder/ })
      .waitFor();
    await row(page, 'Only a draft').getByText('Draft', { exact: true }).waitFor();
    await outbox.approve(draft);
    await row(page, 'Only a draft').getByText('Waits', { exact: true }).waitFor();
    await choose(page, 'Only a draft', 'Withdraw');
    await row(page, 'Only a draft').getByText('Withdrawn', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Go on publishing' }).click();
    await page.getByRole('button', { name: 'Stop all publishing' }).waitFor();
    // The sender of the server now takes what waits.
    await row(page, 'It failed').getByText('Published', { exact: true }).waitFor({ timeout: 40_000 });
    equal(faults, []);
    await close();
  });

  test('many posts are shown page by page, and stay when one of them changes', async () => {
    const text = (at: number): string => `Number ${String(at).padStart(3, '0')}`;
    for (let at = 0; at < 70; at++) await addPost(empty.home, { work: ids[0] ?? '', account: 'gone', text: text(at), state: 'cancelled' });
    const last = await addPost(empty.home, { work: ids[0] ?? '', account: 'gone', text: text(70) });
    const { page, faults, close } = await openAs(browser, empty, 'publish?account=gone', await empty.newToken('admin 2', 'admin'));
    await row(page, 'Number 070').waitFor();
    is(await rows(page).count(), 50);
    await page.getByText('50 of 71 posts').waitFor();
    await page.getByRole('button', { name: 'Show older posts' }).click();
    await row(page, 'Number 000').waitFor();
    is(await rows(page).count(), 71);
    await new Outbox(empty.home).cancel(last);
    await row(page, 'Number 070').getByText('Withdrawn', { exact: true }).waitFor();
    is(await rows(page).count(), 71);
    equal(faults, []);
    await close();
  });

  test('axe, light and dark, and nothing to be moved sideways on a phone; the keyboard reaches what can be done', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await openAs(browser, full, 'publish', admin, { colorScheme, viewport: phone });
      const width = (): Promise<number> =>
        page.evaluate(() => Math.max(...[...document.querySelectorAll('main, html')].map((one) => one.scrollWidth)));
      await rows(page).nth(10).waitFor();
      await axeClean(page, `posts ${colorScheme}`);
      is(await width(), phone.width);
      const more = row(page, 'Three owls').getByRole('button', { name: /^More for/ });
      await more.focus();
      await page.keyboard.press('Enter');
      await axeClean(page, `menu ${colorScheme}`);
      is(await page.evaluate(() => document.activeElement?.textContent), 'Publish now');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Set the time …' }).waitFor();
      await axeClean(page, `time ${colorScheme}`);
      await page.keyboard.press('Escape');
      await page.goto(`${full.url}/publish/accounts`);
      await page.getByText('32 likes').waitFor();
      await page.getByText('What is done in a terminal').click();
      await axeClean(page, `accounts ${colorScheme}`);
      is(await width(), phone.width);
      equal(faults, []);
      await close();
    }
  });
});
