/** The studio of a real server, signed in. */
import type { Browser, Locator, Page } from 'playwright-core';
import type { Serving } from '../server/serving.ts';
import { openPage, type Watched } from './browser.ts';

export const hostile = `<img src=x onerror=alert(1)> \u202eשלום ${'very long '.repeat(200)}`;

export async function openStudio(browser: Browser, { url, token }: Serving, path = 'studio', options = {}): Promise<Watched> {
  const watched = await openPage(browser, options);
  await watched.context.request.post(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  await watched.page.goto(`${url}/${path}`);
  return watched;
}

export const prompt = (page: Page): Locator => page.getByLabel('Prompt', { exact: true });
export const paint = (page: Page): Promise<void> => page.getByRole('button', { name: 'Paint', exact: true }).click();
export const result = (page: Page): Locator => page.getByRole('region', { name: 'Result' });
/** Waits until the picture in front is filed. */
export const painted = (page: Page): Promise<void> => result(page).getByRole('link', { name: 'Open' }).waitFor({ timeout: 40_000 });
/** Waits for another job than `before` in the address; returns its id. */
export async function nextJob(page: Page, before = ''): Promise<string> {
  await page.waitForURL((url) => ![null, before].includes(url.searchParams.get('job')));
  return new URL(page.url()).searchParams.get('job') ?? '';
}

/** Sets an option by the search field of the form. */
export async function setOption(page: Page, name: string, value: string): Promise<void> {
  const find = page.getByRole('searchbox', { name: 'Find an option' });
  await find.fill(name);
  await page.getByLabel(name, { exact: true }).first().fill(value);
  await find.fill('');
}

/** Asks the server directly. */
export const asked = ({ url, token }: Serving, path: string): Promise<Response> =>
  fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
