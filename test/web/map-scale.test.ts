/** A map of 100,000 works: panning and zooming leave the page free to answer. */
import type { Browser } from 'playwright-core';
import { equal, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser, openPage } from './browser.ts';
import { pretendMap } from './pretend-map.ts';

interface TraceEvent {
  name: string;
  /** Microseconds that the thread itself computed: what other programs take meanwhile does not count. */
  tdur?: number;
  pid: number;
  tid: number;
}

suite('a map of 100,000 works', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving({ paint: false }), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('no task of loading, panning and zooming computes for more than 50 ms', async () => {
    const { page, faults, close } = await openPage(browser);
    await pretendMap(page, 100_000);
    await page.goto(`${server.url}/settings`);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] });
    await page.getByRole('link', { name: 'Map' }).click();
    await page.getByText('100,000 works in view.').waitFor({ timeout: 20_000 });
    await page.locator('canvas[data-painted]').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: /^foxes/ }).waitFor({ timeout: 20_000 });
    const box = await page.locator('[data-stage]').boundingBox();
    ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -800);
    await page.mouse.down();
    await page.mouse.move(x + 300, y + 200, { steps: 20 });
    await page.mouse.move(x - 300, y - 200, { steps: 20 });
    await page.mouse.up();
    await page.mouse.wheel(0, 1200);
    await page.waitForTimeout(500);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: (TraceEvent & { args?: { name?: string } })[] };
    const main = trace.traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
    const tasks = trace.traceEvents
      .filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.some((thread) => thread.pid === pid && thread.tid === tid))
      .map(({ tdur = 0 }) => tdur / 1000)
      .sort((a, b) => b - a);
    ok(tasks.length > 100, `${tasks.length} tasks`);
    console.info(
      `longest tasks: ${tasks
        .slice(0, 5)
        .map((ms) => ms.toFixed(1))
        .join(', ')} ms of computing`,
    );
    ok((tasks[0] ?? 0) > 0 && (tasks[0] ?? 0) < 50, `the longest task took ${tasks[0]} ms`);
    equal(faults, []);
    await close();
  });
});
