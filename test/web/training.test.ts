/** The room of training in a real browser: a data set, two tiny runs of the bundled model, their curves and samples. */

import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { tinyFolder } from '../train/tiny-run.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';

const hostile = '<img src=x onerror=alert(1)> شارة';

suite('the page of training', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  let pictures: { name: string; mimeType: string; buffer: Buffer }[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('trainer', 'admin');
    const folder = await tinyFolder(2);
    const files = ['p0.png', 'p1.png'];
    pictures = await Promise.all(
      files.map(async (name) => ({ name, mimeType: 'image/png', buffer: await readFile(folder.at(`pictures/${name}`)) })),
    );
    await folder.remove();
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
  const violationsOf = async (page: Page): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.map(({ id, nodes }) => `${page.url()} ${id} ${nodes[0]?.html}`);
  };

  test('a data set: pictures with captions and licences, what is wrong with it, and undo', async () => {
    const { page, faults, close } = await open('training/sets', admin);
    await page.getByRole('button', { name: 'New data set' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('stickers');
    await page.getByRole('dialog').getByLabel('Licence of its pictures').fill('');
    await page.getByRole('dialog').getByRole('button', { name: 'New data set' }).click();
    await page.getByRole('heading', { name: 'stickers' }).waitFor();
    const text = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
    await page
      .locator('input[type=file]')
      .setInputFiles([...pictures, text('p0.txt', hostile), { ...text('bad.png', '<svg onload=alert(1)>'), mimeType: 'image/png' }]);
    await page.getByText('2 of 3 added').waitFor();
    await page.getByText(/bad.png: .*expected a picture/).waitFor();
    is(await page.getByLabel('Caption of p0.png').inputValue(), hostile);

    const caption = page.getByLabel('Caption of p1.png');
    await caption.fill('flat sticker of a fox');
    await caption.press('Enter');
    await page.getByText('The caption of p1.png is saved.').waitFor();
    await page.getByRole('button', { name: 'Check the data set' }).click();
    await page.getByText(/expected a licence that permits training/).waitFor();
    const licence = page.getByLabel('Licence of its pictures');
    await licence.fill('own');
    await licence.blur();
    await page.getByText('The licence is own.').waitFor();
    await page.getByLabel('Licence of p0.png').fill('CC-BY-4.0');
    await page.getByLabel('Licence of p0.png').blur();
    await page.getByText('The licence is CC-BY-4.0.').waitFor();
    await page.getByRole('button', { name: 'Check the data set' }).click();
    await page.getByText(/2 pictures can be trained on. Licence of the LoRA: CC-BY-4.0/).waitFor();

    await page.getByRole('button', { name: 'Remove p1.png' }).click();
    await page.getByText('1 picture', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('2 pictures', { exact: true }).waitFor();
    is(await page.getByLabel('Caption of p1.png').inputValue(), 'flat sticker of a fox');
    // The browser notes the two refusals that the test asked for, and nothing else.
    equal(
      faults.map((fault) => /status of (\d+) .*\/(\w+)$/.exec(fault)?.slice(1).join(' ') ?? fault),
      ['400 pictures', '403 check'],
    );
    await close();
  });

  const train = async (page: Page, name: string, samples: string): Promise<void> => {
    await page.goto(`${server.url}/training?new=stickers`);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the LoRA').fill(name);
    await dialog.getByLabel('Steps', { exact: true }).fill('2');
    await dialog.getByLabel('Preset').selectOption('fast');
    const set = async (option: string, value: string): Promise<void> => {
      await dialog.getByLabel('Find an option').fill(option);
      await dialog.getByRole('spinbutton', { name: option, exact: true }).fill(value);
    };
    await set('Resolution', '64');
    await set('Batch size', '1');
    await set('Threads', '1');
    await set('Network rank', '2');
    await set('Samples every', samples);
    await set('Checkpoints every', '1');
    await dialog.getByRole('button', { name: 'Start a run' }).click();
    await page.waitForURL(/training\/runs\//);
    await page.getByText('finished', { exact: true }).waitFor({ timeout: 90_000 });
  };

  test('two runs: curve, samples, LoRA; compared, prolonged, deleted', async () => {
    const { page, faults, close } = await open('training', admin);
    await train(page, 'first', '1');
    const [name = ''] = decodeURIComponent(page.url()).split('/').slice(-1);
    await page.getByRole('img', { name: /Loss, smoothed: from .* at step 2/ }).waitFor();
    await page.locator('.uplot canvas').waitFor();
    await page.getByText('As a table').click();
    await page.getByRole('rowheader', { name: '2' }).waitFor();
    const before = page.getByRole('img', { name: 'Sample of prompt 1 at step 0' }).first();
    ok((await before.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))) >= 64);
    await page.getByText('After 2 steps').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the LoRA' }).click();
    match((await download).suggestedFilename(), /\.safetensors$/);
    await page.getByRole('button', { name: 'Use it in prompts' }).click();
    await page.getByLabel('Name for prompts').fill('sticker-style');
    await page.getByRole('dialog').getByRole('button', { name: 'Use it in prompts' }).click();
    await page.getByText('Prompts find it as sticker-style.').waitFor();
    await page.getByRole('button', { name: 'Give it more steps' }).click();
    await page.getByLabel('Steps in all').fill('3');
    await page.getByRole('dialog').getByRole('button', { name: 'Give it more steps' }).click();
    await page
      .getByRole('img', { name: /at step 3/ })
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByText('finished', { exact: true }).waitFor({ timeout: 60_000 });

    await train(page, 'second', '0');
    await page.getByRole('link', { name: 'All runs' }).click();
    await page
      .getByRole('checkbox', { name: /^Choose/ })
      .first()
      .waitFor();
    for (const box of await page.getByRole('checkbox', { name: /^Choose/ }).all()) await box.check();
    await page.getByRole('button', { name: 'Compare runs' }).click();
    await page.getByRole('img', { name: new RegExp(`second.*${name}|${name}.*second`) }).waitFor();
    await page.reload();
    await page.locator('.uplot canvas').waitFor();
    for (const address of [
      `training/runs/${name}`,
      'training',
      'training?new=stickers',
      'training/sets/stickers',
      'training/sets?new=true',
    ])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${server.url}/${address}`);
        await page.waitForTimeout(400);
        equal(await violationsOf(page), []);
      }
    await page.goto(`${server.url}/training/runs/${name}`);
    await page.getByRole('button', { name: 'Delete the run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText(`${name} was deleted.`).waitFor();
    equal(faults, []);
    await close();
  });

  test('others are told what they need, also on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 } };
    const { page, faults, close } = await open('training', undefined, phone);
    await page.getByText('Training is shown to holders of a token.').waitFor();
    await close();
    const painter = await open('training', server.token, phone);
    await painter.page.getByText('needs a token of an administrator').waitFor();
    is(await painter.page.getByRole('button', { name: 'Start a run' }).count(), 0);
    await painter.page.getByRole('link', { name: 'Data sets' }).click();
    await painter.page.getByText('shown to administrators only').waitFor();
    const { width, scroll } = await painter.page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
    is(scroll, width);
    equal([...faults, ...painter.faults], []);
    await painter.close();
  });
});
