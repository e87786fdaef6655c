/** Publishing works from where they are shown: what each account would post, own texts, several works, refusals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { connectAccount, Outbox, type Post, setPublishingOff } from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import type { FakeNetwork } from '../support/networks/loopback.ts';
import { mastodonToken, openMastodon } from '../support/networks/mastodon.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { fillGallery } from './fill.ts';
import { openAs } from './open-as.ts';

const longest = 150;
/** What the browser itself writes about refusals. */
const own = (faults: string[]): string[] => faults.filter((fault) => !/status of 4\d\d .*\/publish\/(preview|posts)$/.test(fault));

suite('publishing works', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let network: FakeNetwork;
  let admin: string;
  let ids: string[];
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist posts-'));
  test.before(async () => {
    [server, browser, network] = await Promise.all([serving({ paint: false }), openBrowser(), openMastodon({ characters: longest })]);
    admin = await server.newToken('admin', 'admin');
    const inspired = (id: string) => ({ inspiration: { title: 'The Great Wave', artist: 'Hokusai', licence: { id } } });
    const change = (sidecar: Record<string, unknown>, index: number): void => {
      sidecar['title'] = `Work number ${index}`;
      if (index === 1) sidecar['derivation'] = inspired('CC BY 4.0');
      if (index === 2) sidecar['derivation'] = inspired('All rights reserved');
    };
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 8, change });
    // What is queued stays in the queue.
    await setPublishingOff(server.home, true);
    await connectAccount(server.home, { name: 'fedi', network: 'mastodon', server: network.url, secrets: { token: mastodonToken } });
    await connectAccount(server.home, { name: 'shelf', network: 'folder', server: path.join(folder, 'shelf'), secrets: {} });
  });
  test.after(async () => {
    await browser?.close();
    await Promise.all([server?.close(), network?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Publish …' }).click();
    await page.getByRole('dialog', { name: /^Publish/ }).waitFor();
  };
  const preview = (page: Page, account: string) =>
    page.getByRole('region', { name: 'What will go out' }).getByRole('article', { name: account });
  const ready = async (page: Page): Promise<void> => {
    await page.waitForFunction(() => {
      const cards = [...document.querySelectorAll('dialog article')];
      return cards.length > 0 && cards.every((card) => card.getAttribute('aria-busy') === 'false');
    });
  };
  const postsOf = async (work: string): Promise<Post[]> =>
    (await new Outbox(server.home).list()).posts.filter((post) => post.work === work);
  const choose = async (page: Page, works: readonly number[]): Promise<void> => {
    await page.getByRole('button', { name: 'Choose works' }).click();
    // Newest first.
    for (const work of works) await page.locator(`li a[data-index="${ids.length - 1 - work}"]`).click();
  };

  test('shows what each account would post, with the length as the network counts it; own texts, a time; then queues it', async () => {
    const { page, faults, close } = await openAs(browser, server, `works/${ids[0]}`, admin);
    await open(page);
    await ready(page);
    const fedi = preview(page, 'Mastodon: ');
    match((await fedi.textContent()) ?? '', /Work number 0.*Made with AI \(ai-artist-mini\).*#AIart/s);
    await fedi.getByText(new RegExp(`^\\d+ of ${longest} characters$`)).waitFor();
    await preview(page, 'Folder: shelf')
      .getByText(/^\d+ characters$/)
      .waitFor();
    ok((await fedi.locator('img').getAttribute('src'))?.startsWith('blob:'));
    is(await fedi.locator('img').evaluate(async (image: HTMLImageElement) => image.decode().then(() => image.naturalWidth > 0)), true);
    const dialog = page.getByRole('dialog', { name: 'Publish a work' });
    is(await dialog.getByRole('textbox', { name: 'Words' }).inputValue(), 'Work number 0');
    await dialog.getByRole('textbox', { name: 'Words' }).fill(`Long words ${'and more '.repeat(40)}`);
    await fedi.getByText('The words are cut to fit.').waitFor();
    await dialog.getByRole('button', { name: 'Reset: Words' }).click();
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('dialog textarea')?.value === 'Work number 0');
    await dialog.getByRole('textbox', { name: 'Words' }).fill('My own words');
    await dialog.getByRole('textbox', { name: 'Alternative text' }).fill('A mountain');
    await dialog.getByRole('radio', { name: 'Not before' }).check();
    await dialog.locator('input[type=datetime-local]').fill('2100-01-01T09:00');
    await fedi.getByText('My own words').first().waitFor();
    await fedi.getByText('A mountain', { exact: true }).waitFor();
    await dialog.getByRole('checkbox', { name: 'Folder shelf' }).uncheck();
    await ready(page);
    const text = await fedi.locator('p.whitespace-pre-wrap').textContent();
    await dialog.getByRole('button', { name: 'Queue 1 post' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [post, ...others] = await postsOf(ids[0] ?? '');
    equal(others, []);
    equal([post?.account, post?.state, post?.content.text, post?.content.altText], ['fedi', 'approved', text, 'A mountain']);
    is(new Date(post?.dueAt ?? 0).getFullYear(), 2100);
    await page.getByText(/^1 post goes out at Jan 1, 2100/).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('list', { name: 'Posts' }).getByText('My own words').first().waitFor();
    equal(faults, []);
    await close();
  });

  test('an account that has a post of the work is left out, unless it is to post it once more', async () => {
    const { page, faults, close } = await openAs(browser, server, `works/${ids[0]}`, admin);
    await open(page);
    await ready(page);
    const dialog = page.getByRole('dialog', { name: 'Publish a work' });
    await preview(page, 'Mastodon: ').getByText('It has a post of this work already: Waits').waitFor();
    await dialog.getByRole('button', { name: 'Queue 1 post' }).waitFor();
    await preview(page, 'Mastodon: ').getByRole('checkbox', { name: 'Post it once more' }).check();
    await dialog.getByRole('checkbox', { name: 'Keep as drafts' }).check();
    await dialog.getByRole('button', { name: 'Keep 2 drafts' }).click();
    await dialog.waitFor({ state: 'detached' });
    equal(
      (await postsOf(ids[0] ?? '')).map(({ account, state }) => [account, state]),
      [
        ['fedi', 'approved'],
        ['fedi', 'draft'],
        ['shelf', 'draft'],
      ],
    );
    equal(faults, []);
    await close();
  });

  test('credits are named; a source that forbids the post refuses it with its reason, and nothing can be queued', async () => {
    const { page, faults, close } = await openAs(browser, server, `works/${ids[1]}`, admin);
    await open(page);
    await ready(page);
    await preview(page, 'Folder: shelf').getByText('With credits: The Great Wave by Hokusai (CC-BY-4.0)').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${server.url}/works/${ids[2]}`);
    await open(page);
    await ready(page);
    for (const account of ['Mastodon: ', 'Folder: shelf'])
      match(
        (await preview(page, account).getByRole('alert').textContent()) ?? '',
        /It cannot be posted here\. .*The Great Wave: all rights are reserved/,
      );
    ok(await page.getByRole('button', { name: 'Nothing to queue' }).isDisabled());
    equal(own(faults), []);
    await close();
  });

  test('several works: each as a post of its own, or all in one where the network takes them', async () => {
    const { page, faults, close } = await openAs(browser, server, '', admin);
    await page.getByText(`${ids.length} works`).waitFor();
    await choose(page, [5, 4]);
    await open(page);
    const dialog = page.getByRole('dialog', { name: 'Publish 2 works' });
    await ready(page);
    await dialog.getByRole('button', { name: 'Queue 4 posts' }).waitFor();
    const words = dialog.getByRole('textbox', { name: 'Words' });
    is(await words.inputValue(), 'Work number 5');
    await words.fill('Five');
    await dialog.getByRole('list', { name: 'Works' }).getByRole('button').nth(1).click();
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('dialog textarea')?.value === 'Work number 4');
    await dialog.getByRole('checkbox', { name: 'Keep as drafts' }).check();
    await ready(page);
    await dialog.getByRole('button', { name: 'Keep 4 drafts' }).click();
    await dialog.waitFor({ state: 'detached' });
    for (const [work, said] of [
      [ids[5], 'Five'],
      [ids[4], 'Work number 4'],
    ] as const) {
      const posts = await postsOf(work ?? '');
      equal(
        posts.map(({ account, content }) => [account, content.text.split('\n')[0]]),
        [
          ['fedi', said],
          ['shelf', said],
        ],
      );
    }
    await page.reload();
    await page.getByText(`${ids.length} works`).waitFor();
    await choose(page, [7, 6]);
    await open(page);
    await dialog.getByRole('radio', { name: 'All in one post' }).check();
    await ready(page);
    match((await preview(page, 'Folder: shelf').getByRole('alert').textContent()) ?? '', /expected at most 1 picture/);
    is(await preview(page, 'Mastodon: ').locator('img').count(), 2);
    await dialog.getByRole('textbox', { name: 'Alternative text of Work number 6' }).fill('The second picture');
    await preview(page, 'Mastodon: ').getByText('The second picture', { exact: true }).waitFor();
    await ready(page);
    await axeClean(page, 'together');
    await dialog.getByRole('button', { name: 'Queue 1 post' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [post] = await postsOf(ids[7] ?? '');
    equal([post?.account, post?.more?.map(({ work, altText }) => [work, altText])], ['fedi', [[ids[6], 'The second picture']]]);
    equal(own(faults), []);
    await close();
  });

  test('what the network refuses while it is queued is said, what went through is not queued twice', async () => {
    const { page, faults, close } = await openAs(browser, server, `works/${ids[3]}`, admin);
    await open(page);
    await ready(page);
    const dialog = page.getByRole('dialog', { name: 'Publish a work' });
    network.fail({ on: 'GET /api/v2/instance', does: 'answer', reply: { status: 403, json: { error: 'Not for you' } }, times: 0 });
    await dialog.getByRole('button', { name: 'Queue 2 posts' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'fedi: ' }).first().waitFor();
    equal(
      (await postsOf(ids[3] ?? '')).map(({ account }) => account),
      ['shelf'],
    );
    network.heal();
    await dialog.getByRole('button', { name: 'Queue 1 post' }).click();
    await dialog.waitFor({ state: 'detached' });
    equal(
      (await postsOf(ids[3] ?? '')).map(({ account }) => account),
      ['shelf', 'fedi'],
    );
    is(own(faults).filter((fault) => !/status of (403|50\d)/.test(fault)).length, 0);
    await close();
  });

  test('with scope paint it is not offered; without a token it asks for one of scope admin; axe on a phone', async () => {
    const painter = await openAs(browser, server, `works/${ids[3]}`, server.token);
    await painter.page.getByRole('button', { name: 'More actions' }).click();
    await painter.page
      .getByRole('menuitem', { name: 'Compare with another work' })
      .or(painter.page.getByRole('menuitem').first())
      .first()
      .waitFor();
    is(await painter.page.getByRole('menuitem', { name: 'Publish …' }).count(), 0);
    await painter.close();
    const stranger = await openAs(browser, server, `works/${ids[3]}`);
    await stranger.page.getByRole('button', { name: 'More actions' }).click();
    await stranger.page.getByRole('menuitem', { name: 'Publish …' }).click();
    await stranger.page.getByRole('dialog').getByText('--scope admin').waitFor();
    await stranger.close();
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await openAs(browser, server, `works/${ids[6]}`, admin, {
        colorScheme,
        viewport: { width: 390, height: 844 },
      });
      await open(page);
      await ready(page);
      await axeClean(page, `publish ${colorScheme}`);
      is(await page.locator('dialog').evaluate((one) => one.scrollWidth - one.clientWidth), 0);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      equal(own(faults), []);
      await close();
    }
  });
});
