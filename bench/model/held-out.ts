/** Real pictures of style and concept pairs that no model was trained on: tiles of one file, written by training/held_out.py. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeImage, type RawImage } from '../../lib/image/index.ts';

const sheetSchema = z.strictObject({
  size: z.int().min(1),
  columns: z.int().min(1),
  seed: z.int(),
  pictures: z
    .array(z.strictObject({ concept: z.string(), style: z.string(), background: z.string(), caption: z.string(), set: z.string() }))
    .min(2),
});

export interface RealPicture {
  concept: string;
  style: string;
  /** Caption in the words of the training captions. */
  caption: string;
  image: RawImage;
}

/** One tile: rows `top` to `top + size`, 3 bytes per pixel. */
export function cut({ data, width }: RawImage, left: number, top: number, size: number): RawImage {
  const tile = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    const from = ((top + row) * width + left) * 3;
    tile.set(data.subarray(from, from + size * 3), row * size * 3);
  }
  return { data: tile, width: size, height: size, channels: 3 };
}

/** @param concepts return only pictures of these */
export async function readHeldOut(folder: string, concepts: ReadonlySet<string>): Promise<RealPicture[]> {
  const { size, columns, pictures } = sheetSchema.parse(JSON.parse(await readFile(join(folder, 'held-out.json'), 'utf8')));
  const sheet = await decodeImage(join(folder, 'held-out.webp'));
  return pictures.flatMap(({ concept, style, caption }, index) =>
    concepts.has(concept)
      ? [{ concept, style, caption, image: cut(sheet, (index % columns) * size, Math.floor(index / columns) * size, size) }]
      : [],
  );
}

/** Returns `count` items evenly spread over the list, so that it includes all styles and kinds of concept. */
export function spreadOver<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}
