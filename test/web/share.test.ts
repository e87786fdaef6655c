/** Collections, near duplicates, and links for people without a token. */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { linkAddress } from '../../web/share/link-address.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

const hostile = '<img src=x onerror=alert(1)> שלום';

suite('the address of a link', (test) => {
  test('is that of the browser, a public one where the browser is on the computer of the server, and says who can open it', () => {
    const local = 'http://127.0.0.1:7860/share/x';
    equal(linkAddress(local, local), { address: local, isLocal: true });
    equal(linkAddress('http://[::1]:7860/share/x', local), { address: 'http://[::1]:7860/share/x', isLocal: true });
    equal(linkAddress(local, 'https://art.example/share/x'), { address: 'https://art.example/share/x', isLocal: false });
    equal(linkAddress('http://10.0.0.5:7860/share/x', local), { address: 'http://10.0.0.5:7860/share/x', isLocal: false });
  });
});

suite('collections, duplicates and links', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    await fillGallery(path.join(server.home, 'gallery'), {
      works: 40,
      change: (sidecar, index) => {
        if (index < 8) sidecar['collections'] = ['Quiet'];
        if (index === 7) sidecar['title'] = hostile;
        if (index === 3) sidecar['hidden'] = true;
        if (index === 9) sidecar['collections'] = ['Other'];
      },
    });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (address: string, options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await signInAs(watched.page, server);
    await watched.page.goto(`${server.url}/${address}`);
    return watched;
  };

  test('a collection is described, pinned, renamed, opened; deleted, its works stay, and it comes back', async () => {
    const { page, faults, close } = await open('collections');
    const card = page.getByRole('listitem').filter({ hasText: 'Quiet' });
    await card.getByText('8 works').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('main li img').length === 5);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, colorScheme);
    }
    await page.getByRole('button', { name: 'Actions for Other' }).click();
    await page.getByRole('menuitem', { name: 'Pin' }).click();
    await page.getByRole('listitem').first().getByText('Other').waitFor();
    await page.getByRole('button', { name: 'Actions for Quiet' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(hostile);
    await dialog.getByLabel('Description').fill('Slow pictures');
    await axeClean(page, 'edit');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Slow pictures').waitFor();
    await page.getByRole('button', { name: `Actions for ${hostile}` }).click();
    await page.getByRole('menuitem', { name: /^Delete/ }).click();
    await page.getByText('its works stay.').waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
    await page.getByText('Slow pictures').waitFor();
    await page.getByRole('link', { name: hostile }).click();
    await page.getByText('8 works', { exact: true }).waitFor();
    equal(faults, []);
    await close();
  });

  test('keeps the best of works that look the same', async () => {
    const { page, faults, close } = await open('duplicates');
    await page.getByText(/groups? of works that look the same/).waitFor({ timeout: 60_000 });
    const group = page.getByRole('listitem').filter({ hasText: 'Group 1:' });
    const n = await group.getByRole('radio').count();
    ok(n > 1);
    await axeClean(page, 'duplicates');
    await group.getByRole('radio').nth(1).check();
    await group.getByRole('button', { name: /Move the other/ }).click();
    await page.getByText(`${n - 1} ${n === 2 ? 'work' : 'works'} moved to the trash.`).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(/^Undone/).waitFor();
    equal(faults, []);
    await close();
  });

  test('a link shows its works to somebody without a token, on a phone too, until it is revoked', async () => {
    const { page, faults, close } = await open('collections');
    await page.getByRole('button', { name: `Actions for ${hostile}` }).click();
    await page.getByRole('menuitem', { name: 'Share a link' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(hostile);
    await axeClean(page, 'share dialog');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const address = await dialog.getByLabel('Address').inputValue();
    match(address, /\/share\/[\w-]{32}$/);
    await dialog.getByText('Only this computer can open this link').waitFor();
    await axeClean(page, 'link dialog');

    const visitor = await openPage(browser, { viewport: { width: 390, height: 800 } });
    const asked: string[] = [];
    visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await visitor.page.goto(address);
    await visitor.page.getByRole('heading', { name: hostile }).waitFor();
    is(await visitor.page.getByRole('list', { name: 'Works' }).getByRole('link').count(), 7);
    await axeClean(visitor.page, 'visitor');
    await visitor.page.getByRole('link', { name: hostile }).click();
    const shown = visitor.page.locator('[data-picture]');
    await shown.waitFor();
    // Pictures of the gallery have at most 144 pixels; they fill the phone.
    const widthOf = async (): Promise<number> => (await shown.boundingBox())?.width ?? 0;
    ok((await widthOf()) > 250, `the picture is ${await widthOf()} pixels wide`);
    const fits = await widthOf();
    await visitor.page.keyboard.press('+');
    ok((await widthOf()) > 1.4 * fits);
    await visitor.page.keyboard.press('z');
    is(await widthOf(), fits);
    await visitor.page.keyboard.press('ArrowRight');
    await visitor.page.getByRole('heading', { name: 'Untitled' }).waitFor();
    is(await visitor.page.getByText('Recipe').count(), 0);
    await axeClean(visitor.page, 'visitor work');
    await visitor.page.keyboard.press('Escape');
    await visitor.page.waitForURL(address);
    // Nothing of the gallery but what the link shows.
    equal(
      asked.filter(
        (to) => to.startsWith('/api/') && !to.startsWith('/api/v1/shared/') && to !== '/api/v1/session' && to !== '/api/v1/events',
      ),
      [],
    );

    await page.goto(`${server.url}/share`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await axeClean(page, 'links');
    await page.getByRole('button', { name: `Revoke ${hostile}` }).click();
    await page.getByText('No links yet.', { exact: false }).waitFor();
    await visitor.page.reload();
    await visitor.page.getByRole('heading', { name: 'This link shows nothing' }).waitFor();
    equal(faults, []);
    equal(
      visitor.faults.filter((fault) => !fault.includes('404')),
      [],
    );
    await visitor.close();
    await close();
  });
});
