import type { Page } from 'playwright-core';
import type { Serving } from '../server/serving.ts';

/** Gives a page the cookie of a token, as signing in does. */
export async function signInAs(page: Page, { url, token }: Pick<Serving, 'url' | 'token'>): Promise<void> {
  await page.request.post(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
}
