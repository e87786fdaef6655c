/** Line charts: what they compute, and the curve of a long run in a real browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { equal, is, match, ok } from 'uvu/assert';
import { writeRunRecord } from '../../lib/train/record/run-record.ts';
import { lookOf, nearest, type Point, pathOf, pointsNear, valueBounds } from '../../web/charts/line.ts';
import { domainOf, wholeTicks } from '../../web/charts/scale.ts';
import { spanWithin, zoomed } from '../../web/charts/zoom.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { hostile, openAs } from './open-as.ts';

suite('numbers of line charts', (test) => {
  test('a path keeps the first, lowest, highest and last point of a column of pixels', () => {
    const points: Point[] = Array.from({ length: 20_000 }, (_, at) => [at, at === 12_345 ? 9 : Math.sin(at) / 2]);
    const places = pathOf(
      points,
      (x) => x / 40,
      (y) => 100 - 10 * y,
    )
      .slice(1)
      .split('L')
      .map((place) => place.split(' ').map(Number));
    ok(places.length > 1000 && places.length <= 4 * 501, `${places.length} places`);
    is(Math.min(...places.map(([, y = 0]) => y)), 10);
    equal([places[0], places.at(-1)?.[0]], [[0, 100], 500]);
    ok(places.every(([x = 0], at) => at === 0 || x >= (places[at - 1]?.[0] ?? 0)));
    is(pathOf([], Number, Number), '');
  });
  test('a span takes its points and one beyond each end', () => {
    const points: Point[] = [1, 3, 5, 7, 9].map((x) => [x, x * x]);
    const near = (from: number, to: number) => pointsNear(points, [from, to]).map(([x]) => x);
    equal([near(4, 6), near(1, 9), near(6, 6), near(10, 20), near(-5, 0)], [[3, 5, 7], [1, 3, 5, 7, 9], [5, 7], [], [1]]);
    equal(valueBounds([{ label: '', points }], [3, 7]), [9, 49]);
    equal(valueBounds([{ label: '', points }], [10, 20]), [0, 1]);
    equal(
      [0, 2, 2.5, 4, 99].map((x) => nearest(points, x, ([of]) => of)),
      [0, 0, 1, 1, 4],
    );
  });
  test('marks are whole steps within the axis', () => {
    equal(wholeTicks(1, 3, 8), [1, 2, 3]);
    equal(wholeTicks(137, 1620, 4), [500, 1000, 1500]);
    equal(domainOf(0.1, 0.42).ticks, [0.1, 0.2, 0.3, 0.4, 0.5]);
  });
  test('zooming stays within all steps', () => {
    equal(spanWithin([10.4, 20.6], [1, 100]), [10, 20]);
    equal(spanWithin([90, 140], [1, 100]), [50, 100]);
    equal(spanWithin([5, 5], [1, 100]), [5, 6]);
    is(spanWithin([0, 500], [1, 100]), undefined);
    equal(zoomed([1, 101], { times: 1 / 2, around: 101, all: [1, 101] }), [51, 101]);
    is(zoomed([51, 101], { times: 2, around: 60, all: [1, 101] }), undefined);
  });
  test('twenty lines differ', () => is(new Set(Array.from({ length: 20 }, (_, at) => JSON.stringify(lookOf(at)))).size, 20));
});

/** A run as a trainer leaves it: losses of every tenth step, held-out ones of every thousandth. */
async function writeRun(home: string, name: string, steps: number): Promise<void> {
  const folder = path.join(home, 'training', name);
  mkdirSync(folder, { recursive: true });
  await writeRunRecord(folder, {
    schema: 1,
    name,
    out: path.join(home, 'loras', `${name}.safetensors`),
    started: '2026-01-01T00:00:00.000Z',
    options: {},
    settings: { steps },
    model: { name: 'tiny' },
    pictures: [],
  });
  const lines = Array.from({ length: steps / 10 }, (_, at) => {
    const step = 10 * (at + 1);
    const loss = 0.1 + 0.2 / (1 + step / 500) + 0.02 * Math.sin(step);
    const line = { type: 'step', step, loss, smoothedLoss: loss };
    return step % 1000 === 0 ? [line, { type: 'validation', step, loss: loss + 0.05 }] : [line];
  });
  writeFileSync(
    path.join(folder, 'log.jsonl'),
    lines
      .flat()
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
}

suite('the curve of a long run', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  const runs = ['owls', 'foxes', 'cats', 'dogs'].map((one, at) => `${one}-20260101-00000${at}`);
  const [long = ''] = runs;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('trainer', 'admin');
    await Promise.all(runs.map((name, at) => writeRun(server.home, name, at === 0 ? 20_000 : 2000)));
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const chartOf = (page: Page): Locator => page.getByRole('slider', { name: 'Step' });
  const said = async (page: Page): Promise<string> => (await chartOf(page).getAttribute('aria-valuetext')) ?? '';
  const dragAcross = async (page: Page, from: number, to: number): Promise<void> => {
    const box = await chartOf(page).boundingBox();
    if (!box) throw new Error('The chart is not to be seen.');
    await page.mouse.move(box.x + from * box.width, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + ((from + to) / 2) * box.width, box.y + 110);
    await page.mouse.move(box.x + to * box.width, box.y + 120);
    await page.mouse.up();
  };

  test('is read by keys and pointer, zoomed by dragging and by buttons, and linked to', async () => {
    const { page, faults, close } = await openAs(browser, server, `training/runs/${long}`, admin);
    await chartOf(page).focus();
    await page.keyboard.press('End');
    match(await said(page), /^Step 20,000, Loss, smoothed: 0\.\d+, Held-out loss: 0\.\d+$/);
    await page.keyboard.press('ArrowLeft');
    match(await said(page), /^Step 19,980, Loss, smoothed: 0\.\d+, Held-out loss: –$/);
    await page.keyboard.press('Home');
    match(await said(page), /^Step 20, /);
    await dragAcross(page, 0.25, 0.5);
    await page.waitForURL(/\?steps=\d{4}-\d{4}$/);
    const [from = 0, to = 0] = (new URL(page.url()).searchParams.get('steps') ?? '').split('-').map(Number);
    ok(from > 3500 && from < 5000 && to > 9000 && to < 10_500, page.url());
    await page.reload();
    await chartOf(page).focus();
    await page.keyboard.press('Home');
    ok(Number(await chartOf(page).getAttribute('aria-valuenow')) >= from);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForURL((url) => !url.search.includes(String(to)));
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await page.getByRole('button', { name: 'Show all steps' }).click();
    await page.waitForURL((url) => url.search === '');
    await dragAcross(page, 0.6, 0.4);
    await page.waitForURL(/steps=/);
    await chartOf(page).dblclick();
    await page.waitForURL((url) => url.search === '');
    await dragAcross(page, 0.5, 0.501);
    is(new URL(page.url()).search, '');
    await page.getByRole('button', { name: 'Loss, smoothed', pressed: true }).click();
    const dots = page.getByRole('img', { name: /Held-out loss: from/ }).locator('circle');
    is(await dots.count(), 20);
    equal(faults, []);
    await close();
  });

  test('of several runs with dashes, in both themes and on a phone; a strange address shows all steps', async () => {
    const address = `training/compare?runs=${runs.join(',')}&steps=${encodeURIComponent(hostile)}`;
    const { page, faults, close } = await openAs(browser, server, address, admin, { viewport: { width: 390, height: 844 } });
    const drawing = page.getByRole('img', { name: new RegExp(`${long}: from .* at step 20,000`) });
    await drawing.waitFor();
    is(await drawing.locator('path[stroke-dasharray]').count(), 3);
    ok((await page.evaluate(() => document.querySelector('main:not([hidden]) > div')?.scrollWidth ?? 999)) <= 390);
    const narrow = await drawing.getAttribute('width');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, `a phone ${colorScheme}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForFunction((width) => document.querySelector('figure svg')?.getAttribute('width') !== width, narrow);
    await axeClean(page, 'wide');
    equal(faults, []);
    await close();
  });
});
