/** Every room enlarged four times, with wide text and hostile texts everywhere. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { addPost, failing, fillPosts } from './publish-support.ts';
import { signInAs } from './sign-in.ts';
import { fillSpecial, hostile, type SpecialWorks, special } from './special-works.ts';
import { visit } from './visit.ts';

const longWord = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(8);

suite('each room, enlarged, with hostile texts', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let works: SpecialWorks;
  let rooms: string[];
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    works = await fillSpecial(path.join(server.home, 'gallery'));
    const [a, b, c] = [special.hostile, special.curated, special.gone].map((index) => works.ids[index] ?? '');
    rooms = [
      '',
      `works/${a}`,
      `works/${c}`,
      `compare?a=${a}&b=${b}`,
      'collections',
      'duplicates',
      'studio',
      'queue',
      'artist',
      'training',
    ].concat(['duel', 'cull', 'calendar', 'share', 'settings', 'publish', 'publish/accounts']);
    const admin = await server.newToken('admin', 'admin');
    const post = async (method: string, to: string, body: object): Promise<void> => {
      const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
      const answer = await fetch(`${server.url}/api/v1/${to}`, { method, headers, body: JSON.stringify(body) });
      ok(answer.ok, `${to}: ${answer.ok ? '' : await answer.text()}`);
    };
    await post('POST', 'jobs', { prompt: `${hostile} ${longWord}` });
    await post('PATCH', `works/${a}`, { title: `${longWord} ${hostile}`, addTags: [longWord.slice(0, 150)], addCollections: [hostile] });
    await fillPosts(server.home, works.ids);
    await addPost(server.home, {
      work: a ?? '',
      text: `${longWord} ${hostile}`,
      account: longWord.slice(0, 60),
      state: 'failed',
      change: failing(longWord),
    });
    await post('POST', 'shares', { title: hostile, which: { query: '' } });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = async (options: Parameters<typeof openPage>[1]): Promise<Watched> => {
    const watched = await openPage(browser, options);
    watched.context.setDefaultTimeout(20_000);
    watched.page.on('dialog', (dialog) => {
      watched.faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await signInAs(watched.page, server);
    await watched.page.goto(server.url);
    await watched.page.getByText(/^\d+ works$/).waitFor();
    return watched;
  };
  /** Without what the browser itself writes about the picture that is gone. */
  const own = (faults: string[]): string[] => faults.filter((fault) => !fault.includes(`/works/${works.ids[special.gone]}/`));
  /** How far the page, or what scrolls in it up and down, can be moved sideways: WCAG 1.4.10. */
  const sideways = (page: Page): Promise<string[]> =>
    page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main, section, aside')]
        .filter((box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== 'hidden')
        .map((box) => `${box.tagName} ${box.scrollWidth} of ${box.clientWidth}`),
    );

  test('400 % and wide text: nothing has to be moved sideways, no text of a stranger is more than text', async () => {
    const { page, faults, close } = await open({ viewport: { width: 320, height: 512 } });
    // WCAG 1.4.12.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }');
      document.adoptedStyleSheets = [sheet];
    });
    const wide: string[] = [];
    for (const room of rooms) {
      await visit(page, room);
      await page.waitForTimeout(150);
      wide.push(...(await sideways(page)).map((what) => `${room}: ${what}`));
      is(await page.locator('img[src="x"], script:not([src])').count(), 0, room);
    }
    equal(wide, []);
    equal(own(faults), []);
    await close();
  });
});
