import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { equal } from 'uvu/assert';

/** Fails if axe finds anything on the page as it is now. */
export async function axeClean(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  equal(
    violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html}`),
    [],
  );
}
