/** Proposals of the artist in a real browser, and what is said to people without a token. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { equal, is } from 'uvu/assert';
import { ProposalBook } from '../../lib/artist/index.ts';
import { homeOf } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { hostile, openAs } from './open-as.ts';

suite('proposals, and what others see', (test) => {
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
  const open = (address: string, token?: string, options = {}) => openAs(browser, server, address, token, options);

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
    await painter.page.getByText('needs a token with scope admin').waitFor();
    is(await painter.page.getByRole('button', { name: /Run now/ }).count(), 0);
    equal([...faults, ...painter.faults], []);
    await painter.close();
  });
});
