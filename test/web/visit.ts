import type { Page } from 'playwright-core';

/** Goes to a room as a link of the page does: nothing is loaded again. Waits until its code is there. */
export async function visit(page: Page, room: string): Promise<void> {
  await page.evaluate((to) => {
    const link = Object.assign(document.createElement('a'), { href: to });
    document.body.append(link);
    link.click();
    link.remove();
  }, `/${room}`);
  await page.waitForFunction(() => document.querySelector('main:last-of-type')?.textContent?.startsWith('Loading') === false);
  await page.locator('main:visible').first().waitFor();
}
