/** Editing a work in place, also by two people at once. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const hostile = `<img src=x onerror=alert(1)> \u202Eשלום ${'long '.repeat(160)}`.trim();

suite('editing a work', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 6 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const headers = (): Record<string, string> => ({ authorization: `Bearer ${server.token}`, 'content-type': 'application/json' });
  const read = async (id: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${server.url}/api/v1/works/${id}`, { headers: headers() })).json()) as Record<string, unknown>;
  const change = async (id: string, body: object): Promise<void> => {
    await fetch(`${server.url}/api/v1/works/${id}`, { method: 'PATCH', headers: headers(), body: JSON.stringify(body) });
  };
  const open = async (id: string): Promise<Watched> => {
    const watched = await openPage(browser);
    await signInAs(watched.page, server);
    await watched.page.goto(`${server.url}/works/${id}`);
    await watched.page.getByLabel('Title').waitFor();
    return watched;
  };
  const saved = (page: Page) => page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok());

  test('saves title, texts, tags, collections and hidden in place', async () => {
    const [id = ''] = ids;
    const { page, faults, close } = await open(id);
    await axeClean(page, 'edit');
    await page.getByLabel('Title').fill(hostile);
    await Promise.all([saved(page), page.getByLabel('Note').focus()]);
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByLabel('Note').fill('for me');
    await Promise.all([saved(page), page.keyboard.press('Control+Enter')]);
    await page.getByLabel('Add tags').fill('one, two');
    await Promise.all([saved(page), page.keyboard.press('Enter')]);
    await page.getByLabel('Add to a collection').fill('Mist');
    await Promise.all([saved(page), page.keyboard.press('Enter')]);
    await Promise.all([saved(page), page.getByRole('button', { name: 'Remove one' }).click()]);
    await Promise.all([saved(page), page.getByLabel('Hidden from visitors').check()]);
    const { title, note, tags, collections, hidden } = await read(id);
    equal([title, note, (tags as string[]).slice(-1), collections, hidden], [hostile, 'for me', ['two'], ['Mist'], true]);
    equal(faults, []);
    await close();
  });

  test('a text of somebody else is shown beside mine, and nothing is lost', async () => {
    const [, id = ''] = ids;
    const { page, faults, close } = await open(id);
    const title = page.getByLabel('Title');
    await title.fill('mine');
    await change(id, { title: 'theirs', rating: 3 });
    await page.getByLabel('Note').focus();
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else' });
    await conflict.getByText('theirs', { exact: true }).waitFor();
    is(await title.inputValue(), 'mine');
    is((await read(id))['title'], 'theirs');
    await axeClean(page, 'conflict');
    await Promise.all([saved(page), conflict.getByRole('button', { name: 'Save mine' }).click()]);
    await conflict.waitFor({ state: 'detached' });
    const now = await read(id);
    equal([now['title'], now['rating']], ['mine', 3]);
    await title.fill('mine again');
    await change(id, { title: 'theirs again' });
    await page.getByLabel('Note').focus();
    await conflict.getByRole('button', { name: 'Take theirs' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'theirs again');
    equal(
      faults.filter((fault) => !fault.includes('412')),
      [],
    );
    await close();
  });

  test('a rating by somebody else is no conflict; what is written when a work is left is saved', async () => {
    const [, , id = ''] = ids;
    const { page, faults, close } = await open(id);
    await page.getByLabel('Title').fill('kept');
    await change(id, { rating: 2 });
    await Promise.all([saved(page), page.getByRole('button', { name: 'Back' }).click()]);
    const now = await read(id);
    equal([now['title'], now['rating']], ['kept', 2]);
    equal(
      faults.filter((fault) => !fault.includes('412')),
      [],
    );
    await close();
  });

  test('a text survives a server that is away, and a reload', async () => {
    const [, , , id = ''] = ids;
    const { page, context, close } = await open(id);
    await page.getByLabel('Title').fill('written offline');
    await context.setOffline(true);
    await page.getByLabel('Note').focus();
    await page.getByText('Not saved yet.').waitFor();
    await context.setOffline(false);
    await page.reload();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'written offline');
    await page.getByLabel('Title').focus();
    await Promise.all([saved(page), page.getByLabel('Note').focus()]);
    is((await read(id))['title'], 'written offline');
    await close();
  });

  test('a reader without a token is told how to edit', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/works/${ids[4]}`);
    await page.getByText('Sign in to give it a title').waitFor();
    is(await page.getByLabel('Title').count(), 0);
    equal(faults, []);
    await close();
  });
});
