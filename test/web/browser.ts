/** The real browser that tests of the page drive. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromium as findChromium } from '../../scripts/install/tools.mjs';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param options.keepsPages Pages that were left are kept for "back", as in a browser of a person; Playwright turns that off. */
export async function openBrowser({ keepsPages = false }: { keepsPages?: boolean } = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Chromium is missing: node scripts/setup.mjs');
  return chromium.launch({ executablePath, args: flags, ignoreDefaultArgs: keepsPages ? ['--disable-back-forward-cache'] : [] });
}

export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Errors of scripts and of the console, refusals by the content security policy among them. */
  faults: string[];
  close(): Promise<void>;
}

/** A page whose faults are noted: a test ends with `equal(faults, [])`. Service workers are blocked: they would answer in place of page.route(). */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const usual: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', serviceWorkers: 'block' };
  const context = await browser.newContext({ ...usual, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    const isBlocked = message.text().startsWith('Service Worker registration blocked');
    if ((message.type() === 'error' || message.type() === 'warning') && !isBlocked)
      faults.push(`${message.text()} ${message.location().url}`);
  });
  return { page, context, faults, close: () => context.close() };
}
