/** The rooms of the artist and of training, each test with a server of its own. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { Serving } from '../server/serving.ts';
import { openPage, type Watched } from './browser.ts';

export const hostile = '<img src=x onerror=alert(1)> لوحة';

/** Opens an address of a server, signed in with a token if one is given. */
export async function openAs(
  browser: Browser,
  { url }: Serving,
  address: string,
  token?: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const opened = await openPage(browser, options);
  if (token !== undefined)
    await opened.context.request.post(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${token}`, origin: url } });
  await opened.page.goto(`${url}/${address}`);
  return opened;
}
