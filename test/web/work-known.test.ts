import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { equal, is, match } from 'uvu/assert';
import { Gallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser, openPage, type Watched } from './browser.ts';
import { signInAs } from './sign-in.ts';
import { arabic, fillSpecial, hostile, type SpecialWorks, special } from './special-works.ts';

suite('what the page knows of a work', { timeoutMs: 120_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  let works: SpecialWorks;
  let ids: string[];
  let admin: string;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    admin = await server.newToken('admin', 'admin');
    works = await fillSpecial(path.join(server.home, 'gallery'));
    ({ ids } = works);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (index: number, options: Parameters<typeof openPage>[1] = {}, query = ''): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.page.goto(`${server.url}/works/${ids[index]}${query}`);
    return watched;
  };
  const signIn = async (page: Page): Promise<void> => {
    await page.getByLabel('Token').fill(admin);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  /** Without what the browser itself writes about the picture that is gone. */
  const own = (faults: string[]): string[] => faults.filter((fault) => !fault.includes(`/works/${ids[special.gone]}/`));
  const picture = (page: Page) => page.locator('[data-picture]');
  const api = (to: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/api/v1/${to}`, { ...init, headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' } });

  test('shows all that is known, hostile and right-to-left texts as texts', async () => {
    const { page, faults, close } = await open(special.hostile);
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('link', { name: hostile }).waitFor();
    is(
      await panel
        .getByText(hostile, { exact: true })
        .first()
        .evaluate((element) => getComputedStyle(element).direction),
      'ltr',
    );
    const prompt = panel.locator('p', { hasText: arabic }).first();
    is(await prompt.getAttribute('dir'), 'auto');
    is(await prompt.evaluate((element) => getComputedStyle(element).direction), 'rtl');
    await panel.getByRole('link', { name: 'ink<b>.safetensors' }).waitFor();
    is(await panel.getByRole('link', { name: 'ink<b>.safetensors' }).getAttribute('href'), '/?q=lora%3A%22ink%3Cb%3E.safetensors%22');
    await panel.getByText('Origin and licence').click();
    await panel.getByText('javascript:alert(1)').waitFor();
    is(await panel.locator('a[href^="javascript"]').count(), 0);
    await panel.getByRole('link', { name: arabic }).click();
    await page.getByText('1 work', { exact: true }).waitFor();
    equal(own(faults), []);
    await close();
  });

  test('says where a work was posted and what it brought, in words; records of others as they are', async () => {
    const at = new Date(Date.now() - 8 * 86_400_000).toISOString();
    const own1 = { id: '01J', network: 'mastodon', account: 'fedi', uri: '1', url: 'https://example.social/@a/1', at };
    const metrics = [
      { age: '1h', at, likes: 1, replies: 0 },
      { age: '24h', at },
      { age: '7d', at, likes: 12, shares: 1, replies: 0 },
    ];
    const others = { network: 'myspace', likes: { count: 3 }, url: 'javascript:alert(1)' };
    await new Gallery({ home: server.home }).update(ids[special.child] ?? '', {
      posts: [{ ...own1, metrics }, { ...own1, network: 'x' }, others],
    });
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await open(special.child, { colorScheme });
      const panel = page.getByRole('complementary', { name: 'Details' });
      const figures = panel.getByRole('list', { name: 'Figures on Mastodon' });
      await figures.waitFor();
      equal(await figures.getByRole('listitem').allInnerTexts(), [
        '12 likes · 0 replies · 1 share (after 7 days)',
        '1 like · 0 replies (after 1 hour)',
      ]);
      is(await panel.getByRole('link', { name: 'Open on Mastodon' }).getAttribute('href'), own1.url);
      is(await panel.getByRole('list', { name: 'Figures on X' }).count(), 0, 'figures that are not there are none');
      await panel.getByText('myspace').waitFor();
      is(await panel.locator('a[href^="javascript"]').count(), 0);
      await axeClean(page, `posts, ${colorScheme}`);
      equal(own(faults), []);
      await close();
    }
  });

  test('says why this one: the candidates with their measures, by a link of its own', async () => {
    const { page, faults, close } = await open(special.curated, {}, '?show=why');
    const why = page.getByRole('region', { name: 'Why this one' });
    const cards = why.getByRole('listitem');
    await cards.first().waitFor();
    is(await cards.count(), 3);
    match(await cards.nth(0).innerText(), /1\. Kept[\s\S]*\+0\.85[\s\S]*Fits the prompt/);
    match(await cards.nth(1).innerText(), /Runner-up[\s\S]*Would have won without: Fits the prompt/);
    match(await cards.nth(2).innerText(), /Rejected[\s\S]*one colour only/);
    await why.getByRole('img', { name: 'Candidate 2' }).waitFor();
    await axeClean(page, 'page');
    await page.keyboard.press('w');
    await picture(page).waitFor();
    await page.keyboard.press('w');
    await why.waitFor();
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'detached' });
    await page.goto(server.url);
    await page.locator(`a[href="/works/${ids[special.curated]}"]`).getByText('3 candidates').waitFor({ state: 'attached' });
    equal(own(faults), []);
    await close();
  });

  test('shows what a work was made from, and what was made of it', async () => {
    const { page, faults, close } = await open(special.child);
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByText('its recipe').waitFor();
    await panel.locator(`a[href="/works/${ids[special.source]}"]`).click();
    await page.waitForURL(new RegExp(ids[special.source] ?? ''));
    await panel.getByText('1 work was made of it').waitFor();
    is(await panel.locator(`a[href="/works/${ids[special.child]}"]`).count(), 1);
    equal(own(faults), []);
    await close();
  });

  test('says what happened: picture gone, record damaged, hidden, moved to the trash, deleted', async () => {
    const gone = await open(special.gone);
    await gone.page.getByRole('alert').getByText("The picture's file is gone").waitFor();
    await gone.page.getByText('Sampler').first().waitFor();
    await gone.close();
    // Others do not learn of it: it may be the record of a hidden work.
    const damaged = await openPage(browser);
    await signInAs(damaged.page, { url: server.url, token: admin });
    await damaged.page.goto(`${server.url}/works/${ids[special.damaged]}`);
    await damaged.page.getByText('The record of this work is damaged').waitFor();
    await damaged.close();
    const hidden = await open(special.hidden);
    await hidden.page.getByRole('alert').getByText('does not exist, or is not shown to you').waitFor();
    await hidden.page.getByRole('alert').getByRole('button', { name: 'Sign in' }).click();
    await signIn(hidden.page);
    await picture(hidden.page).waitFor();
    await hidden.page.goto(`${server.url}/works/${ids[30]}`);
    await picture(hidden.page).waitFor();
    await api(`works/${ids[30]}/trash`, { method: 'POST' });
    await hidden.page.getByText('This work is in the trash.').waitFor();
    await hidden.page.getByRole('button', { name: 'Restore' }).click();
    await hidden.page.getByText('This work is in the trash.').waitFor({ state: 'detached' });
    const { page, faults, close } = await open(31);
    await picture(page).waitFor();
    await api(`works/${ids[31]}/trash`, { method: 'POST' });
    await page.getByText('hidden, moved to the trash or deleted while you looked at it').waitFor();
    // The browser itself writes the 404 of a work that is not shown any more.
    equal(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
    await Promise.all([hidden.close(), close()]);
  });

  test('two people rate at once: the first is told, and can set it back', async () => {
    const { page, faults, close } = await open(25);
    await picture(page).waitFor();
    await page.keyboard.press('4');
    await signIn(page);
    await page.getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    await page.waitForTimeout(1500);
    await api(`works/${ids[25]}`, { method: 'PATCH', body: JSON.stringify({ rating: 2 }) });
    await page.getByText('This work was decided elsewhere too: 2 stars. It had: 4 stars.').waitFor();
    await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok()),
      page.getByRole('button', { name: 'Set it back' }).click(),
    ]);
    is(((await (await api(`works/${ids[25]}`)).json()) as { rating: number }).rating, 4);
    equal(own(faults), []);
    await close();
  });
});
