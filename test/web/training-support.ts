/** A data set and the smallest run that the page can start. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { is } from 'uvu/assert';
import type { Serving } from '../server/serving.ts';
import { tinyFolder } from '../train/tiny-run.ts';

/** Two pictures as a person chooses them. */
export async function tinyPictures(): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> {
  const folder = await tinyFolder(2);
  const pictures = await Promise.all(
    ['p0.png', 'p1.png'].map(async (name) => ({ name, mimeType: 'image/png', buffer: await readFile(folder.at(`pictures/${name}`)) })),
  );
  await folder.remove();
  return pictures;
}

/** Adds the data set `stickers`. */
export async function addStickers({ url }: Serving, admin: string): Promise<void> {
  const headers = { authorization: `Bearer ${admin}` };
  const made = await fetch(`${url}/api/v1/training/datasets`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'stickers', licence: 'own' }),
  });
  is(made.status, 201);
  const body = new FormData();
  for (const { name, buffer } of await tinyPictures())
    body.append('files', new Blob([new Uint8Array(buffer)], { type: 'image/png' }), name);
  body.append('captions', JSON.stringify({ 'p0.png': 'flat sticker of a fox', 'p1.png': 'flat sticker of an owl' }));
  is((await fetch(`${url}/api/v1/training/datasets/stickers/pictures`, { method: 'POST', headers, body })).status, 201);
}

/** Starts a run of two steps from its form and waits for its end. */
export async function train(page: Page, { url }: Serving, name: string, samplesEvery: string): Promise<void> {
  await page.goto(`${url}/training?new=stickers`);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the LoRA').fill(name);
  await dialog.getByLabel('Steps', { exact: true }).fill('2');
  await dialog.getByLabel('Preset').selectOption('fast');
  const set = async (option: string, value: string): Promise<void> => {
    await dialog.getByLabel('Find an option').fill(option);
    await dialog.getByRole('spinbutton', { name: option, exact: true }).fill(value);
  };
  await set('Resolution', '64');
  await set('Batch size', '1');
  await set('Threads', '1');
  await set('Network rank', '2');
  await set('Samples every', samplesEvery);
  await set('Checkpoints every', '1');
  await dialog.getByRole('button', { name: 'Start a run' }).click();
  await page.waitForURL(/training\/runs\//);
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 90_000 });
}
