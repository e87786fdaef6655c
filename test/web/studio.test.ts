/** The studio in a real browser: the bundled model paints what the form says. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';

const hostile = `<img src=x onerror=alert(1)> \u202eשלום ${'very long '.repeat(200)}`;
type Json = Record<string, never> & { [name: string]: Json };

/** A picture in a folder of the test: two colours, side by side. */
const halves = (): Promise<Buffer> =>
  sharp({ create: { width: 128, height: 128, channels: 3, background: '#2563eb' } })
    .composite([{ input: { create: { width: 64, height: 128, channels: 3, background: '#facc15' } }, left: 0, top: 0 }])
    .png()
    .toBuffer();

/** Mean difference of two pictures in a rectangle, 0..255. */
async function difference(first: Buffer, second: Buffer, left: number): Promise<number> {
  const pixels = (picture: Buffer): Promise<Buffer> =>
    sharp(picture).extract({ left, top: 24, width: 40, height: 80 }).removeAlpha().raw().toBuffer();
  const [before, after] = await Promise.all([pixels(first), pixels(second)]);
  return before.reduce((sum, value, at) => sum + Math.abs(value - (after[at] ?? 0)), 0) / before.length;
}

suite('the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const api = async (path: string): Promise<Response> =>
    fetch(`${server.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${server.token}` } });
  const json = async (path: string): Promise<Json> => (await (await api(path)).json()) as Json;

  async function openStudio(path = 'studio', options = {}): Promise<Watched> {
    const watched = await openPage(browser, options);
    await watched.context.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });
    await watched.page.goto(`${server.url}/${path}`);
    return watched;
  }
  const prompt = (page: Page) => page.getByLabel('Prompt', { exact: true });
  const paint = (page: Page) => page.getByRole('button', { name: 'Paint', exact: true }).click();
  const result = (page: Page) => page.getByRole('region', { name: 'Result' });
  /** Sets options by the search field of the form. */
  async function setOption(page: Page, name: string, value: string): Promise<void> {
    await page.getByRole('searchbox', { name: 'Find an option' }).fill(name);
    await page.getByLabel(name, { exact: true }).first().fill(value);
    await page.getByRole('searchbox', { name: 'Find an option' }).fill('');
  }
  const jobOf = (page: Page): string => new URL(page.url()).searchParams.get('job') ?? '';
  async function pictureOf(job: string): Promise<Buffer> {
    return Buffer.from(await (await api(`jobs/${job}/pictures/0`)).arrayBuffer());
  }

  test('a person without a token reads what it is, and signs in', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/studio`);
    await page.getByText('Painting needs a token').waitFor();
    await page.getByLabel('Token').fill(server.token);
    await page.getByRole('button', { name: 'Sign in' }).last().click();
    await prompt(page).waitFor();
    equal(faults, []);
    await close();
  });

  test('paints with a live preview, is rated by key, remixed, and taken as start picture', async () => {
    const { page, faults, close } = await openStudio();
    await prompt(page).fill('flat vector art of a fox');
    await setOption(page, 'Steps', '12');
    await page.getByLabel('Seed').fill('7');
    await prompt(page).press('Control+Enter');
    await page.locator('[data-preview]').waitFor();
    match((await page.locator('[data-preview]').getAttribute('src')) ?? '', /^blob:/);
    match(await page.title(), /^\d+ % · /);
    await page.getByText(/Step \d+ of 12/).waitFor();
    await result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 30_000 });
    await page.waitForFunction(() => !document.title.includes('%'));
    await page
      .locator('h1')
      .first()
      .click({ force: true, position: { x: 0, y: 0 } });
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('4');
    await result(page).getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    const work = String((await json(`jobs/${jobOf(page)}`)).pictures?.[0]?.work);
    is(Number((await json(`works/${work}`)).rating), 4);

    await prompt(page).fill('something else');
    await result(page).getByRole('button', { name: 'Remix' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'flat vector art of a fox');
    is(await page.getByLabel('Seed').inputValue(), '7');
    await result(page).getByRole('button', { name: 'Use as start picture' }).click();
    await page.getByLabel('How much is repainted').fill('0.4');
    await page.waitForTimeout(400);
    await page.reload();
    is(await page.getByLabel('How much is repainted').inputValue(), '0.4');
    await paint(page);
    await page.waitForURL((url) => url.searchParams.get('job') !== null);
    await result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 30_000 });
    is(String((await json(`jobs/${jobOf(page)}`)).pictures?.[0]?.recipe?.mode), 'img2img');
    equal(faults, []);
    await close();
  });

  test('repaints a part: by strokes of the brush, and by numbers without a pointer', async () => {
    const { page, faults, close } = await openStudio();
    const start = await halves();
    await prompt(page).fill('flat vector art of a fox');
    await setOption(page, 'Steps', '4');
    await page.getByLabel('Choose a file').setInputFiles({ name: 'halves.png', mimeType: 'image/png', buffer: start });
    const canvas = page.getByRole('img', { name: /^Mask over/ });
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    ok(box);
    const stroke = async (share: number): Promise<void> => {
      await page.mouse.move(box.x + box.width * share, box.y + box.height * 0.1);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * share, box.y + box.height * 0.9, { steps: 6 });
      await page.mouse.up();
    };
    await page.getByLabel('Size').fill('0.4');
    await stroke(0.2);
    await stroke(0.8);
    await page.getByText('2 steps in the mask').waitFor();
    await page.getByRole('button', { name: 'Undo the last stroke' }).click();
    await page.getByRole('button', { name: 'Redo the stroke' }).click();
    await page.getByRole('button', { name: 'Undo the last stroke' }).click();
    await page.getByText('1 step in the mask').waitFor();
    await page.getByLabel('How much is repainted').fill('1');
    await paint(page);
    await page.waitForURL((url) => url.searchParams.get('job') !== null);
    await result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 30_000 });
    const byBrush = await pictureOf(jobOf(page));
    const [changed, kept] = [await difference(start, byBrush, 6), await difference(start, byBrush, 80)];
    ok(changed > 20 && kept < 12, `changed ${changed}, kept ${kept}`);

    await page.getByRole('button', { name: 'Clear', exact: true }).press('Enter');
    await page.getByText('Mask a rectangle by numbers').click();
    for (const [edge, value] of [
      ['Left', '70'],
      ['Top', '0'],
    ] as const)
      await page.getByLabel(edge, { exact: true }).fill(value);
    await page.locator('form').getByLabel('Width', { exact: true }).fill('58');
    await page.locator('form').getByLabel('Height', { exact: true }).fill('128');
    await page.getByRole('button', { name: 'Add the rectangle' }).press('Enter');
    const before = jobOf(page);
    await prompt(page).press('Control+Enter');
    await page.waitForURL((url) => url.searchParams.get('job') !== before);
    await result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 30_000 });
    const byNumbers = await pictureOf(jobOf(page));
    const [left, right] = [await difference(start, byNumbers, 6), await difference(start, byNumbers, 80)];
    ok(left < 12 && right > 20, `left ${left}, right ${right}`);
    equal(faults, []);
    await close();
  });

  test('a running job survives a reload, another takes its place, and it is cancelled', async () => {
    const { page, faults, close } = await openStudio();
    await prompt(page).fill('a lighthouse');
    await setOption(page, 'Steps', '300');
    await paint(page);
    await page.getByText(/Step \d+ of 300/).waitFor({ timeout: 20_000 });
    const first = jobOf(page);
    await page.goto(`${server.url}/studio`);
    await page.getByText(/Step \d+ of 300/).waitFor();
    is(await prompt(page).inputValue(), 'a lighthouse', 'the form is kept');
    await page.locator('[data-preview]').waitFor();
    await prompt(page).fill('an owl');
    await page.getByRole('button', { name: 'Stop this, start the new one' }).click();
    await page.waitForURL((url) => ![null, first].includes(url.searchParams.get('job')));
    await page.getByText(/Step \d+ of 300/).waitFor({ timeout: 20_000 });
    is(String((await json(`jobs/${first}`)).state), 'cancelled');
    await result(page).getByRole('button', { name: 'Cancel' }).click();
    await result(page).getByText('Cancelled').waitFor();
    await prompt(page).press('Alt+ArrowUp');
    await prompt(page).press('Alt+ArrowUp');
    is(await prompt(page).inputValue(), 'a lighthouse');
    await prompt(page).press('Alt+ArrowDown');
    is(await prompt(page).inputValue(), 'an owl');
    equal(faults, []);
    await close();
  });

  test('a grid of two options fills in, and is downloaded', async () => {
    const { page, faults, close } = await openStudio(`studio?${new URLSearchParams({ prompt: 'a fox', options: '{"seed":5,"steps":2}' })}`);
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'a fox');
    is(new URL(page.url()).search, '');
    await page.getByText('Grid of two options').click();
    await page.getByLabel('Option of the Columns').selectOption('cfgScale');
    await page.getByLabel('Values, with commas').fill('1, 4');
    await page.getByLabel('Option of the Rows').selectOption('steps');
    await page.getByLabel('Values, with commas').last().fill('2, 3');
    await page.getByText('4 pictures', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Paint the grid' }).click();
    await page.getByText('4 of 4 pictures done').waitFor({ timeout: 40_000 });
    equal(await page.getByRole('columnheader').allTextContents(), ['1', '4']);
    equal(await page.getByRole('rowheader').allTextContents(), ['2', '3']);
    is(await page.getByRole('table').getByRole('link').count(), 4);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the grid' }).click()]);
    const saved = await sharp(await download.path()).metadata();
    ok((saved.width ?? 0) > 2 * 128 && (saved.height ?? 0) > 2 * 128);
    await page.getByRole('table').getByRole('link').first().click();
    await page.waitForURL(/\/works\//);
    equal(faults, []);
    await close();
  });

  test('hostile texts, 390 pixels, and storage that is refused', async () => {
    const { page, faults, close } = await openStudio('studio', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.reload();
    await prompt(page).fill(hostile);
    await setOption(page, 'Steps', '2');
    await paint(page);
    await result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 30_000 });
    await result(page).getByRole('button', { name: 'Rate 5 stars' }).tap();
    await result(page).getByRole('button', { name: 'Remove the rating' }).waitFor();
    is(await page.evaluate(() => Math.max(...[...document.querySelectorAll('main, html')].map((one) => one.scrollWidth))), 390);
    await page.getByRole('button', { name: 'Presets' }).click();
    await page.getByLabel('Name of the form').fill(hostile.slice(0, 150));
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The browser refuses to keep').waitFor();
    equal(faults, []);
    await close();
  });
});

suite('the form of the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  async function openStudio(options = {}): Promise<Watched> {
    const watched = await openPage(browser, options);
    await watched.context.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${server.token}` } });
    await watched.page.goto(`${server.url}/studio`);
    return watched;
  }

  test('completes styles and LoRAs with their trigger words, by keyboard, quickly with 3,000 of them', async () => {
    const { page, faults, close } = await openStudio();
    const loras = Array.from({ length: 3000 }, (_, index) => ({
      name: `ink-${index}`,
      title: null,
      triggers: ['inkstyle', 'brushed'],
      problem: null,
    }));
    await page.route('**/api/v1/loras?*', (route) => {
      const words = new URL(route.request().url()).searchParams.get('q') ?? '';
      return route.fulfill({ json: { loras: loras.filter(({ name }) => name.includes(words)).slice(0, 8), total: loras.length } });
    });
    const field = page.getByLabel('Prompt', { exact: true });
    await field.pressSequentially('a fox, flat v');
    await page.getByRole('option', { name: /flat vector art/ }).waitFor();
    await field.press('Tab');
    is(await field.inputValue(), 'a fox, flat vector art, ');
    await field.pressSequentially('<lora:ink-29');
    await page
      .getByRole('option', { name: /ink-29/ })
      .first()
      .waitFor();
    await field.press('ArrowDown');
    await field.press('Enter');
    match(await field.inputValue(), /^a fox, flat vector art, <lora:ink-\d+:1> inkstyle, brushed, $/);
    const slowest = await page.evaluate(async () => {
      const area = document.querySelector('textarea') as HTMLTextAreaElement;
      let most = 0;
      for (const letter of 'ink drawing of an old oak tree') {
        const from = performance.now();
        area.value += letter;
        area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
        most = Math.max(most, performance.now() - from);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      return most;
    });
    ok(slowest < 50, `${slowest} ms`);
    equal(faults, []);
    await close();
  });

  test('marks and resets what was changed; presets are saved, renamed, loaded, removed and brought back', async () => {
    const { page, faults, close } = await openStudio();
    await page.getByLabel('Prompt', { exact: true }).fill('an owl');
    const find = page.getByRole('searchbox', { name: 'Find an option' });
    await find.fill('guidance scale');
    const scale = page.getByLabel('Cfg scale', { exact: true });
    await scale.fill('1000');
    await page.getByText('Expected 0 to 100.').waitFor();
    await scale.fill('3');
    await page.getByRole('button', { name: 'Reset Cfg scale' }).waitFor();
    await page.getByRole('button', { name: 'Presets' }).click();
    await page.getByLabel('Name of the form').fill('Owls');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Reset Cfg scale' }).click();
    is(await scale.inputValue(), '');
    await page.getByRole('button', { name: 'Presets' }).click();
    await page.getByRole('button', { name: 'Rename Owls' }).click();
    await page.getByLabel('New name of Owls').fill('Night');
    await page.getByLabel('New name of Owls').press('Enter');
    await page.getByRole('button', { name: 'Remove Night' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Presets' }).click();
    await page.getByRole('button', { name: 'Night', exact: true }).click();
    is(await scale.inputValue(), '3');
    equal(faults, []);
    await close();
  });

  test('the artist says what it would paint, and why', async () => {
    const { page, faults, close } = await openStudio();
    await page.getByText('Let the artist').click();
    await page.getByLabel('Candidates').selectOption('4');
    await page.getByRole('button', { name: 'What would it paint?' }).click();
    await page.getByRole('button', { name: 'Use this prompt' }).click();
    ok((await page.getByLabel('Prompt', { exact: true }).inputValue()).length > 5);
    await page.getByRole('button', { name: 'Paint', exact: true }).click();
    await page.waitForURL(/job=/);
    await page.getByRole('status').filter({ hasText: 'Next' }).waitFor();
    equal(faults, []);
    await close();
  });

  test('is clean by axe in both themes, its dialogs too', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openStudio({ colorScheme });
      const check = async (what: string): Promise<void> => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        equal(
          violations.map(({ id, nodes }) => `${what} ${colorScheme}: ${id} ${nodes[0]?.html}`),
          [],
        );
      };
      await page.getByText('All options').waitFor();
      await page.getByLabel('Choose a file').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await halves() });
      for (const summary of await page.locator('summary').all()) await summary.click();
      await check('studio');
      for (const name of ['Presets', 'Earlier prompts', 'Choose a work']) {
        await page.getByRole('button', { name }).click();
        await page.getByRole('dialog').waitFor();
        await check(name);
        await page.keyboard.press('Escape');
      }
      await close();
    }
  });
});
