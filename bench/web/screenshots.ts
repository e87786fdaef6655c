/**
 * Takes the pictures of docs/web.md from a home with real works: `tsx bench/web/screenshots.ts HOME [name…]`. Changes nothing in the gallery,
 * but adds a token to the home, and revokes it.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { homeOf } from '../../lib/core/index.ts';
import { startServer, TokenBook } from '../../lib/server/index.ts';
import { chromium as findChromium } from '../../scripts/install/tools.mjs';

interface Shot {
  /** Address below the server. */
  at: string;
  phone?: true;
  light?: true;
  /** Brings the page into the state that is shown. */
  before?: (page: Page) => Promise<void>;
}

const [home, ...wanted] = process.argv.slice(2);
if (home === undefined) throw new Error('expected the folder of a home: tsx bench/web/screenshots.ts HOME [name…]');
const into = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const book = new TokenBook(homeOf(path.resolve(home)));
const { token, facts } = await book.create({ name: 'screenshots', scope: 'admin' });
const server = await startServer({ home: path.resolve(home), port: 0, paint: false });

async function newest(count: number): Promise<string[]> {
  const answer = await fetch(`${server.url}/api/v1/works?limit=${count}`, { headers: { authorization: `Bearer ${token}` } });
  const { works } = (await answer.json()) as { works: { id: string }[] };
  return works.map((work) => work.id);
}

async function take(browser: Browser, name: string, { at, phone, light, before }: Shot): Promise<void> {
  const context = await browser.newContext({
    viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    colorScheme: light ? 'light' : 'dark',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.request.post(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  await page.goto(`${server.url}/${at}`);
  await page.waitForLoadState('load');
  await page.waitForTimeout(1500);
  await before?.(page);
  await page.waitForTimeout(800);
  const png = await page.screenshot();
  const { size } = await sharp(png)
    .webp({ quality: 78 })
    .toFile(path.join(into, `web-${name}.webp`));
  console.log(`web-${name}.webp  ${size} B`);
  await context.close();
}

const [a = '', b = ''] = await newest(2);
const shots: Record<string, Shot> = {
  gallery: { at: '' },
  work: { at: `works/${a}` },
  compare: { at: `compare?a=${a}&b=${b}` },
  // Works are compared the first time that somebody looks.
  map: { at: 'map', before: (page) => page.locator('canvas').first().waitFor({ timeout: 120_000 }) },
  phone: { at: '', phone: true },
};
const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const [name, shot] of Object.entries(shots)) if (wanted.length === 0 || wanted.includes(name)) await take(browser, name, shot);
} finally {
  await browser.close();
  await server.close();
  await book.revoke(facts.id);
}
