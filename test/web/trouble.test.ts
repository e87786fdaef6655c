/** The page when the server goes away, the network loses what is sent, or the person presses twice: nothing is lost, and nothing counts double. */
import path from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { equal, is } from 'uvu/assert';
import { type RunningServer, startServer } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

suite('the page in trouble', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let again: RunningServer | undefined;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 12, change: (sidecar) => delete sidecar['rating'] });
  });
  test.after(async () => {
    await browser?.close();
    await again?.close();
    await server?.close();
  });

  const headers = (): Record<string, string> => ({ authorization: `Bearer ${server.token}`, 'content-type': 'application/json' });
  const read = async (id = ''): Promise<{ rating: number | null; title: string | null; tags: string[]; trashedAt: string | null }> =>
    (await (await fetch(`${server.url}/api/v1/works/${id}`, { headers: headers() })).json()) as Awaited<ReturnType<typeof read>>;
  const open = async (address: string, options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    watched.context.setDefaultTimeout(20_000);
    await signInAs(watched.page, server);
    await watched.page.goto(`${server.url}/${address}`);
    return watched;
  };
  const openWork = async (id = ''): Promise<Watched> => {
    const watched = await open(`works/${id}`);
    await watched.page.getByLabel('Title').waitFor();
    return watched;
  };
  const pressed = (page: Page, n: number) =>
    page.locator(`fieldset[aria-label="Rating"] button:nth-child(${n})[aria-pressed="true"]`).first();
  /** Without what the browser itself writes about requests that failed. */
  const own = (faults: string[]): string[] => faults.filter((fault) => !/Failed to load resource|net::ERR|4\d\d \(/.test(fault));
  const isChange = (route: Route): boolean => route.request().method() === 'PATCH';

  test('lost requests and lost answers: each rating arrives, and the last one counts', async () => {
    const [, id] = ids;
    const { page, faults, close } = await openWork(id);
    let seen = 0;
    await page.route('**/api/v1/works/*', async (route) => {
      if (!isChange(route)) return route.continue();
      seen++;
      if (seen === 2) await route.fetch();
      if (seen < 3) return route.abort('connectionreset');
      return route.continue();
    });
    await page.getByRole('region', { name: /./ }).first().focus();
    for (const key of ['3', '5', 'p']) await page.keyboard.press(key);
    await page.getByText('The server has all decisions now.').waitFor({ timeout: 15_000 });
    await pressed(page, 5).waitFor();
    const work = (await read(id)) as { rating: number | null; flag?: string };
    equal([work.rating, work.flag], [5, 'pick']);
    is(await page.getByText('decided elsewhere').count(), 0);
    equal(own(faults), []);
    await close();
  });

  test('a slow network: keys pressed quickly end with the last one, and nobody is said to interfere', async () => {
    const [, , id] = ids;
    const { page, context, faults, close } = await openWork(id);
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 300,
      downloadThroughput: 50_000,
      uploadThroughput: 20_000,
    });
    for (const key of ['1', '2', '3', '4', '2']) await page.keyboard.press(key);
    await pressed(page, 2).waitFor();
    for (let tries = 0; (await read(id)).rating !== 2 && tries < 40; tries++) await page.waitForTimeout(100);
    is((await read(id)).rating, 2);
    await page.waitForTimeout(700);
    await pressed(page, 2).waitFor();
    is(await page.getByText('decided elsewhere').count(), 0);
    equal(own(faults), []);
    await close();
  });

  test('a double click rates once; a key that is held down deletes one work', async () => {
    const [, , , id, under] = ids;
    const { page, faults, close } = await openWork(id);
    const sent = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Rate 3 stars' }).dblclick();
    await sent;
    await pressed(page, 3).waitFor();
    is((await read(id)).rating, 3);
    const requests: string[] = [];
    page.on('request', (request) => request.url().endsWith('/trash') && requests.push(request.url()));
    await page.getByRole('button', { name: 'Move to trash' }).evaluate((button: HTMLElement) => button.blur());
    for (let n = 0; n < 5; n++) await page.keyboard.down('Delete');
    await page.keyboard.up('Delete');
    await page.getByText('Moved to the trash').first().waitFor();
    await page.waitForTimeout(300);
    is(requests.length, 1);
    is((await read(under)).trashedAt, null);
    const restored = page.waitForResponse((response) => response.url().endsWith('/restore') && response.ok());
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await restored;
    equal(own(faults), []);
    await close();
  });

  test('signed out in the middle of editing: what was written and rated is there after signing in again', async () => {
    const [, , , , , id] = ids;
    const { page, context, faults, close } = await openWork(id);
    await page.getByLabel('Title').fill('still mine');
    await context.clearCookies();
    await page.getByLabel('Note').focus();
    await page.getByText('Not saved yet.').waitFor();
    await page.getByRole('button', { name: 'Rate 5 stars' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').getByText('1 decision waits until you sign in again').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Sign in' }).first().click();
    await dialog.getByLabel('Token').fill(server.token);
    await page.keyboard.press('Enter');
    await page.getByText('The server has all decisions now.').waitFor();
    is(await page.getByLabel('Title').inputValue(), 'still mine');
    await page.getByLabel('Title').focus();
    await page.getByLabel('Note').focus();
    await page.getByText('Saved', { exact: true }).waitFor();
    const { rating, title } = await read(id);
    equal([rating, title], [5, 'still mine']);
    equal(own(faults), []);
    await close();
  });

  test('a duel whose answer is lost on the way counts once', async () => {
    const [first = '', second = ''] = [ids[6], ids[7]];
    const { page, faults, close } = await openPage(browser);
    await signInAs(page, server);
    await page.route('**/api/v1/duels/next', async (route) => {
      const works = await Promise.all([first, second].map(read));
      return route.fulfill({ json: { first: works[0], second: works[1], expected: null } });
    });
    let seen = 0;
    await page.route('**/api/v1/duels', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      seen++;
      if (seen === 1) {
        await route.fetch();
        return route.abort('connectionreset');
      }
      return route.continue();
    });
    await page.goto(`${server.url}/duel`);
    await page.getByRole('button', { name: /^Choose the first/ }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('1 answer').waitFor();
    const { duels } = (await (await fetch(`${server.url}/api/v1/duels`, { headers: headers() })).json()) as { duels: number };
    equal([seen, duels], [2, 1]);
    equal(own(faults), []);
    await close();
  });

  test('a work that is deleted elsewhere while it is open says so; rating it says why that failed', async () => {
    const id = ids[8] ?? '';
    const { page, faults, close } = await openWork(id);
    const admin = await server.newToken(`admin ${id}`, 'admin');
    const asAdmin = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    await fetch(`${server.url}/api/v1/works/${id}/trash`, { method: 'POST', headers: asAdmin, body: '{}' });
    await page.getByText('This work is in the trash.').waitFor();
    await fetch(`${server.url}/api/v1/works/purge`, {
      method: 'POST',
      headers: asAdmin,
      body: JSON.stringify({ ids: [id], expected: 1, waitSeconds: 5 }),
    });
    await page.getByText('deleted for good').or(page.getByText('deleted while you looked at it')).first().waitFor();
    await page.keyboard.press('4');
    await page.getByRole('status').getByText(id).waitFor();
    equal(own(faults), []);
    await close();
  });

  test('the server is stopped and started: a rating, a title and tags made meanwhile stay, and are sent', async () => {
    const [id] = ids;
    const { page, faults, close } = await openWork(id);
    await server.stop();
    await page.getByLabel('Add tags').fill('dusk, sea');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('cannot be reached').waitFor();
    is(await page.getByLabel('Add tags').inputValue(), 'dusk, sea', 'what was typed stays');
    await page.getByLabel('Title').fill('written while it was away');
    await page.getByLabel('Note').focus();
    await page.getByText('Not saved yet.').waitFor();
    await page.getByRole('button', { name: 'Rate 4 stars' }).click();
    await page.getByRole('alert').getByText('1 decision waits in this page').waitFor();
    await pressed(page, 4).waitFor();
    again = await startServer({ home: server.home, port: Number(new URL(server.url).port), paint: false });
    await page.getByText('The server has all decisions now.').waitFor();
    // A picture that was asked for meanwhile may offer the same.
    await page.getByRole('alert').filter({ hasText: 'Not saved yet.' }).getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByLabel('Add tags').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove dusk' }).waitFor();
    const { rating, title, tags } = await read(id);
    equal([rating, title, tags.slice(-2)], [4, 'written while it was away', ['dusk', 'sea']]);
    // The stream of events is another one now, and is heard.
    await fetch(`${server.url}/api/v1/works/${id}`, { method: 'PATCH', headers: headers(), body: '{"rating":2}' });
    await pressed(page, 2).waitFor();
    equal(own(faults), []);
    await close();
  });
});
