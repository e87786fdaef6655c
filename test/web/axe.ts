import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { equal } from 'uvu/assert';

const { source } = createRequire(import.meta.url)('axe-core') as { source: string };

/**
 * Fails if axe finds anything on the page as it is now. Runs axe in the page itself: @axe-core/playwright opens a second page for each
 * result, which takes a second, and our pages have no frames.
 */
export async function axeClean(page: Page, what: string): Promise<void> {
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ resultTypes: ['violations'] }),
  );
  equal(
    violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
    [],
  );
}
