/** One work in a real browser: looking closely, what is known of it, and what happens to it meanwhile. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { fillGallery } from './fill.ts';

const hostile = '<img src=x onerror=alert(1)>';
const arabic = 'ثعلب في الثلج';
const long = 'a fox in the snow, '.repeat(110);

/** A ledger of three candidates, one of them faulty. */
const ledger = {
  schema: 1,
  curation: 'clip',
  weights: { version: 'default-1', values: { promptAlign: 1, aesthetic: 1, styleFit: 0.5, novelty: 0.25, technical: 0.25 } },
  basis: {},
  dropped: [],
  wildCard: false,
  winner: 1,
  candidates: [
    {
      seed: 1,
      terms: {},
      z: { promptAlign: -0.5, novelty: 0.4 },
      total: -0.4,
      rank: 2,
      verdict: 'runner-up',
      reason: hostile,
      faults: [],
      wouldHaveWonWithout: ['promptAlign'],
    },
    {
      seed: 2,
      terms: {},
      z: { promptAlign: 0.9, novelty: -0.2 },
      total: 0.85,
      rank: 1,
      verdict: 'kept',
      reason: 'highest total, +0.85 of 3',
      faults: [],
      wouldHaveWonWithout: [],
    },
    {
      seed: 3,
      terms: {},
      z: null,
      total: null,
      rank: null,
      verdict: 'rejected',
      reason: 'blank',
      faults: [{ fault: 'blank', reason: 'one colour only' }],
      wouldHaveWonWithout: [],
    },
  ],
};

