/** Data sets in a real browser, and what is said to people without a token. */
import type { Browser } from 'playwright-core';
import { equal, is } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { hostile, openAs } from './open-as.ts';
import { tinyPictures } from './training-support.ts';

suite('the data sets of training', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  let pictures: { name: string; mimeType: string; buffer: Buffer }[];
  test.before(async () => {
    [server, browser, pictures] = await Promise.all([serving({ paint: false }), openBrowser(), tinyPictures()]);
    admin = await server.newToken('trainer', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string, token?: string, options = {}) => openAs(browser, server, address, token, options);

  test('a data set: pictures with captions and licences, what is wrong with it, and undo', async () => {
    const { page, faults, close } = await open('training/sets', admin);
    await page.getByRole('button', { name: 'New data set' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('stickers');
    await page.getByRole('dialog').getByLabel('Licence of its pictures').fill('');
    await page.getByRole('dialog').getByRole('button', { name: 'New data set' }).click();
    await page.getByRole('heading', { name: 'stickers' }).waitFor();
    const text = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
    await page
      .locator('input[type=file][multiple]')
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
    await page.getByText('Its conditions: attribution').waitFor();

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

  test('others are told what they need, also on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 } };
    const { page, faults, close } = await open('training', undefined, phone);
    await page.getByText('Training is shown to holders of a token with scope paint.').waitFor();
    await close();
    const painter = await open('training', server.token, phone);
    await painter.page.getByText('Training needs a token with scope admin').waitFor();
    is(await painter.page.getByRole('button', { name: 'Start a run' }).count(), 0);
    await painter.page.getByRole('link', { name: 'Data sets' }).click();
    await painter.page.getByText('shown to administrators only').waitFor();
    const { width, scroll } = await painter.page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
    is(scroll, width);
    equal([...faults, ...painter.faults], []);
    await painter.close();
  });

  test('is clean by axe, in both themes', async () => {
    const { page, faults, close } = await open('training', admin);
    for (const [address, shown] of [
      ['training', 'Nothing has been trained yet.'],
      ['training?new=stickers', 'Name of the LoRA'],
      ['training/sets/stickers', 'Check the data set'],
      ['training/sets?new=true', 'Licence of its pictures'],
    ] as const)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${server.url}/${address}`);
        await page.getByText(shown).first().waitFor();
        await axeClean(page, `${address} ${colorScheme}`);
      }
    equal(faults, []);
    await close();
  });
});
