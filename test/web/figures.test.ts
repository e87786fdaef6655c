/** The figures in a real browser, of an artist that has run for months. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { equal, is, match, not, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { axeClean } from './axe.ts';
import { openBrowser } from './browser.ts';
import { fillDecided, hostileStyle, hostileTopic, liked } from './decided-works.ts';
import { fillGallery } from './fill.ts';
import { openAs } from './open-as.ts';

const works = 72;
/** A process of its own measures; on a busy machine that takes long. */
const measuring = { timeout: 200_000 };

suite('figures', { timeoutMs: 240_000 }, (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
    await fillDecided(server.home, { works, days: 150 });
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = (address: string, token: string | undefined = server.token, options = {}) =>
    openAs(browser, server, address, token, options);
  const measured = (page: Page): Promise<void> => page.getByText(/^Measured/).waitFor(measuring);
  const csvOf = async (page: Page, name: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Download as CSV: ${name}` }).click(),
    ]);
    return readFile(await download.path(), 'utf8');
  };
  const bothThemes = async (page: Page, what: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axeClean(page, `${what} ${colorScheme}`);
    }
  };
  /** What a chart tells of the slot that is pointed at. */
  const said = async (chart: Locator): Promise<string> => (await chart.getAttribute('aria-valuetext')) ?? '';
  /** The number of works that the link of a name finds. */
  const foundBy = async (page: Page, link: Locator): Promise<number> => {
    const query = new URL((await link.getAttribute('href')) ?? '', page.url()).searchParams.get('q') ?? '';
    const answer = await page.request.get(`${server.url}/api/v1/works?limit=1&query=${encodeURIComponent(query)}`);
    return ((await answer.json()) as { total: number }).total;
  };

  test('work: numbers, a chart that keys read, its table and its file', async () => {
    const { page, faults, close } = await open('figures?range=all');
    await measured(page);
    const chart = page.getByRole('slider', { name: 'Works painted' });
    match(await said(chart), new RegExp(`^Works: ${works}$`));
    await chart.focus();
    await page.keyboard.press('End');
    match(await said(chart), /^Week of .*, Works: \d+$/);
    await page.keyboard.press('Escape');
    match(await said(chart), /^Works: /);
    // 16 of the 20 runs of the schedule succeeded.
    await page.getByText('80 %').waitFor();
    await page.getByText('16 of 20').waitFor();
    const region = page.getByRole('region', { name: 'Works painted', exact: true });
    await region.getByText('Show as table').click();
    const rows = region.getByRole('row');
    const [head = '', ...lines] = (await csvOf(page, 'Works painted')).trimEnd().split('\r\n');
    is(head, '\ufeffTime,Works');
    is(lines.length, (await rows.count()) - 1);
    is(
      lines.reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0),
      works,
    );
    await bothThemes(page, 'work');
    await rows.last().getByRole('link').click();
    await page.waitForURL(/\?q=date%3A/);
    equal(faults, []);
    await close();
  });

  test('names: shares over time; hostile ones are text, their links find their works, their file holds no formula', async () => {
    const { page, faults, close } = await open('figures/names?range=all');
    await measured(page);
    const style = page.getByRole('link', { name: hostileStyle });
    await style.waitFor();
    is(await foundBy(page, style), works / 4);
    const csv = await csvOf(page, 'Styles over time');
    const [head = ''] = csv.split('\r\n');
    ok(head.includes(`"'${hostileStyle.replaceAll('"', '""')}"`), head);
    await page.getByRole('link', { name: 'Topics', exact: true }).click();
    await page.waitForURL(/of=topic/);
    const topic = page.getByRole('link', { name: hostileTopic });
    await topic.waitFor(measuring);
    is(await foundBy(page, topic), works / 6);
    match(await csvOf(page, 'Topics over time'), /^.*,'@SUM\(A1\) very/);
    await page.getByRole('link', { name: "Artist's period" }).click();
    await page.waitForURL(/by=period/);
    const axis = page.getByRole('slider', { name: 'Topics over time' });
    await axis.and(page.locator('[aria-valuemax="2"]')).focus();
    await page.keyboard.press('Home');
    match(await said(axis), /^p1, /);
    await page.getByText('Show as table').click();
    is(await foundBy(page, page.getByRole('link', { name: 'p1', exact: true })), works / 2);
    await bothThemes(page, 'names');
    equal(faults, []);
    await close();
  });

  test('development: consistency, novelty and variety with their intervals', async () => {
    const { page, faults, close } = await open('figures/development?range=all&by=month');
    for (const name of ['Style consistency', 'Novelty', 'Variety (Vendi score)']) {
      const chart = page.getByRole('slider', { name });
      await chart.waitFor(measuring);
      await chart.press('Home');
      await page.keyboard.press('ArrowRight');
      match(await said(chart), /: [\d.]+ \([\d.]+ to [\d.]+\)$/);
      match(await csvOf(page, name), /^.*interval from",.*interval to"\r\n/);
    }
    await bothThemes(page, 'development');
    equal(faults, []);
    await close();
  });

  test('choosing: the gain over the first candidate, and how scores and ratings spread', async () => {
    const { page, faults, close } = await open('figures/choosing?range=all');
    await measured(page);
    const gains = page.getByRole('region', { name: 'Best of several against the first' });
    await gains
      .getByText(/^\+0\.0\d+ \(\+0\.0\d+ to \+0\.0\d+\) over the first/)
      .first()
      .waitFor();
    await page.getByText('blank 64').waitFor();
    is(await page.getByRole('slider', { name: 'Ratings' }).getAttribute('aria-valuemax'), '5');
    await page.getByRole('slider', { name: 'Fits the prompt' }).waitFor();
    await bothThemes(page, 'choosing');
    equal(faults, []);
    await close();
  });

  test('recommendations: evidence, and the studio filled in for those who may paint', async () => {
    const { page, faults, close } = await open('figures/likes?range=all');
    await measured(page);
    const more = page.getByRole('region', { name: 'Paint more of this' });
    await more.getByRole('link', { name: liked, exact: true }).waitFor();
    await more
      .getByText(/stars \(.* to .*\) from 12 rated; the others .* from 36/)
      .first()
      .waitFor();
    match(await csvOf(page, 'Recommendations'), /style,ink drawing,more,18,12,/);
    await bothThemes(page, 'recommendations');
    const visitor = await openAs(browser, server, 'figures/likes?range=all');
    await measured(visitor.page);
    is(await visitor.page.getByRole('link', { name: /^Paint more: / }).count(), 0);
    await page.getByRole('link', { name: `Paint more: ${liked}` }).click();
    await page.getByRole('radio', { name: 'Let the artist' }).and(page.locator(':checked')).waitFor();
    await page.waitForURL(/studio$/);
    // The form of the studio is kept in the browser.
    const kept = (): Promise<string> => page.evaluate(() => Object.values(localStorage).join('\n'));
    for (let tries = 0; tries < 50 && !(await kept()).includes('"style"'); tries++) await page.waitForTimeout(100);
    match(await kept(), new RegExp(`"style":"${liked}"`));
    equal([...faults, ...visitor.faults], []);
    await visitor.close();
    await close();
  });

  test('a range of days in the address, on a phone', async () => {
    const { page, faults, close } = await open('figures?range=own&from=2000-01-31&to=2000-01-01', server.token, {
      viewport: { width: 390, height: 844 },
    });
    await page.getByRole('alert').getByText('The first day is after the last one.').waitFor();
    await page.getByLabel('To', { exact: true }).fill('2000-02-20');
    await page.getByText('No works in this time.').waitFor(measuring);
    match(page.url(), /from=2000-01-31&to=2000-02-20/);
    await page.getByRole('link', { name: 'Show all time' }).click();
    await page.getByRole('slider', { name: 'Works painted' }).waitFor(measuring);
    not.match(page.url(), /from=/);
    for (const address of ['figures', 'figures/names', 'figures/likes']) {
      await page.goto(`${server.url}/${address}?range=all`);
      await measured(page);
      ok((await page.evaluate(() => document.querySelector('main:not([hidden]) > div')?.scrollWidth ?? 999)) <= 390, address);
    }
    await axeClean(page, 'phone');
    equal(faults, []);
    await close();
  });

  test('without a range in the address, the shortest one that has works', async () => {
    const { page, faults, close } = await open('figures');
    await page.waitForURL(/range=30d/);
    await close();
    const old = await serving({ paint: false });
    try {
      await fillGallery(path.join(old.home, 'gallery'), { works: 2 });
      const years = await openAs(browser, old, 'figures/names', undefined);
      await years.page.getByRole('link', { name: 'All', exact: true }).and(years.page.locator('[aria-current]')).waitFor();
      await years.page.waitForURL(/names\?range=all/);
      equal([...faults, ...years.faults], []);
      await years.close();
    } finally {
      await old.close();
    }
  });
});
