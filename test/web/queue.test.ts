/** The queue in a real browser: its order, changes of waiting jobs, and pausing. */
import type { Browser, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';

const hostile = `<img src=x onerror=alert(1)> \u202eשלום ${'long '.repeat(400)}`;

suite('the queue page', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('admin', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  async function post(path: string, body: object, token = server.token): Promise<{ id: string }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as { id: string };
  }
  const submit = (prompt: string, token?: string): Promise<{ id: string }> => post('jobs', { prompt, options: { steps: 4 } }, token);
  async function openQueue(token: string | undefined, path = 'queue', options = {}): Promise<Watched> {
    const watched = await openPage(browser, options);
    if (token !== undefined)
      await watched.context.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
    await watched.page.goto(`${server.url}/${path}`);
    return watched;
  }
  const waiting = (page: Page) => page.locator('ol > li');
  const titles = (page: Page): Promise<string[]> => waiting(page).locator('p:first-child').allTextContents();
  async function clear(): Promise<void> {
    const answer = await fetch(`${server.url}/api/v1/jobs?state=waiting&limit=200`, { headers: { authorization: `Bearer ${admin}` } });
    for (const { id } of ((await answer.json()) as { jobs: { id: string }[] }).jobs) await post(`jobs/${id}/cancel`, {}, admin);
  }

  test('shows what waits in its order, marks own jobs, and follows changes', async () => {
    await clear();
    await submit('a fox', admin);
    await submit('an owl');
    const { page, faults, close } = await openQueue(server.token);
    await page.getByText('Yours is 2nd.').waitFor();
    equal(await titles(page), ['a fox', 'an owl']);
    await waiting(page).nth(0).getByText("Another person's").waitFor();
    is(await waiting(page).nth(0).getByRole('button').count(), 0, 'what another person asked for cannot be changed');
    await waiting(page).nth(1).getByText('2nd, after 1 other').waitFor();
    await submit(hostile);
    await waiting(page).nth(2).waitFor();
    match((await titles(page))[2] ?? '', /^<img src=x/);
    await waiting(page).nth(2).getByRole('button', { name: 'Cancel' }).click();
    await waiting(page).nth(2).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await waiting(page).nth(2).waitFor();
    equal(faults, []);
    await close();
  });

  test('reorders by buttons, by drag, and edits a waiting job', async () => {
    await clear();
    for (const prompt of ['one', 'two', 'three', 'four']) await submit(prompt);
    const { page, faults, close } = await openQueue(server.token);
    const reads = (wanted: string[]): Promise<unknown> =>
      page.waitForFunction(
        (list) => [...document.querySelectorAll('ol > li p:first-child')].map((one) => one.textContent).join() === list,
        wanted.join(),
      );
    await reads(['one', 'two', 'three', 'four']);
    await waiting(page).nth(2).getByRole('button', { name: 'Earlier' }).click();
    await reads(['one', 'three', 'two', 'four']);
    await waiting(page).nth(0).getByRole('button', { name: 'Later' }).click();
    await reads(['three', 'one', 'two', 'four']);
    await waiting(page).nth(3).getByRole('button', { name: 'To the front' }).click();
    await reads(['four', 'three', 'one', 'two']);
    await waiting(page).nth(3).dragTo(waiting(page).nth(1));
    await reads(['four', 'two', 'three', 'one']);

    await waiting(page).nth(1).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Prompt', { exact: true }).fill('two owls');
    await page.getByRole('dialog').getByLabel('Steps').fill('9');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The job was changed').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('ol > li').length === 4 && document.body.textContent?.includes('two owls'));
    const answer = await fetch(`${server.url}/api/v1/jobs?state=waiting`, { headers: { authorization: `Bearer ${admin}` } });
    const { jobs } = (await answer.json()) as { jobs: { request: { options: { prompt: string; steps: number } } }[] };
    is(jobs.find(({ request }) => request.options.prompt === 'two owls')?.request.options.steps, 9);
    equal(faults, []);
    await close();
  });

  test('is paused and resumed by an administrator, and says so to others; ended jobs are cleared', async () => {
    await clear();
    const [mine, theirs] = [await openQueue(admin), await openQueue(server.token)];
    await mine.page.getByRole('button', { name: 'Pause' }).click();
    await theirs.page.getByText('The queue is paused').waitFor();
    is(await theirs.page.getByRole('button', { name: 'Resume' }).count(), 0);
    await mine.page.getByRole('button', { name: 'Resume' }).click();
    await theirs.page.getByText('The queue is paused').waitFor({ state: 'detached' });
    await mine.page.getByRole('button', { name: 'Clear the list' }).click();
    await mine.page.getByText('Nothing to show.').waitFor();
    await mine.page.reload();
    await mine.page.getByRole('button', { name: 'Show cleared ones' }).click();
    await mine.page.getByText('Cancelled').first().waitFor();
    equal([...mine.faults, ...theirs.faults], []);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('an unknown job says so; without a token jobs are shown without what they paint; axe, and 390 pixels', async () => {
    await submit(hostile);
    const { page, close } = await openQueue(server.token, 'queue?job=job-unknown');
    await page.getByText('This job is not there, or no longer.').waitFor();
    await close();
    const reader = await openQueue(undefined);
    await reader.page.getByText('is shown to holders of a token').first().waitFor();
    is(await reader.page.getByRole('button', { name: 'Cancel' }).count(), 0);
    equal(reader.faults, []);
    await reader.close();
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await openQueue(admin, 'queue', { colorScheme, viewport: { width: 390, height: 844 } });
      await waiting(watched.page).first().waitFor();
      const check = async (): Promise<void> => {
        await axeClean(watched.page, `${colorScheme}`);
      };
      await check();
      is(await watched.page.evaluate(() => Math.max(...[...document.querySelectorAll('main, html')].map((one) => one.scrollWidth))), 390);
      await watched.page.getByRole('button', { name: 'Edit' }).first().click();
      await check();
      await watched.close();
    }
  });
});
