/** The settings page: forms from the schema, conflicts, secrets, what a token may do, and what the browser keeps. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { equal, is, match, not, ok } from 'uvu/assert';
import { homeOf, systemClock } from '../../lib/core/index.ts';
import { WebhookBook } from '../../lib/server/webhooks/webhook-book.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { signInAs } from './sign-in.ts';

const hostile = `<img src=x onerror=alert(1)> \u202eשלום ${'long '.repeat(400)}`;
const secret = 'hf_canary-1234567890';
const variable = 'AI_ARTIST__CREATE__SCORE';

suite('settings', (test) => {
  let server: Serving;
  let browser: Browser;
  let admin: string;
  const file = (): string => path.join(server.home, 'config.yaml');
  test.before(async () => {
    process.env[variable] = 'false';
    const config = `# mine\ncreate:\n  candidates: 4 # four\nmodels:\n  token: ${secret}\ncuration:\n  reject: [${JSON.stringify(hostile)}]\n`;
    [server, browser] = await Promise.all([serving({ paint: false }, config), openBrowser()]);
    admin = await server.newToken('boss', 'admin');
  });
  test.after(async () => {
    delete process.env[variable];
    await browser?.close();
    await server?.close();
  });

  const open = async (address: string, token = admin, options = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await signInAs(watched.page, { url: server.url, token });
    await watched.page.goto(`${server.url}/${address}`);
    return watched;
  };
  const saveButton = (page: Page): Locator => page.getByRole('button', { name: 'Save', exact: true });
  /** Saves, and waits until nothing is left to be saved. */
  const save = async (page: Page): Promise<void> => {
    await saveButton(page).click();
    await saveButton(page).waitFor({ state: 'detached' });
  };
  const fieldOf = (page: Page, name: string): Locator => page.getByLabel(name, { exact: true });

  test('a value is checked while it is typed, saved with its comment kept, taken back, and set back to its default', async () => {
    const { page, faults, close } = await open('settings/create');
    const candidates = fieldOf(page, 'Candidates');
    is(await candidates.inputValue(), '4');
    await page.getByText('From config.yaml:3').waitFor();
    await candidates.fill('100');
    await page.getByRole('alert').filter({ hasText: 'expected a number of at most 64, got 100' }).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('button')].some((one) => one.textContent === 'Save' && one.disabled));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, colorScheme);
    }
    await candidates.fill('auto');
    await page.getByText('1 change is not saved').waitFor();
    await save(page);
    await page.getByText('Saved: Candidates. In force after the next start of the server').waitFor();
    match(readFileSync(file(), 'utf8'), /# mine\ncreate:\n {2}candidates: auto # four/);
    await page.getByText('1 setting is in force after the next start').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[list]')?.value === '4');
    await page.getByRole('button', { name: 'Reset Candidates' }).click();
    await save(page);
    not.match(readFileSync(file(), 'utf8'), /candidates/);
    const domains = page.getByRole('switch', { name: 'Domain check' });
    is(await domains.getAttribute('aria-checked'), 'true');
    await domains.press('Space');
    await save(page);
    await page.getByText('Saved: Domain check', { exact: false }).waitFor();
    match(readFileSync(file(), 'utf8'), /domainCheck: false/);
    const score = page.getByRole('switch', { name: 'Score' });
    ok(await score.isDisabled());
    await page.getByText(`Set by the variable ${variable}; change it there`).waitFor();
    equal(faults, []);
    await close();
  });

  test('what somebody else changed meanwhile is shown beside what one typed, and neither is lost', async () => {
    const { page, faults, close } = await open('settings/gallery?setting=gallery.folder');
    const folder = fieldOf(page, 'Folder');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
    ok(await folder.evaluate((element) => element === document.activeElement));
    await folder.fill('mine');
    writeFileSync(file(), `${readFileSync(file(), 'utf8')}gallery:\n  folder: theirs\n`);
    await saveButton(page).click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else changed this' });
    await conflict.getByText('Now: theirs').waitFor();
    await conflict.getByText('Yours: mine').waitFor();
    match(readFileSync(file(), 'utf8'), /folder: theirs/);
    await page.getByRole('button', { name: 'Save mine' }).click();
    await page.getByText('Saved: Folder', { exact: false }).waitFor();
    match(readFileSync(file(), 'utf8'), /folder: mine/);
    // The refusal is an answer of status 412, which the browser notes by itself.
    equal(
      faults.filter((fault) => !fault.includes('api/v1/settings')),
      [],
    );
    await close();
  });

  test('a secret is replaced and never shown; the filter finds settings of all sections; hostile values stay texts', async () => {
    const { page, faults, close } = await open('settings/models', admin, { viewport: { width: 390, height: 800 } });
    await page.getByText('Is set', { exact: true }).waitFor();
    not.match(await page.content(), /canary/);
    await page.getByRole('button', { name: 'Replace Token' }).click();
    await fieldOf(page, 'Token').fill('hf_other-1234567890');
    await save(page);
    await page.getByText('Saved: Token', { exact: false }).waitFor();
    match(readFileSync(file(), 'utf8'), /token: hf_other-1234567890/);
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('reject');
    await page.waitForURL(/q=reject/);
    is(await fieldOf(page, 'Reject').inputValue(), hostile);
    await axeClean(page, 'found');
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('no such words');
    await page.getByText('No setting has these words.').waitFor();
    equal(faults, []);
    await close();
  });

  test('a token is made, shown once and revoked; a webhook is added and removed', async () => {
    const { page, faults, close } = await open('settings/tokens');
    await fieldOf(page, 'Name').fill('phone');
    await page.getByRole('radio', { name: /^paint/ }).check();
    await axeClean(page, 'tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    const text = (await page.locator('code').innerText()).trim();
    const asked = () => fetch(`${server.url}/api/v1/caller`, { headers: { authorization: `Bearer ${text}` } });
    is((await (await asked()).json()).scope, 'paint');
    await page.getByRole('button', { name: 'I have copied it' }).click();
    not.match(await page.content(), new RegExp(text));
    await page.getByRole('button', { name: 'Revoke phone' }).click();
    await axeClean(page, 'revoke');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('Revoked: phone').waitFor();
    is((await asked()).status, 401);
    await page.getByRole('link', { name: 'Webhooks' }).first().click();
    await fieldOf(page, 'Address').fill('https://example.org/hook');
    await fieldOf(page, 'Description').fill(hostile.slice(0, 400));
    await page.getByRole('checkbox', { name: 'job.done' }).check();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await axeClean(page, 'webhooks');
    await page.getByRole('button', { name: 'Remove https://example.org/hook' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('There are no webhooks.').waitFor();
    equal(faults, []);
    await close();
  });

  test('what a receiver wrote is text in the list of deliveries, and short', async () => {
    const book = new WebhookBook(homeOf(server.home), { clock: systemClock });
    const { id } = await book.add({ url: 'https://example.org/gone', active: false });
    await book.enqueue({ type: 'test', data: { message: hostile } }, id);
    const [delivery] = (await book.read()).deliveries;
    await book.record(delivery?.id ?? '', { status: 410, problem: hostile });
    const { page, faults, close } = await open('settings/webhooks', admin, { viewport: { width: 390, height: 844 } });
    const list = page.getByRole('region', { name: 'Messages that wait or were given up' });
    const problem = list.getByText('<img src=x onerror=alert(1)>');
    await problem.waitFor();
    is([...(await problem.innerText())].length, 301);
    is(await page.locator('img[src=x]').count(), 0);
    ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a phone');
    await axeClean(page, 'deliveries');
    await list.getByRole('button', { name: 'Forget' }).click();
    await problem.waitFor({ state: 'detached' });
    equal(faults, []);
    await close();
    await book.remove(id);
  });

  test('others see what the server lets them: no values without a token, no changes without scope admin', async () => {
    const { page, faults, close } = await open('settings/create', server.token);
    await page.getByText('You can look.', { exact: false }).waitFor();
    ok(await fieldOf(page, 'Upscale').isDisabled());
    await close();
    const guest = await openPage(browser);
    await guest.page.goto(`${server.url}/settings`);
    await guest.page.getByRole('radio', { name: 'Dark' }).check();
    is(await guest.page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
    await guest.page.evaluate(() => {
      const base = Object.keys(localStorage).find((key) => key.endsWith(' theme')) ?? '';
      localStorage.setItem(base.replace(/theme$/, 'searches'), '["fox", "owl"]');
    });
    await guest.page.reload();
    await guest.page.getByRole('button', { name: 'Forget Earlier searches' }).click();
    is(await guest.page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(' searches'))), false);
    await guest.page.getByRole('button', { name: 'Undo' }).click();
    await guest.page.getByRole('button', { name: 'Forget Earlier searches' }).waitFor();
    await axeClean(guest.page, 'browser');
    await guest.page.goto(`${server.url}/settings/create`);
    await guest.page.getByText('shown to holders of a token', { exact: false }).waitFor();
    equal([...faults, ...guest.faults], []);
    await guest.close();
  });
});
