/** What people do in the gallery, for its tests. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, type Watched } from './browser.ts';

export async function openAt(browser: Browser, address: string, options?: BrowserContextOptions): Promise<Watched> {
  const watched = await openPage(browser, options);
  await watched.page.goto(address);
  await watched.page.locator('main:visible').first().waitFor();
  return watched;
}

/** The query in the address. */
export const queryOf = (page: Page): string | null => new URL(page.url()).searchParams.get('q');

/** Waits until the page says that it shows so many works. */
export const shows = (page: Page, works: number): Promise<void> =>
  page
    .getByText(`${works} ${works === 1 ? 'work' : 'works'}`, { exact: true })
    .first()
    .waitFor();

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /^Signed in as/ }).waitFor();
}