suite('one work on the page', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let ids: string[];
  let admin: string;
  /** The work that another was made from. */
  let source = '';
  const recordOf = (id: string): string => {
    const at = files.get(id);
    if (at === undefined) throw new Error(`${id}: expected a work of this test`);
    return at;
  };
  const files = new Map<string, string>();
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('admin', 'admin');
    const folder = path.join(server.home, 'gallery');
    ids = await fillGallery(folder, {
      works: 40,
      days: 20,
      change: (sidecar, index) => {
        const id = String(sidecar['id']);
        const [year = '', month = ''] = String(sidecar['createdAt']).split('-');
        files.set(id, path.join(folder, year, month, id));
        delete sidecar['rating'];
        const recipe = sidecar['recipe'] as Record<string, unknown>;
        if (index === 5)
          Object.assign(sidecar, {
            title: hostile,
            altText: hostile,
            tags: [hostile],
            collections: [arabic],
            note: hostile,
            licence: { id: 'CC0', url: 'javascript:alert(1)' },
          });
        if (index === 5)
          Object.assign(recipe, { prompt: `${arabic} ${hostile} ${long}`, loras: [{ name: 'ink<b>.safetensors', weight: 0.8 }] });
        if (index === 6) Object.assign(sidecar, { curation: ledger, candidates: { file: `${id}.candidates.webp`, tile: 64, count: 3 } });
        if (index === 7) sidecar['derivation'] = { task: 'job-x.0', from: [{ work: source, as: 'recipe' }] };
        if (index === 4) source = id;
        if (index === 8) sidecar['hidden'] = true;
      },
    });
    const strip = await sharp({ create: { width: 192, height: 64, channels: 3, background: '#b45' } })
      .webp()
      .toBuffer();
    writeFileSync(`${recordOf(ids[6] ?? '')}.candidates.webp`, strip);
    rmSync(`${recordOf(ids[9] ?? '')}.png`);
    writeFileSync(`${recordOf(ids[10] ?? '')}.json`, '{"schema": 1, "id": ');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (index: number, options: Parameters<typeof openPage>[1] = {}, query = ''): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.page.goto(`${server.url}/works/${ids[index]}${query}`);
    return watched;
  };
  const signIn = async (page: Page): Promise<void> => {
    await page.getByLabel('Token').fill(admin);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  /** Without what the browser itself writes about the picture that is gone. */
  const own = (faults: string[]): string[] => faults.filter((fault) => !fault.includes(`/works/${ids[9]}/`));
  const picture = (page: Page) => page.locator('[data-picture]');
  const scaleOf = (page: Page): Promise<number> =>
    picture(page).evaluate((image) => image.getBoundingClientRect().width / (image as HTMLElement).offsetWidth);
  const api = (to: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/api/v1/${to}`, { ...init, headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' } });

  test('a small picture fills the stage; it is enlarged by keys, wheel and double click, moved by arrows, and shown as squares', async () => {
    const { page, faults, close } = await open(20);
    const box = await picture(page).boundingBox();
    ok(box && Math.max(box.width, box.height) > 600, `the picture is ${box?.width} pixels wide`);
    await page.keyboard.press('+');
    ok(Math.abs((await scaleOf(page)) - 1.5) < 0.01);
    const before = await picture(page).boundingBox();
    await page.keyboard.press('ArrowRight');
    const after = await picture(page).boundingBox();
    ok(before && after && after.x < before.x, 'the picture moved');
    match(page.url(), new RegExp(ids[20] ?? ''));
    await page.keyboard.press('z');
    is(await scaleOf(page), 1);
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -400);
    await page.waitForTimeout(50);
    ok((await scaleOf(page)) > 1.3);
    await page.mouse.dblclick(500, 400);
    is(await scaleOf(page), 1);
    await page.getByRole('button', { name: 'Show pixels as squares' }).click();
    is(await picture(page).evaluate((image) => getComputedStyle(image).imageRendering), 'pixelated');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(new RegExp(ids[19] ?? ''));
    equal(own(faults), []);
    await close();
  });

  test('on a phone a swipe goes on, a pull down closes, and the details are a sheet', async () => {
    const { page, faults, close } = await open(20, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await picture(page).waitFor();
    const swipe = async (from: [number, number], to: [number, number]): Promise<void> => {
      const client = await page.context().newCDPSession(page);
      const points = [0, 0.25, 0.5, 0.75, 1].map((share) => ({
        x: from[0] + (to[0] - from[0]) * share,
        y: from[1] + (to[1] - from[1]) * share,
      }));
      for (const [index, point] of points.entries())
        await client.send('Input.dispatchTouchEvent', { type: index === 0 ? 'touchStart' : 'touchMove', touchPoints: [point] });
      await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await swipe([300, 400], [80, 405]);
    await page.waitForURL(new RegExp(ids[19] ?? ''));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('complementary', { name: 'Details' }).getByText('Sampler').waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    equal(
      violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`),
      [],
    );
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    await picture(page).waitFor();
    await swipe([200, 250], [205, 600]);
    await page.waitForURL(`${server.url}/`);
    equal(own(faults), []);
    await close();
  });

  test('shows all that is known, hostile and right-to-left texts as texts', async () => {
    const { page, faults, close } = await open(5);
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('link', { name: hostile }).waitFor();
    is(
      await panel
        .getByText(hostile, { exact: true })
        .first()
        .evaluate((element) => getComputedStyle(element).direction),
      'ltr',
    );
    const prompt = panel.locator('p', { hasText: arabic }).first();
    is(await prompt.getAttribute('dir'), 'auto');
    is(await prompt.evaluate((element) => getComputedStyle(element).direction), 'rtl');
    await panel.getByRole('link', { name: 'ink<b>.safetensors' }).waitFor();
    is(await panel.getByRole('link', { name: 'ink<b>.safetensors' }).getAttribute('href'), '/?q=lora%3A%22ink%3Cb%3E.safetensors%22');
    await panel.getByText('Origin and licence').click();
    await panel.getByText('javascript:alert(1)').waitFor();
    is(await panel.locator('a[href^="javascript"]').count(), 0);
    await panel.getByRole('link', { name: arabic }).click();
    await page.getByText('1 work', { exact: true }).waitFor();
    equal(own(faults), []);
    await close();
  });

  test('saves the original, a web size, the picture alone and the recipe; copies it', async () => {
    const { page, context, faults, close } = await open(20);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await picture(page).waitFor();
    const save = async (name: string): Promise<{ name: string; bytes: Buffer }> => {
      await page.getByRole('button', { name: 'Download' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const original = await save('Original');
    match(original.name, /\.png$/);
    ok(original.bytes.equals(readFileSync(`${recordOf(ids[20] ?? '')}.png`)));
    match((await save('For the web')).name, /\.webp$/);
    const alone = await save('Picture without recipe');
    match(alone.name, /\.png$/);
    ok(!alone.bytes.includes('parameters') && alone.bytes.includes('trainedAlgorithmicMedia'));
    const recipe = await save('Recipe (JSON)');
    is(JSON.parse(recipe.bytes.toString()).model.name, 'ai-artist-mini');
    match((await save('Recipe (A1111 text)')).bytes.toString(), /Steps: \d+/);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy as A1111 text' }).click();
    await page.getByText('Copied').waitFor();
    match(await page.evaluate(() => navigator.clipboard.readText()), /Steps: \d+/);
    equal(own(faults), []);
    await close();
  });

  test('says why this one: the candidates with their measures, by a link of its own', async () => {
    const { page, faults, close } = await open(6, {}, '?show=why');
    const why = page.getByRole('region', { name: 'Why this one' });
    const cards = why.getByRole('listitem');
    await cards.first().waitFor();
    is(await cards.count(), 3);
    match(await cards.nth(0).innerText(), /1\. Kept[\s\S]*\+0\.85[\s\S]*Fits the prompt/);
    match(await cards.nth(1).innerText(), /Runner-up[\s\S]*Would have won without: Fits the prompt/);
    match(await cards.nth(2).innerText(), /Rejected[\s\S]*one colour only/);
    await why.getByRole('img', { name: 'Candidate 2' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    equal(
      violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`),
      [],
    );
    await page.keyboard.press('w');
    await picture(page).waitFor();
    await page.keyboard.press('w');
    await why.waitFor();
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'detached' });
    await page.goto(server.url);
    await page.locator(`a[href="/works/${ids[6]}"]`).getByText('3 candidates').waitFor({ state: 'attached' });
    equal(own(faults), []);
    await close();
  });

  test('shows what a work was made from, and what was made of it', async () => {
    const { page, faults, close } = await open(7);
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByText('its recipe').waitFor();
    await panel.locator(`a[href="/works/${ids[4]}"]`).click();
    await page.waitForURL(new RegExp(ids[4] ?? ''));
    await panel.getByText('1 work was made of it').waitFor();
    is(await panel.locator(`a[href="/works/${ids[7]}"]`).count(), 1);
    equal(own(faults), []);
    await close();
  });

  test('says what happened: picture gone, record damaged, hidden, moved to the trash, deleted', async () => {
    const gone = await open(9);
    await gone.page.getByRole('alert').getByText("The picture's file is gone").waitFor();
    await gone.page.getByText('Sampler').first().waitFor();
    await gone.close();
    const damaged = await open(10);
    await damaged.page.getByText('The record of this work is damaged').waitFor();
    await damaged.close();
    const hidden = await open(8);
    await hidden.page.getByRole('alert').getByText('does not exist, or is not shown to you').waitFor();
    await hidden.page.getByRole('alert').getByRole('button', { name: 'Sign in' }).click();
    await signIn(hidden.page);
    await picture(hidden.page).waitFor();
    await hidden.page.goto(`${server.url}/works/${ids[30]}`);
    await picture(hidden.page).waitFor();
    await api(`works/${ids[30]}/trash`, { method: 'POST' });
    await hidden.page.getByText('This work is in the trash.').waitFor();
    await hidden.page.getByRole('button', { name: 'Restore' }).click();
    await hidden.page.getByText('This work is in the trash.').waitFor({ state: 'detached' });
    const { page, faults, close } = await open(31);
    await picture(page).waitFor();
    await api(`works/${ids[31]}/trash`, { method: 'POST' });
    await page.getByText('hidden, moved to the trash or deleted while you looked at it').waitFor();
    // The browser itself writes the 404 of a work that is not shown any more.
    equal(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
    await Promise.all([hidden.close(), close()]);
  });

  test('two people rate at once: the first is told, and can set it back', async () => {
    const { page, faults, close } = await open(25);
    await picture(page).waitFor();
    await page.keyboard.press('4');
    await signIn(page);
    await page.getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    await page.waitForTimeout(1500);
    await api(`works/${ids[25]}`, { method: 'PATCH', body: JSON.stringify({ rating: 2 }) });
    await page.getByText('This work was decided elsewhere too: 2 stars. It had: 4 stars.').waitFor();
    await page.getByRole('button', { name: 'Set it back' }).click();
    await page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok());
    is(((await (await api(`works/${ids[25]}`)).json()) as { rating: number }).rating, 4);
    equal(own(faults), []);
    await close();
  });

  test('is clean by axe in both themes, with panel and menus', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await open(5, { colorScheme });
      await picture(page).waitFor();
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem').first().waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      equal(
        violations.map(({ id, nodes }) => `${colorScheme}: ${id} ${nodes[0]?.html}`),
        [],
      );
      equal(own(faults), []);
      await close();
    }
  });
});
