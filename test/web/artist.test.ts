/** The room of the artist in a real browser: what it does, its schedule, periods, series and proposals. */

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, match } from 'uvu/assert';
import { ProposalBook } from '../../lib/artist/index.ts';
import { homeOf } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';

const hostile = '<img src=x onerror=alert(1)> لوحة';

suite('the page of the artist', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({}, 'create:\n  candidates: 1\n'), openBrowser()]);
    admin = await server.newToken('curator', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (address: string, token?: string, options = {}): Promise<Watched> => {
    const opened = await openPage(browser, options);
    if (token !== undefined)
      await opened.context.request.post(`${server.url}/api/v1/session`, {
        headers: { authorization: `Bearer ${token}`, origin: server.url },
      });
    await opened.page.goto(`${server.url}/${address}`);
    return opened;
  };
  const ask = async (way: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/api/v1/${way}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const violationsOf = async (page: Page): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.map(({ id, nodes }) => `${page.url()} ${id} ${nodes[0]?.html}`);
  };

  test('a job is added, paused, changed, run, and removed with a way back', async () => {
    const { page, faults, close } = await open('artist', admin);
    await page.getByRole('button', { name: 'Add a job' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Time', { exact: true }).fill('07:30');
    await dialog.getByText(/In the next 14 days: 14 runs/).waitFor();
    await dialog.getByLabel('Topics or prompts').fill(`${hostile}\na small boat`);
    await dialog.getByLabel('Name').fill(hostile);
    await dialog.getByText('More settings').click();
    await dialog.getByText('How it paints').waitFor();
    await dialog.getByLabel('Find an option').fill('width');
    await dialog.getByRole('spinbutton', { name: 'Width', exact: true }).fill('128');
    await dialog.getByLabel('Find an option').fill('height');
    await dialog.getByRole('spinbutton', { name: 'Height', exact: true }).fill('128');
    await dialog.getByLabel('Find an option').fill('steps');
    await dialog.getByRole('spinbutton', { name: 'Steps', exact: true }).fill('1');
    await dialog.getByRole('button', { name: 'Add a job' }).click();
    await page.getByRole('button', { name: `Pause ${hostile}` }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: `Resume ${hostile}` }).click();
    await page.getByRole('button', { name: `Edit ${hostile}` }).click();
    match(page.url(), /job=/);
    await dialog.getByLabel('Repeats').selectOption('weekly');
    await dialog.getByLabel('Friday').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/weekly mon,fri 07:30/).waitFor();
    const { jobs } = (await (await ask('schedule')).json()) as { jobs: { payload: Record<string, unknown>; rotation: string[] }[] };
    equal(jobs[0]?.rotation, [hostile, 'a small boat']);
    is(jobs[0]?.payload['steps'], 1);

    await page.getByRole('button', { name: `Run now ${hostile}` }).click();
    await page.getByRole('link', { name: 'History' }).click();
    const works = page.getByRole('list').getByRole('link');
    await works.first().waitFor({ timeout: 60_000 });
    await works.first().click();
    await page.waitForURL(/works\//);
    await page.getByRole('button', { name: 'Back' }).click();

    await page.goto(`${server.url}/artist`);
    await page.getByRole('button', { name: `Remove ${hostile}` }).click();
    await page.getByText('There are no jobs yet').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/weekly mon,fri 07:30/).waitFor();
    equal(faults, []);
    await close();
  });

  test('the calendar shows months and weeks, also on a phone', async () => {
    await ask('schedule', { when: 'every 6h', name: 'six hours' });
    const { page, faults, close } = await open('artist', admin, { viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Later' }).click();
    await page
      .getByRole('link', { name: /4 runs on|5 runs on/ })
      .nth(8)
      .click();
    match(page.url(), /view=week/);
    await page
      .getByRole('link', { name: /six hours: planned/ })
      .first()
      .click();
    await page.getByRole('dialog').getByLabel('Every').waitFor();
    await page.keyboard.press('Escape');
    const { width, scroll } = await page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
    is(scroll, width);
    equal(faults, []);
    await close();
  });

  test('a period is started with a claim; a series is set up and ended', async () => {
    const { page, faults, close } = await open('artist/periods', admin);
    await page.getByRole('button', { name: 'Start a period' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(hostile);
    await dialog.getByLabel('Ends after this many works').fill('20');
    await dialog.getByLabel('Hypothesis').fill('Boats look alike');
    await dialog.getByLabel('Measure').selectOption('consistency');
    await dialog.getByLabel('Value').fill('0.8');
    await dialog.getByRole('button', { name: 'Start a period' }).click();
    await page.getByRole('link', { name: hostile }).click();
    await page.getByText('Consistency above 0.8', { exact: false }).or(page.getByText('consistency above 0.8')).first().waitFor();
    await page.getByRole('link', { name: 'Series' }).click();
    await page.getByRole('button', { name: 'Set up a series' }).click();
    await dialog.getByLabel('Name').fill('Boats');
    await dialog.getByLabel('Subjects').fill('a boat, a ship');
    await dialog.getByRole('button', { name: 'Set up a series' }).click();
    await page.getByRole('heading', { name: 'Boats' }).waitFor();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('Its works stay').waitFor();
    equal(faults, []);
    await close();
  });

  test('a proposal is judged by its sheet, adopted, and taken back', async () => {
    const book = new ProposalBook(server.home);
    const gain = { without: 0.5, with: 0.6, gain: 0.1, interval: [0.05, 0.15] as [number, number] };
    const { panel } = homeOf(server.home).proposal('l1');
    mkdirSync(path.dirname(panel), { recursive: true });
    await sharp({ create: { width: 384, height: 384, channels: 3, background: '#836' } })
      .png()
      .toFile(panel);
    const [id] = [await book.nextId()];
    await book.add({
      id,
      state: 'made',
      madeAt: Date.now(),
      lora: 'proposals/l1.safetensors',
      weight: 0.8,
      works: ['a'],
      held: ['b'],
      steps: 3,
      loss: 0.1,
    });
    await book.setTrial(id, {
      at: Date.now(),
      prompts: ['x'],
      seed: 1,
      scorer: 'clip',
      style: gain,
      novelty: gain,
      panel,
      passed: true,
      reason: hostile,
    });
    const { page, faults, close } = await open('artist/proposals', admin);
    const sheet = page.getByAltText(/painted without it and with it/);
    await sheet.waitFor();
    is(await sheet.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)), 384);
    await page.getByRole('button', { name: 'Adopt l1' }).click();
    await page.getByText('New works are painted with l1.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('taken back', { exact: true }).waitFor();
    equal(faults, []);
    await close();
  });

  test('others are told what they need', async () => {
    const { page, faults, close } = await open('artist');
    await page.getByText('shown to holders of a token').waitFor();
    is(await page.getByRole('button', { name: 'Add a job' }).count(), 0);
    await close();
    const painter = await open('artist', server.token);
    await painter.page.getByText('needs a token of an administrator').waitFor();
    is(await painter.page.getByRole('button', { name: /Run now/ }).count(), 0);
    equal([...faults, ...painter.faults], []);
    await painter.close();
  });

  test('is clean by axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await open('artist', admin, { colorScheme });
      for (const address of [
        'artist',
        'artist?view=week',
        'artist?job=new',
        'artist/history',
        'artist/periods?new=true',
        'artist/series?new=true',
        'artist/proposals',
      ]) {
        await page.goto(`${server.url}/${address}`);
        await page.waitForTimeout(400);
        equal(await violationsOf(page), []);
      }
      await close();
    }
  });
});
