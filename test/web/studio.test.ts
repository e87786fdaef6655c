/** The studio in a real browser: the bundled model paints what the form says. */
import type { Browser } from 'playwright-core';
import { equal, is, match } from 'uvu/assert';
import type { JobView as Job } from '../../lib/server/api/jobs/job-view.ts';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage } from './browser.ts';
import { asked, nextJob, openStudio, paint, painted, prompt, result, setOption } from './studio-support.ts';

suite('painting in the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const jobOf = async (id: string): Promise<Job> => (await (await asked(server, `jobs/${id}`)).json()) as Job;

  test('a person without a token reads what it is, and signs in', async () => {
    const { page, faults, close } = await openPage(browser);
    await page.goto(`${server.url}/studio`);
    await page.getByText('Painting needs a token').waitFor();
    await page.getByLabel('Token').fill(server.token);
    await page.getByRole('button', { name: 'Sign in' }).last().click();
    await prompt(page).waitFor();
    equal(faults, []);
    await close();
  });

  test('paints with a live preview, is rated by key, remixed, and taken as start picture', async () => {
    const { page, faults, close } = await openStudio(browser, server);
    await prompt(page).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('Write what the picture shows').waitFor();
    await page.keyboard.type('an owl');
    is(await prompt(page).inputValue(), 'an owl');
    await prompt(page).fill('flat vector art of a fox');
    await setOption(page, 'Steps', '120'); // long enough to be seen
    await page.getByLabel('Seed').fill('7');
    await prompt(page).press('Control+Enter');
    const job = await nextJob(page);
    await page.locator('[data-preview]').waitFor();
    match((await page.locator('[data-preview]').getAttribute('src')) ?? '', /^blob:/);
    match(await page.title(), /^\d+ % · /);
    await page.getByText(/Step \d+ of 120/).waitFor();
    await painted(page);
    await page.waitForFunction(() => !document.title.includes('%'));
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const rated = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok());
    await page.keyboard.press('4');
    await rated;
    await result(page).getByRole('button', { name: 'Remove the rating', pressed: true }).waitFor();
    const work = String((await jobOf(job)).pictures[0]?.work);
    is(((await (await asked(server, `works/${work}`)).json()) as { rating: number }).rating, 4);

    await prompt(page).fill('something else');
    await result(page).getByRole('button', { name: 'Remix' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'flat vector art of a fox');
    is(await page.getByLabel('Seed').inputValue(), '7');
    await result(page).getByRole('button', { name: 'Use as start picture' }).click();
    await page.getByLabel('How much is repainted').fill('0.4');
    await page.waitForTimeout(400);
    await page.reload();
    is(await page.getByLabel('How much is repainted').inputValue(), '0.4');
    await paint(page);
    const second = await nextJob(page, job);
    await painted(page);
    is((await jobOf(second)).pictures[0]?.recipe?.['mode'], 'img2img');
    equal(faults, []);
    await close();
  });
});
