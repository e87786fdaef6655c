/**
 * Measures the page in Chromium: time until works can be opened, long tasks while scrolling, jumping and moving on the map, memory over twenty jumps, bytes of script.
 * With --lighthouse also its performance and accessibility (fetches lighthouse with npx). Needs a built checkout.
 * `npm run bench web`, or `tsx bench/web/page.ts 10000 100000 --lighthouse`
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromium as findChromium } from '../../scripts/install/tools.mjs';
import { mostScript, pageScripts } from '../../scripts/page-scripts.mjs';
import { fillGallery } from '../../test/web/fill.ts';
import { pretendMap } from '../../test/web/pretend-map.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const { values, positionals } = parseArgs({ options: { lighthouse: { type: 'boolean' } }, allowPositionals: true });
const sizes = positionals.length > 0 ? positionals.map(Number) : [10_000, 100_000];
const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = path.join(root, 'dist/esm/bin/ai-artist.js');
const debugPort = 9333;
/** Limits of issue and docs: milliseconds until interactive, of a task. */
const limits = { interactive: (works: number) => (works > 10_000 ? 2000 : 1500), task: 50 };
const runs = 5;

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const row = (name: string, value: string, limit: string): void => console.log(`${name.padEnd(46)} ${value.padStart(14)}   ${limit}`);

/** Milliseconds until a work of the list is shown and answers a click. */
async function interactive(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  const first = page.locator('li a').first();
  await first.locator('img').waitFor();
  await first.click();
  await page.getByRole('button', { name: 'Back' }).waitFor();
  const took = performance.now() - start;
  await page.close();
  return took;
}

async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const longest = { ms: 0 };
    Object.assign(globalThis, { longest });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest.ms = Math.max(longest.ms, duration);
    }).observe({ type: 'longtask' });
  });
  return () => page.evaluate(() => (globalThis as unknown as { longest: { ms: number } }).longest.ms);
}

async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 2 ** 20;
}

async function scrolling(browser: Browser, url: string): Promise<{ scroll: number; jump: number; before: number; after: number }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  await page.goto(url);
  await page.locator('li a img').first().waitFor();
  await page.waitForTimeout(1000);
  const grid = page.locator('[data-grid]');
  const box = await grid.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 300, (box?.y ?? 0) + 300);
  const scrolled = await watchTasks(page);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  await page.waitForTimeout(500);
  const scroll = await scrolled();
  const jump = async (): Promise<void> => {
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForTimeout(300);
    await grid.evaluate((element) => element.scrollTo(0, 0));
    await page.waitForTimeout(300);
  };
  await jump();
  const before = await heapMegabytes(page);
  const jumped = await watchTasks(page);
  for (let at = 0; at < 20; at++) await jump();
  const longest = await jumped();
  const after = await heapMegabytes(page);
  await page.close();
  return { scroll, jump: longest, before, after };
}

/** Longest tasks while the map of pretended works is dragged and zoomed: places of real ones need a vector for each picture. */
async function mapping(browser: Browser, url: string, works: number): Promise<{ pan: number; zoom: number }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  await pretendMap(page, works);
  await page.goto(`${url}map`);
  await page.locator('canvas[data-painted]').waitFor();
  await page.waitForTimeout(1000);
  const [x, y] = [700, 400];
  await page.mouse.move(x, y);
  const panned = await watchTasks(page);
  await page.mouse.down();
  for (let step = 0; step < 60; step++) {
    await page.mouse.move(x + 200 * Math.sin(step / 8), y + 120 * Math.cos(step / 8));
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
  await page.waitForTimeout(500);
  const pan = await panned();
  const zoomed = await watchTasks(page);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(0, step < 30 ? -120 : 120);
    await page.waitForTimeout(16);
  }
  await page.waitForTimeout(500);
  const zoom = await zoomed();
  await page.close();
  return { pan, zoom };
}

/** In a browser of its own: Playwright's answers no other client. */
async function lighthouse(url: string): Promise<void> {
  const profile = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-web-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', `--remote-debugging-port=${debugPort}`, `--user-data-dir=${profile}`];
  const own = spawn(findChromium() ?? '', [...flags, 'about:blank'], { stdio: 'ignore' });
  try {
    const options = ['--quiet', '--output=json', '--only-categories=performance,accessibility'];
    const args = ['--yes', 'lighthouse@12.8.2', url, `--port=${debugPort}`, ...options];
    const printed = execFileSync('npx', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] });
    const { categories } = JSON.parse(printed) as { categories: Record<string, { score: number }> };
    for (const [name, { score }] of Object.entries(categories)) row(`Lighthouse: ${name}`, String(Math.round(score * 100)), 'at least 95');
  } finally {
    own.kill();
    await once(own, 'exit');
    rmSync(profile, { recursive: true, force: true });
  }
}

async function measure(browser: Browser, works: number): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-web-'));
  await fillGallery(path.join(home, 'gallery'), { works });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const server = spawn(process.execPath, [cli, 'serve', '--home', home, '--port', String(port), '--no-worker'], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/`;
  try {
    while (
      !(await fetch(`${url}api/v1/works?limit=1`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await new Promise((done) => setTimeout(done, 200));
    await interactive(browser, url); // makes the thumbnails
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await interactive(browser, url));
    row(`${works} works: interactive, median of ${runs}`, `${Math.round(median(times))} ms`, `at most ${limits.interactive(works)}`);
    const { scroll, jump, before, after } = await scrolling(browser, url);
    row(`${works} works: longest task while scrolling`, `${Math.round(scroll)} ms`, `at most ${limits.task}; 0: none above 50`);
    row(`${works} works: longest task, 20 jumps and back`, `${Math.round(jump)} ms`, `at most ${limits.task}; 0: none above 50`);
    row(`${works} works: heap before and after 20 jumps`, `${before.toFixed(1)}, ${after.toFixed(1)} MB`, 'flat');
    const { pan, zoom } = await mapping(browser, url, works);
    row(`${works} works: longest task, map dragged`, `${Math.round(pan)} ms`, `at most ${limits.task}; 0: none above 50`);
    row(`${works} works: longest task, map zoomed`, `${Math.round(zoom)} ms`, `at most ${limits.task}; 0: none above 50`);
    if (values.lighthouse) await lighthouse(url);
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(home, { recursive: true, force: true });
  }
}

console.log(hardwareLine(await hardware()));
const scripts = pageScripts();
row('scripts of the first view, compressed', `${scripts.firstView} B`, `at most ${mostScript.firstView}`);
row('scripts of the largest further page', `${scripts.further[0]?.bytes} B`, `at most ${mostScript.furtherPage}`);
const browser = await chromium.launch({
  executablePath: findChromium() ?? '',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const works of sizes) await measure(browser, works);
} finally {
  await browser.close();
}
