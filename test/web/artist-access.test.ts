/** All sections of the page of the artist, in both themes. */
import type { Browser } from 'playwright-core';
import { equal } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { openAs } from './open-as.ts';

suite('the page of the artist by axe', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({}, 'create:\n  candidates: 1\n'), openBrowser()]);
    admin = await server.newToken('curator', 'admin');
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string, token?: string, options = {}) => openAs(browser, server, address, token, options);

  for (const colorScheme of ['light', 'dark'] as const)
    test(`is clean by axe, ${colorScheme}`, async () => {
      const { page, faults, close } = await open('artist', admin, { colorScheme });
      for (const [address, shown] of [
        ['artist', 'There are no jobs yet'],
        ['artist?view=week', 'There are no jobs yet'],
        ['artist?job=new', 'Topics or prompts'],
        ['artist/history', 'Nothing has run.'],
        ['artist/periods?new=true', 'Hypothesis'],
        ['artist/series?new=true', 'Subjects'],
        ['artist/proposals', 'There are no proposals.'],
      ] as const) {
        await page.goto(`${server.url}/${address}`);
        await page.getByText(shown).first().waitFor();
        await axeClean(page, address);
      }
      equal(faults, []);
      await close();
    });
});
