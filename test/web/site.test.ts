/** An exported site in a real browser, opened from the disk. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { exportSite, Gallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage } from './browser.ts';
import { fillGallery } from './fill.ts';

const hostile = '"><img src=x onerror=alert(1)></script><script>alert(1)</script>\u2028';
const arabic = 'ثعلب أحمر في الثلج';

function change(sidecar: Record<string, unknown>, index: number): void {
  const { recipe } = sidecar;
  if (index === 149)
    Object.assign(sidecar, { title: hostile, tags: [hostile, 'plain'], recipe: { ...(recipe as object), prompt: hostile } });
  if (index === 148) sidecar['title'] = arabic;
  if (index === 147) sidecar['recipe'] = { ...(recipe as object), prompt: 'w'.repeat(2000) };
  if (index === 146) Object.assign(sidecar, { hidden: true });
  sidecar['note'] = 'between us';
}

/** Nothing sticks out at the side. */
const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

suite('an exported site', (test) => {
  let browser: Browser;
  let folder: string;
  let ids: string[];
  const address = (place: string): string => {
    const [file = '', hash] = place.split('#');
    return `${pathToFileURL(path.join(folder, 'site', file)).href}${hash === undefined ? '' : `#${hash}`}`;
  };
  test.before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'ai-artist site 🖼 '));
    const gallery = new Gallery({ home: folder });
    ids = (await fillGallery(gallery.folder, { works: 150, change })).reverse();
    browser = await openBrowser();
    is((await exportSite(gallery, await gallery.select(''), path.join(folder, 'site'), { title: 'My works' })).works, 149);
  });
  test.after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is the gallery of the page: grid, viewer, keys, back, addresses', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(address('index.html'));
    await page.getByText('149 works').waitFor();
    const list = page.getByRole('list', { name: 'Works' });
    ok((await list.getByRole('link').count()) < 100, 'only what is in view is in the document');
    await page.locator(`[data-index="4"]`).click();
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'of a' }).waitFor();
    match(page.url(), new RegExp(`#/works/${ids[5]}$`)); // one is hidden
    await page.getByText('Negative prompt').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL((url) => url.hash === `#/works/${ids[6]}`);
    match(await page.title(), / of a /);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.hash === '');
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-index') === '5');
    // A link to a work opens it, and "back" then shows the gallery.
    await page.goto(address(`index.html#/works/${ids[30]}`));
    await page.reload();
    await page.getByRole('link', { name: 'Back to My works' }).click();
    await page.getByText('149 works').waitFor();
    await page.goto(address('index.html#/works/01ARZ3NDEKTSV4RRFFQ69G5FAV'));
    await page.getByText('does not exist').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('149 works').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next work').waitFor();
    is(await page.getByRole('dialog').getByText('Move to trash').count(), 0);
    equal(faults, []);
    await close();
  });

  const swipe = async (page: Page, from: [number, number], to: [number, number]): Promise<void> => {
    const client = await page.context().newCDPSession(page);
    const points = [0, 0.5, 1].map((share) => ({ x: from[0] + (to[0] - from[0]) * share, y: from[1] + (to[1] - from[1]) * share }));
    for (const [index, point] of points.entries())
      await client.send('Input.dispatchTouchEvent', { type: index === 0 ? 'touchStart' : 'touchMove', touchPoints: [point] });
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };

  test('the picture fits a big screen and a phone, is zoomed by key, and swiped to the next, in the viewer and on the page of a work', async () => {
    const big = await openPage(browser, { viewport: { width: 2560, height: 1440 } });
    const phone = await openPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    for (const [file, next] of [
      [`index.html#/works/${ids[20]}`, `#/works/${ids[21]}`],
      [`works/${ids[20]}.html`, `works/${ids[21]}.html`],
    ] as const) {
      for (const { page } of [big, phone]) {
        await page.goto('about:blank');
        await page.goto(address(file));
        const picture = page.locator('[data-picture]');
        await picture.waitFor();
        await page.waitForFunction(() => document.querySelector<HTMLImageElement>('[data-picture]')?.src.includes('/images/'));
        const { width = 0, height = 0 } = (await picture.boundingBox()) ?? {};
        ok(page === phone.page ? width > 250 : Math.max(width, height) > 1200, `${file}: ${width} x ${height}`);
        await page.keyboard.press('+');
        ok(((await picture.boundingBox())?.width ?? 0) > 1.4 * width);
        await page.keyboard.press('z');
      }
      await swipe(phone.page, [300, 300], [60, 305]);
      await phone.page.waitForURL((url) => url.href.endsWith(next));
    }
    equal([...big.faults, ...phone.faults], []);
    await Promise.all([big.close(), phone.close()]);
  });

  test('a large picture can be downloaded as it is and as a copy for the web, with and without scripts', async () => {
    const large = mkdtempSync(path.join(tmpdir(), 'ai-artist large site '));
    try {
      const gallery = new Gallery({ home: large });
      const [id = ''] = await fillGallery(gallery.folder, { works: 1 });
      const [picture = ''] = readdirSync(gallery.folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.png'));
      const png = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: '#2563eb' } })
        .png()
        .toBuffer();
      const sidecar = path.join(gallery.folder, picture.replace('.png', '.json'));
      const image = { sha256: createHash('sha256').update(png).digest('hex'), bytes: png.length, width: 2000, height: 1000 };
      writeFileSync(path.join(gallery.folder, picture), png);
      writeFileSync(sidecar, JSON.stringify({ ...(JSON.parse(readFileSync(sidecar, 'utf8')) as object), image }));
      const site = path.join(large, 'site');
      for (const _ of ['made', 'replaced']) is((await exportSite(gallery, [id], site)).works, 1);
      for (const javaScriptEnabled of [true, false]) {
        const { page, faults, close } = await openPage(browser, { javaScriptEnabled });
        await page.goto(pathToFileURL(path.join(site, 'works', `${id}.html`)).href);
        // A browser opens files of the disk instead of saving them.
        const fileOf = async (name: string): Promise<string> => {
          const link = page.getByRole('link', { name, exact: true });
          ok((await link.getAttribute('download')) !== null);
          return fileURLToPath(await link.evaluate((element) => (element as HTMLAnchorElement).href));
        };
        const { width, height, format } = await sharp(await fileOf('For the web (1280 px, WebP)')).metadata();
        equal([width, height, format], [1280, 640, 'webp']);
        ok(readFileSync(await fileOf('Original')).equals(png));
        equal(faults, []);
        await close();
      }
    } finally {
      rmSync(large, { recursive: true, force: true });
    }
  });

  test('finds by words, tags and rating, orders, and remembers the theme', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(address('index.html'));
    await page.keyboard.press('/');
    await page.keyboard.type('INK -fox rating:>=1');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.hash.includes('q='));
    const found = page.locator('p[aria-live]');
    ok(Number.parseInt((await found.textContent()) ?? '', 10) < 60);
    await page.getByRole('searchbox').fill('');
    await page.keyboard.press('Enter');
    await page.getByText('149 works').waitFor();
    const facet = page.getByRole('combobox', { name: 'Tag', exact: true });
    const option = (await facet.locator('option', { hasText: 'owl' }).textContent()) ?? '';
    await facet.selectOption('owl');
    await page.getByText(`${/\d+/.exec(option)?.[0]} works`).waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('oldest');
    await page.locator('[data-index="0"]').click();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    match(page.url(), /q=tag.*sort=oldest/);
    await page.getByRole('searchbox').fill('nothing has these words');
    await page.keyboard.press('Enter');
    await page.getByText('No work matches').waitFor();
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    // The page of a work and the gallery are of one site.
    await page.goto(address(`works/${ids[10]}.html`));
    is(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(address(`works/${ids[11]}.html`));
    await page.keyboard.press('Escape');
    await page.waitForURL(address('index.html'));
    equal(faults, []);
    await close();
  });

  test('begins at the works of the plain page that was opened', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(address('page-3.html'));
    await page.locator('[data-index="120"]').waitFor();
    ok(await page.locator('[data-index="120"]').isVisible());
    ok((await page.locator('[data-grid]').evaluate((grid) => grid.scrollTop)) > 500);
    equal(faults, []);
    await close();
  });

  test('is complete without scripts', async () => {
    const { page, faults, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(address('index.html'));
    let seen = 0;
    for (let next = true; next; ) {
      seen += await page.getByRole('list', { name: 'Works' }).getByRole('link').count();
      next = (await page.getByRole('link', { name: 'Older' }).count()) > 0;
      if (next) await page.getByRole('link', { name: 'Older' }).click();
    }
    is(seen, 149);
    await page.getByRole('list', { name: 'Works' }).getByRole('link').first().click();
    for (const text of ['Prompt', 'Negative prompt', 'Seed', 'Sampler', 'Size', 'Tags', 'made with artificial intelligence'])
      ok((await page.getByText(text).count()) > 0, text);
    await page.getByRole('link', { name: 'Older work' }).click();
    ok(page.url().endsWith(`works/${ids[122]}.html`));
    await page.getByRole('link', { name: 'Back to My works' }).click();
    ok(page.url().endsWith('page-3.html'));
    equal(faults, []);
    await close();
  });

  test('stays a plain page where its data is missing', async () => {
    const { page, close } = await openPage(browser);
    await page.route(/data\/works\.js/, (route) => route.abort());
    await page.goto(address('index.html'));
    await page.getByRole('link', { name: 'Older' }).waitFor();
    is(await page.getByRole('list', { name: 'Works' }).getByRole('link').count(), 60);
    await close();
  });

  test('hostile, right-to-left and very long texts break nothing; hidden works and notes are nowhere', async () => {
    for (const [javaScriptEnabled, width] of [
      [true, 390],
      [true, 1280],
      [false, 390],
    ] as const) {
      const viewport = { width, height: 800 };
      const { page, faults, close } = await openPage(browser, { javaScriptEnabled, viewport });
      page.on('dialog', () => faults.push('a dialog'));
      for (const file of ['index.html', ...[0, 1, 2].map((index) => `works/${ids[index]}.html`), `index.html#/works/${ids[0]}`]) {
        await page.goto(address(file));
        await page.locator('img').first().waitFor();
        if (javaScriptEnabled) ok((await overflow(page)) <= 0, `${file} at ${viewport.width}`);
      }
      await page.goto(address(`works/${ids[1]}.html`));
      is(await page.getByRole('heading', { name: arabic }).getAttribute('dir'), 'auto');
      equal(faults, []);
      await close();
    }
    equal(
      readdirSync(path.join(folder, 'site'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(ids[3] ?? 'none')),
      [],
    );
    ok(existsSync(path.join(folder, 'site', 'data', 'works.js')));
  });

  test('is clean by axe, in both themes, with and without its script', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openPage(browser, { colorScheme });
      const check = async (file: string): Promise<void> => {
        await axeClean(page, `${file} ${colorScheme}`);
      };
      const plain = colorScheme === 'light' ? [`works/${ids[0]}.html`] : [];
      for (const file of ['index.html', `index.html#/works/${ids[20]}`, ...plain]) {
        await page.goto('about:blank');
        await page.goto(address(file));
        await page.locator('img').first().waitFor();
        await check(file);
      }
      await page.route(/site\.js/, (route) => route.abort());
      await page.goto(address('page-2.html'));
      await page.getByRole('link', { name: 'Older' }).waitFor();
      await check('page-2.html without its script');
      await close();
    }
  });
});
