/** What is done with an open work: hiding it, a note, and painting from it; each by key and menu. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import type { JobView } from '../../lib/server/api/jobs/job-view.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';
import { signInAs } from './sign-in.ts';

suite('acting on an open work', (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
    ids = await fillGallery(path.join(server.home, 'gallery'), { works: 6 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = async (address: string): Promise<Watched> => {
    const watched = await openPage(browser);
    await signInAs(watched.page, server);
    await watched.page.goto(`${server.url}/${address}`);
    return watched;
  };
  const isHidden = async (page: Page, id = ids[2]): Promise<boolean> =>
    ((await (await page.request.get(`${server.url}/api/v1/works/${id}`)).json()) as { hidden: boolean }).hidden;
  const more = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };

  test('is hidden and shown again by key and menu, and each is taken back', async () => {
    const { page, faults, close } = await open(`works/${ids[2]}`);
    const header = page.locator('header [title="Hidden from visitors"]');
    await page.locator('[data-picture]').waitFor();
    await page.keyboard.press('h');
    await page.getByRole('status').getByText('Hidden from visitors').waitFor();
    await header.waitFor();
    is(await isHidden(page), true);
    await page.keyboard.press('Control+z');
    await header.waitFor({ state: 'detached' });
    await page.waitForTimeout(200);
    is(await isHidden(page), false);
    await more(page, 'Hide from visitors');
    await header.waitFor();
    await more(page, 'Show to visitors again');
    await page.getByRole('status').getByText('Shown to visitors again').waitFor();
    is(await isHidden(page), false);
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
    await header.waitFor();
    await axeClean(page, 'hidden work');
    await page.keyboard.press('n');
    await page.getByLabel('Note').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('a note by key');
    is(await page.getByLabel('Note').inputValue(), 'a note by key');
    equal(faults, []);
    await close();
  });

  test('chosen works are hidden by key, and all of them come back', async () => {
    const { page, faults, close } = await open('');
    await page.locator('[data-index="0"]').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('6 chosen').waitFor();
    await page.keyboard.press('h');
    await page.getByText(/5 works changed/).waitFor();
    is(await isHidden(page, ids[0]), true);
    await page.keyboard.press('Control+z');
    await page.getByText(/^Undone/).waitFor();
    equal([await isHidden(page, ids[0]), await isHidden(page, ids[2])], [false, true]);
    equal(faults, []);
    await close();
  });

  test('is reproduced and varied from its menu', async () => {
    const reply = await fetch(`${server.url}/api/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', prefer: 'wait=50' },
      body: JSON.stringify({ prompt: 'flat vector art of a fox', options: { steps: 2, seed: 7, width: 64, height: 64 } }),
    });
    const work = ((await reply.json()) as JobView).pictures[0]?.work;
    const { page, faults, close } = await open(`works/${work}`);
    await page.locator('[data-picture]').waitFor();
    await page.getByRole('button', { name: 'Details' }).click();
    await more(page, 'Reproduce');
    await page.getByRole('complementary', { name: 'Details' }).getByText('Equal to the pixel.').waitFor({ timeout: 40_000 });
    await more(page, 'Four variations');
    await page.waitForURL(/studio\?job=/);
    const job = new URL(page.url()).searchParams.get('job');
    const { request } = (await (await page.request.get(`${server.url}/api/v1/jobs/${job}`)).json()) as JobView;
    const { prompt, batchCount, seed } = request?.options ?? {};
    const { prompt: painted } = (await (await page.request.get(`${server.url}/api/v1/works/${work}`)).json()) as { prompt: string };
    equal([prompt, batchCount], [painted, 4]);
    ok(typeof seed === 'number' && seed !== 7, `another seed, got ${seed}`);
    await page.request.post(`${server.url}/api/v1/jobs/${job}/cancel`, { headers: { origin: server.url } });
    equal(faults, []);
    await close();
  });
});
