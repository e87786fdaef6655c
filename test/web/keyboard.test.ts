/** Every room by keyboard alone, in the colours that the system chooses: Tab reaches what can be used, dialogs give the focus back. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { signInAs } from './sign-in.ts';
import { fillSpecial, special } from './special-works.ts';
import { visit } from './visit.ts';

const fixed = [
  '',
  'collections',
  'duplicates',
  'studio',
  'queue',
  'artist',
  'training',
  'duel',
  'cull',
  'calendar',
  'share',
  'map',
  'health',
];
const sections = ['figures?range=all', 'figures/likes?range=all', 'settings', 'settings/tokens'];

/** What opens a dialog, by its name, in which room. */
const openers: readonly [room: string, name: string | RegExp][] = [
  ['', 'Keys'],
  ['', /^Signed in as/],
  ['', 'How to search'],
  ['', 'Undo history'],
  ['studio', 'Presets'],
  ['studio', 'Earlier prompts'],
  ['studio', 'Choose a work'],
  ['training', 'Start a run'],
  ['artist', 'Add a job'],
  ['duel', 'What your answers say'],
];

suite('each room by keyboard', { timeoutMs: 60_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let rooms: string[];
  /** A work whose picture is gone: what the browser itself writes about it is no fault. */
  let gone: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    const works = await fillSpecial(path.join(server.home, 'gallery'));
    const [a = '', b = ''] = [works.ids[special.curated], works.ids[special.child]];
    gone = works.ids[special.gone] ?? '';
    rooms = [...fixed, ...sections, `works/${a}`, `compare?a=${a}&b=${b}`];
    server.token = await server.newToken('all', 'admin');
    // A process of its own measures the figures: it does so while the other rooms are walked.
    for (const measured of ['days', 'recommendations'])
      fetch(`${server.url}/api/v1/figures/${measured}`, { headers: { authorization: `Bearer ${server.token}` } }).catch(() => undefined);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = async (): Promise<Watched> => {
    const watched = await openPage(browser, { viewport: { width: 1280, height: 800 }, forcedColors: 'active' });
    await signInAs(watched.page, server);
    await watched.page.goto(server.url);
    await watched.page.getByText(/^\d+ works$/).waitFor();
    await watched.page.evaluate(noteFocus);
    return watched;
  };
  const own = (faults: string[]): string[] => faults.filter((fault) => !fault.includes(`/works/${gone}/`));
  /** The room, once its data are there. */
  const enter = async (page: Page, room: string): Promise<void> => {
    await visit(page, room);
    await page.waitForFunction(() => !document.querySelector('main:last-of-type')?.textContent?.includes('Loading …'));
    await page.waitForTimeout(30);
  };

  test('Tab reaches everything that can be used and leaves it again; focus and choice are seen in the colours of the system', async () => {
    const { page, faults, close } = await open();
    let walked = 0;
    let marked = 0;
    for (const room of rooms) {
      await enter(page, room);
      await page.evaluate(afterNavigation);
      let missed = await page.evaluate(unreached);
      const all = missed.length;
      walked += all;
      // Once around, and a little more.
      for (let left = all + 60; missed.length > 0 && left > 0; left -= 10) {
        await tab(page, 10);
        missed = await page.evaluate(unreached);
      }
      equal([room, ...missed], [room]);
      const last = await page.evaluateHandle(() => document.activeElement);
      await page.keyboard.press('Tab');
      ok(await last.evaluate((element) => element !== document.activeElement), `${room}: Tab leaves what it reached last`);
      const { unseen, unmarked, seen } = await page.evaluate(unseenParts);
      equal([room, ...unseen, ...unmarked], [room]);
      marked += seen;
    }
    ok(walked > rooms.length * 5 && marked > rooms.length, `${walked} walked, ${marked} marked`);
    equal(own(faults), []);
    await close();
  });

  test('a dialog takes the focus, keeps it, closes on Escape and gives the focus back to what opened it', async () => {
    const { page, faults, close } = await open();
    for (const [room, name] of openers) {
      if (new URL(page.url()).pathname !== `/${room}`) await enter(page, room);
      const opener = page.getByRole('button', { name }).and(page.locator(':visible')).first();
      await opener.focus();
      await page.keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      await page.evaluate(noteEscapes);
      await tab(page, 6);
      equal([room, name, ...(await page.evaluate(escaped))], [room, name]);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
      // The focus comes back with the next frame.
      const back = await opener.elementHandle();
      await page
        .waitForFunction((element) => element === document.activeElement, back, { timeout: 2000 })
        .catch(() => ok(false, `${room}: ${String(name)} has the focus again`));
    }
    equal(own(faults), []);
    await close();
  });
});

/** Tab is held down until it has been pressed this often: an answer to each press would take most of the time. */
async function tab(page: Page, times: number): Promise<void> {
  await Promise.all(Array.from({ length: times }, () => page.keyboard.down('Tab')));
  await page.keyboard.up('Tab');
}

/** Marks what has the focus, and what gets it from now on, outside of the open dialog. */
function noteEscapes(): void {
  for (const one of document.querySelectorAll('[data-escaped]')) one.removeAttribute('data-escaped');
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element && document.querySelector('dialog[open]') && !target.closest('dialog[open]'))
      target.setAttribute('data-escaped', '');
  });
  if (document.activeElement !== document.body) document.activeElement?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
}

function escaped(): string[] {
  return [...document.querySelectorAll('[data-escaped]')].map((one) => one.outerHTML.slice(0, 120));
}

/** Marks what gets the focus, in the page: a question after each key would take most of the time. */
function noteFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    // What only a script can focus, as the work that was opened, is a place and no control.
    if (!(target instanceof HTMLElement) || target.tabIndex < 0) return;
    target.setAttribute('data-reached', '');
    const looks = [target, target.closest('label'), target.parentElement].flatMap((one) => (one ? getComputedStyle(one) : []));
    if (!looks.some((look) => look.outlineStyle !== 'none' && look.outlineWidth !== '0px')) target.setAttribute('data-unseen', '');
  });
}

/** What can be used and had no focus yet. One of a group of radio buttons is reached by Tab, the others by arrows. */
function unreached(): string[] {
  const usable =
    'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';
  return [...document.querySelectorAll<HTMLElement>(usable)]
    .filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert]'))
    .filter((one) => !one.hasAttribute('data-reached') && !(one instanceof HTMLInputElement && one.type === 'radio'))
    .map((one) => one.outerHTML.slice(0, 120));
}

/** The navigation stays as it is from room to room and was walked in the first: the walk goes on after it. */
function afterNavigation(): void {
  const navigation = document.querySelector('nav');
  for (const one of document.querySelectorAll('#content [data-reached]')) one.removeAttribute('data-reached');
  if (navigation?.querySelector('[data-reached]')) [...navigation.querySelectorAll('button')].at(-1)?.focus();
}

/** What had the focus without showing it, and what is pressed or current without showing that. */
function unseenParts(): { unseen: string[]; unmarked: string[]; seen: number } {
  const marked = [...document.querySelectorAll('[aria-pressed="true"], [aria-current="page"], label:has(> :checked)')].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }),
  );
  const unmarked = marked.filter((one) => getComputedStyle(one).outlineStyle === 'none');
  return {
    unseen: [...document.querySelectorAll('[data-unseen]')].map((one) => one.outerHTML.slice(0, 120)),
    unmarked: unmarked.map((one) => one.outerHTML.slice(0, 120)),
    seen: marked.length - unmarked.length,
  };
}
