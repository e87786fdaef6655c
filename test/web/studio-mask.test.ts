/** Repainting a part of a picture in the studio, with and without a pointer. */
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { equal, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { type Serving, serving } from '../server/serving.ts';
import { openBrowser } from './browser.ts';
import { asked, nextJob, openStudio, paint, painted, prompt, setOption } from './studio-support.ts';

/** A picture in a folder of the test: two colours, side by side. */
const halves = (): Promise<Buffer> =>
  sharp({ create: { width: 128, height: 128, channels: 3, background: '#2563eb' } })
    .composite([{ input: { create: { width: 64, height: 128, channels: 3, background: '#facc15' } }, left: 0, top: 0 }])
    .png()
    .toBuffer();

/** Mean difference of two pictures in a rectangle, 0..255. */
async function difference(first: Buffer, second: Buffer, left: number): Promise<number> {
  const pixels = (picture: Buffer): Promise<Buffer> =>
    sharp(picture).extract({ left, top: 24, width: 40, height: 80 }).removeAlpha().raw().toBuffer();
  const [before, after] = await Promise.all([pixels(first), pixels(second)]);
  return before.reduce((sum, value, at) => sum + Math.abs(value - (after[at] ?? 0)), 0) / before.length;
}

suite('repainting in the studio', (test) => {
  let server: Serving;
  let browser: Browser;
  test.before(async () => {
    [server, browser] = await Promise.all([serving(), openBrowser()]);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });
  const pictureOf = async (job: string): Promise<Buffer> =>
    Buffer.from(await (await asked(server, `jobs/${job}/pictures/0`)).arrayBuffer());

  test('repaints a part: by strokes of the brush, and by numbers without a pointer', async () => {
    const { page, faults, close } = await openStudio(browser, server);
    const start = await halves();
    await prompt(page).fill('flat vector art of a fox');
    await setOption(page, 'Steps', '4');
    await page.getByLabel('Choose a file').setInputFiles({ name: 'halves.png', mimeType: 'image/png', buffer: start });
    const canvas = page.getByRole('img', { name: /^Mask over/ });
    await page.getByRole('slider', { name: 'Size' }).fill('0.4');
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    ok(box);
    const stroke = async (share: number): Promise<void> => {
      await page.mouse.move(box.x + box.width * share, box.y + box.height * 0.1);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * share, box.y + box.height * 0.9, { steps: 6 });
      await page.mouse.up();
    };
    await stroke(0.2);
    await stroke(0.8);
    await page.getByText('2 steps in the mask').waitFor();
    await page.getByRole('button', { name: 'Undo the last stroke' }).click();
    await page.getByRole('button', { name: 'Redo the stroke' }).click();
    await page.getByRole('button', { name: 'Undo the last stroke' }).click();
    await page.getByText('1 step in the mask').waitFor();
    await page.getByLabel('How much is repainted').fill('1');
    await paint(page);
    const job = await nextJob(page);
    await painted(page);
    const byBrush = await pictureOf(job);
    const [changed, kept] = [await difference(start, byBrush, 6), await difference(start, byBrush, 80)];
    ok(changed > 20 && kept < 12, `changed ${changed}, kept ${kept}`);

    await page.getByRole('button', { name: 'Clear', exact: true }).press('Enter');
    await page.getByText('Mask a rectangle by numbers').click();
    for (const [edge, value] of [
      ['Left', '70'],
      ['Top', '0'],
    ] as const)
      await page.getByLabel(edge, { exact: true }).fill(value);
    await page.locator('form').getByLabel('Width', { exact: true }).fill('58');
    await page.locator('form').getByLabel('Height', { exact: true }).fill('128');
    await page.getByRole('button', { name: 'Add the rectangle' }).press('Enter');
    await prompt(page).press('Control+Enter');
    const second = await nextJob(page, job);
    await painted(page);
    const byNumbers = await pictureOf(second);
    const [left, right] = [await difference(start, byNumbers, 6), await difference(start, byNumbers, 80)];
    ok(left < 12 && right > 20, `left ${left}, right ${right}`);
    equal(faults, []);
    await close();
  });
});
